"""Shared by the tests of killing: find, kill and await the processes of one runs folder, always by pid."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import psutil


def processes_of(runs: Path, module: str) -> list[psutil.Process]:
    """The processes of a module of ours that work on this runs folder and are not somebody's forked children."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        line = process.info["cmdline"] or []
        if module in line and any(str(runs) in part for part in line):
            with contextlib.suppress(psutil.Error):
                parent = process.parent()
                if parent is None or parent.cmdline() != line:
                    found.append(process)
    return found


def workers(runs: Path) -> list[psutil.Process]:
    return processes_of(runs, "ppo_engine.jobs.worker")


def supervisors(runs: Path) -> list[psutil.Process]:
    return processes_of(runs, "ppo_engine.jobs.supervisor")


def drivers(runs: Path) -> list[psutil.Process]:
    return processes_of(runs, "ppo_engine.jobs.cluster.driver")


def kill(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        process.kill()
        process.wait(5)
        return True
    return False


def end_everything(runs: Path) -> None:
    """Kill whatever still works on this runs folder: supervisors first, so that nothing is started again.

    With a driver dies the Ray that it started, and its tasks in one that it did not start.
    """
    for find in (supervisors, drivers, workers):
        for process in find(runs):
            kill(process)


def wait_until(condition, seconds: float = 60.0, every: float = 0.02):
    """The condition's first true value; fails the test if it does not come."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(every)
    raise AssertionError(f"waited {seconds} s in vain")
