"""A server of its own on a free loopback port for each test, a Chromium, and an end for everything that was started."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def free_port() -> int:
    """A loopback port that nobody listens on just now."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def end_processes_of(runs: Path) -> None:
    """End the workers, renderers and the supervisor of one runs folder, by their pids."""
    ours = []
    for process in psutil.process_iter(["cmdline"]):
        if any(str(runs) in part for part in process.info["cmdline"] or ()):
            ours += [process, *_children(process)]
    for process in ours:
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(ours, timeout=5)


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []


class Server:
    """A running app; ``url`` is its address, ``process`` the Streamlit process, ``runs`` its runs folder."""

    def __init__(self, runs: Path):
        self.runs, self.port = runs, free_port()
        self.url = f"http://localhost:{self.port}"
        self.log = open(runs.parent / "server.log", "wb")  # noqa: SIM115 (closed in stop)
        self.process = self._start()

    def _start(self) -> subprocess.Popen:
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(self.port)]
        environment = {**os.environ, "PPO_RUNS": str(self.runs)}
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=self.log, stderr=self.log)

    def restart(self) -> None:
        """Kill the server and start it anew at the same address: all sessions are lost."""
        self.process.kill()
        self.process.wait()
        self.process = self._start()
        self.wait()

    def wait(self, seconds: float = 120.0) -> None:
        """Wait until the server answers."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.1)
        raise TimeoutError("the server did not come up")

    def stop(self) -> None:
        """End the server and whatever it started."""
        self.process.terminate()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
        end_processes_of(self.runs)


@pytest.fixture(scope="session")
def chromium():
    """A headless Chromium; without one the test is skipped, or fails when REQUIRE_BROWSER=1."""
    if CHROMIUM is None:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail("REQUIRE_BROWSER=1, but there is no chromium on the PATH")
        pytest.skip("no chromium on the PATH")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@contextlib.contextmanager
def serving(place: Path) -> Iterator[Server]:
    """The app with an empty runs folder in ``place``, and its end."""
    runs = place / "runs"
    runs.mkdir()
    served = Server(runs)
    try:
        served.wait()
        yield served
    finally:
        served.stop()


@pytest.fixture
def server(tmp_path):
    """The app with an empty runs folder."""
    with serving(tmp_path) as served:
        yield served


@pytest.fixture(scope="module")
def one_server(tmp_path_factory):
    """One app for all tests of a file that takes it for its ``server``."""
    with serving(tmp_path_factory.mktemp("app")) as served:
        yield served


@pytest.fixture
def page(chromium, server):
    """An empty tab; ``page.asked`` lists every address it requested, ``page.broken`` every error of its scripts."""
    context = chromium.new_context(viewport={"width": 1280, "height": 720})
    tab = context.new_page()
    tab.asked, tab.broken = [], []
    tab.on("request", lambda request: tab.asked.append(request.url))
    tab.on("pageerror", lambda error: tab.broken.append(str(error)))
    yield tab
    context.close()
