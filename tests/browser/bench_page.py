"""Benchmark, not a test: how much an open live page slows a run down. ``python -m tests.browser.bench_page``.

The run's speed is measured in turns, with the page open in a browser and without. The browser stands for the visitor's
own machine, while the server and the run share this one: it has the lowest priority and does not draw.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import tempfile
import time
from pathlib import Path

import psutil
from playwright.sync_api import sync_playwright

from ppo_engine.jobs.control import launch
from ppo_engine.jobs.view import RunView
from ppo_engine.presets import build_config
from tests.browser.conftest import CHROMIUM, FLAGS, Server

WINDOW, TURNS = 12.0, 3
# The ticks go on; drawing charts and playing videos, which a visitor's own machine would do, stops.
NO_DRAWING = "window.requestAnimationFrame = () => 0; document.querySelectorAll('video').forEach((v) => v.pause()); 0"


def speed(view: RunView) -> float:
    """Environment steps per second over one window."""
    start, began = view.progress().timesteps, time.monotonic()
    time.sleep(WINDOW)
    return (view.progress().timesteps - start) / (time.monotonic() - began)


def step_back_all() -> None:
    """Give this process's browser the lowest priority, and its sessions too where the scheduler shares by session."""
    for process in psutil.Process().children(recursive=True):
        if "chrom" in process.name():
            process.nice(19)
            with contextlib.suppress(OSError):
                Path(f"/proc/{process.pid}/autogroup").write_text("19", encoding="ascii")


def main() -> None:
    """Measure, and print each pair and the median ratio."""
    with tempfile.TemporaryDirectory() as folder:
        runs = Path(folder) / "runs"
        runs.mkdir()
        server = Server(runs)
        try:
            server.wait()
            os.environ["PPO_RUNS"] = str(runs)
            config = build_config("LunarLander-v3", "quick", total_timesteps=50_000_000)
            view = RunView(runs, launch(runs, config))
            time.sleep(5)
            measure(server, view)
        finally:
            server.stop()


def measure(server: Server, view: RunView) -> None:
    """Alternate windows with and without the page."""
    ratios = []
    for turn in range(TURNS):
        alone = speed(view)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            tab = browser.new_page()
            tab.goto(f"{server.url}/?run={view.run_id}")
            tab.wait_for_timeout(6000)
            step_back_all()
            tab.evaluate(NO_DRAWING)
            watched = speed(view)
            browser.close()
        ratios.append(watched / alone)
        print(f"turn {turn + 1}: alone {alone:,.0f}, watched {watched:,.0f} steps/s, ratio {ratios[-1]:.3f}")
    print(f"median ratio {statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})")


if __name__ == "__main__":
    main()
