"""A grid on a two-node Ray cluster on the loopback, with one node killed half-way, and that nothing of Ray is left."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest

from ppo_engine.grids import make_grid
from ppo_engine.jobs import sweeps
from ppo_engine.jobs.cluster.driver import PATIENCE as PATIENT
from ppo_engine.jobs.cluster.launcher import RayLauncher
from ppo_engine.jobs.folders import RunFolder
from ppo_engine.jobs.locks import is_held
from ppo_engine.jobs.registry import Registry
from ppo_engine.jobs.sweep_view import SweepView
from ppo_engine.jobs.view import RunView
from tests.jobs.expected import kinds
from tests.jobs.killing import drivers, end_everything, kill, supervisors, wait_until

pytest.importorskip("ray", reason="Ray is not installed")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="Ray's clusters are Linux's")]

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 600.0
STEPS = 120_000  # some seconds for each run, so that one of them is half-way at some look


class TwoNodes:
    """The cluster of ``two_nodes.py``, in a process of its own."""

    def __init__(self, folder: str):
        self.environment = {
            **PATIENT, "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
            "RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32),
        }  # fmt: skip
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.jobs.two_nodes", folder], cwd=ROOT, text=True,
            env={**os.environ, **self.environment}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self.address = self._answer()
        self.pids = {child.pid for child in psutil.Process(self.process.pid).children(recursive=True)}

    def _answer(self):
        # Ray prints a line or two of its own before the first answer.
        for line in self.process.stdout:
            with contextlib.suppress(ValueError):
                return json.loads(line)
        pytest.skip("Ray gave up its own start on this machine, whose load is too high for it")

    def ask(self, what: str) -> list[int]:
        self.process.stdin.write(what + "\n")
        self.process.stdin.flush()
        pids = self._answer()
        self.pids.update(pids)
        return pids

    def end(self) -> None:
        if self.process.poll() is not None:
            return
        self.pids.update(child.pid for child in psutil.Process(self.process.pid).children(recursive=True))
        self.process.stdin.close()
        self.process.wait(PATIENCE)


@pytest.fixture
def two_nodes(monkeypatch):
    folder = tempfile.mkdtemp(prefix="ppo-two-")  # a socket's path must be short
    nodes = TwoNodes(folder)
    for name, value in {**nodes.environment, "RAY_ADDRESS": nodes.address}.items():
        monkeypatch.setenv(name, value)
    yield nodes
    nodes.end()
    shutil.rmtree(folder, ignore_errors=True)


def grid(steps, rates=(1e-3, 3e-3), seeds=(1, 2)):
    settings = {"total_timesteps": steps, "n_epochs": 2}
    return make_grid("CartPole-v1", [("learning_rate", list(rates))], seeds, settings=settings)


def hashes(view):
    return {(run.cell, run.seed): run.sha256 for run in view.standing().results}


def none_left(pids):
    """Whether no process of these is alive; a dead one may wait for its parent to look."""
    alive = []
    for pid in pids:
        with contextlib.suppress(psutil.Error):
            if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                alive.append(pid)
    return not alive


def test_a_grid_ends_the_same_here_and_on_two_nodes_one_of_which_is_killed(runs, tmp_path, two_nodes):
    here = tmp_path / "here"
    sweep_id = sweeps.start(runs, grid(STEPS), engine="ray")
    view = SweepView(runs, sweep_id)
    wait_until(lambda: "2 nodes, 2 CPUs" in view.standing().where, PATIENCE)
    second = set()

    def half_way():
        """A run that the second node is in the middle of, with a checkpoint behind it."""
        for run in view.standing().results:
            if run.state == "running" and 0.1 < run.progress < 0.9 and RunFolder(runs, run.run_id).checkpoint.exists():
                found = RunView(runs, run.run_id)
                second.update(two_nodes.ask("second"))
                if found.events_since(0)[-1].detail.get("pid") in second:
                    return found
        return None

    moved = wait_until(half_way, PATIENCE, every=0.2)
    reached = moved.progress().update
    two_nodes.ask("kill")
    wait_until(lambda: view.standing().state == "finished", PATIENCE)
    assert kinds(moved) == ["start", "resumed", "finished"]
    resumed, total = moved.events_since(0)[1], moved.config.total_updates
    assert resumed.attempt == 2 and resumed.detail["pid"] not in second
    assert resumed.update > 0 and reached <= total, "it went on from a checkpoint"
    for run_id in view.sweep.run_ids:
        assert RunView(runs, run_id).updates_since(0)[0] == list(range(1, total + 1))
    try:
        local = SweepView(here, sweeps.start(here, grid(STEPS), engine="local"))
        wait_until(lambda: local.standing().state == "finished", PATIENCE)
    finally:
        end_everything(here)
    assert hashes(view) == hashes(local) and len(set(hashes(view).values())) == 4 and all(hashes(view).values())
    end_everything(runs)
    two_nodes.end()
    wait_until(lambda: none_left(two_nodes.pids), PATIENCE)


def test_pause_cancel_a_forced_end_and_a_killed_driver(runs, monkeypatch):
    monkeypatch.delenv("RAY_ADDRESS", raising=False)  # a Ray of this machine
    sweep_id = sweeps.start(runs, grid(5_000_000, seeds=(1,)), engine="ray")
    view = SweepView(runs, sweep_id)
    all_train = lambda: all(run.progress > 0 for run in view.standing().results)  # noqa: E731
    wait_until(all_train, PATIENCE)
    sweeps.pause(runs, sweep_id)
    wait_until(lambda: view.standing().state == "paused" and not any(held(view)), PATIENCE)
    before = [run.progress for run in view.standing().results]
    sweeps.resume(runs, sweep_id)
    wait_until(lambda: all(map(float.__lt__, before, (run.progress for run in view.standing().results))), PATIENCE)

    # Forced: the task ends wherever it is, and the run begins again from its checkpoint.
    folder = RunFolder(runs, view.sweep.run_ids[0])
    attempts = len(kinds(RunView(runs, folder.run_id)))
    assert RayLauncher(runs).kill(folder)
    again = lambda: kinds(RunView(runs, folder.run_id))[attempts:] == ["resumed"]  # noqa: E731
    wait_until(again, PATIENCE)

    # The driver is killed, and all of Ray with it: another one goes on from the checkpoints.
    (driver,) = drivers(runs)
    family = [driver.pid, *(child.pid for child in driver.children(recursive=True))]
    kill(driver)
    wait_until(lambda: none_left(family), PATIENCE)
    wait_until(lambda: kinds(RunView(runs, folder.run_id))[attempts:] == ["resumed"] * 2, PATIENCE)

    sweeps.cancel(runs, sweep_id)
    wait_until(lambda: view.standing().state == "stopped" and not any(held(view)), PATIENCE)
    assert {Registry(runs).entry(run_id).desired for run_id in view.sweep.run_ids} == {"stop"}
    (driver,) = drivers(runs)
    family = [driver.pid, *(child.pid for child in driver.children(recursive=True))]
    for supervisor in supervisors(runs):
        kill(supervisor)
    driver.terminate()
    wait_until(lambda: none_left(family), PATIENCE)
    assert not drivers(runs)


def held(view):
    return [is_held(RunFolder(view.runs, run_id).lock) for run_id in view.sweep.run_ids]
