"""The launcher of the cluster: hands runs to its driver, a process of its own, so that Ray never stops a supervisor."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from ppo_engine.jobs.cluster.orders import KILL, START, ClusterFolder, ClusterState
from ppo_engine.jobs.engines import missing
from ppo_engine.jobs.folders import RunFolder
from ppo_engine.jobs.launcher import start_detached
from ppo_engine.jobs.locks import is_held

FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0


class Handle:
    """A run that was handed to the driver, with the one method of a process that a supervisor asks for."""

    def __init__(self, place: ClusterFolder, folder: RunFolder):
        self.place, self.folder = place, folder

    def poll(self) -> int | None:
        """None while the run is on its way to the cluster or there, else 0."""
        ordered = self.place.given(self.folder.run_id, START) and self.place.up()
        return None if ordered or is_held(self.folder.lock) else 0


class RayLauncher:
    """Runs as tasks of a Ray cluster. A run is alive while the sink, which is on this machine, holds its lock."""

    def __init__(self, runs: Path):
        self.runs, self.place = runs, ClusterFolder(runs)
        self._driver: subprocess.Popen | None = None
        self._wait, self._next_try = FIRST_WAIT, 0.0

    def start(self, folder: RunFolder) -> Handle:
        """Have a run trained on the cluster. Raises OSError."""
        self.place.give(folder.run_id, START)
        return Handle(self.place, folder)

    def alive(self, folder: RunFolder) -> bool:
        """Whether the run is on the cluster."""
        return is_held(folder.lock)

    def kill(self, folder: RunFolder) -> bool:
        """End the run's task at once, wherever it is; whether there was one."""
        alive = self.alive(folder) or self.place.given(folder.run_id, START)
        if alive:
            self.place.give(folder.run_id, KILL)
        return alive

    def capacity(self) -> int:
        """One run a CPU of the cluster; 0 while there is none, and then one is being brought up."""
        if self.place.up():
            cpus = self.place.state().cpus
            self._wait = FIRST_WAIT if cpus else self._wait
            return cpus
        self._bring_up()
        return 0

    def _bring_up(self) -> None:
        if self._driver is not None and self._driver.poll() is None:
            return
        now = time.monotonic()
        if now < self._next_try:
            return
        self._next_try, self._wait = now + self._wait, min(LONGEST_WAIT, 2 * self._wait)
        if problem := missing():
            self.place.tell(ClusterState(problem=problem))
            return
        self.place.path.mkdir(parents=True, exist_ok=True)
        arguments = [str(self.runs.absolute())]
        self._driver = start_detached("ppo_engine.jobs.cluster.driver", arguments, self.place.log)
