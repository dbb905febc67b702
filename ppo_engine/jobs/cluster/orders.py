"""How the supervisor and the cluster's driver speak: one file an order, and one that says how the cluster stands."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import NamedTuple

from ppo_engine.jobs.folders import RUN_ID
from ppo_engine.jobs.locks import is_held

START, KILL = "start", "kill"


class ClusterState(NamedTuple):
    """The cluster as its driver last saw it; ``cpus`` is 0 until it is up, ``problem`` says why it is not."""

    cpus: int = 0
    nodes: int = 0
    problem: str = ""


class ClusterFolder:
    """The folder ``cluster`` of a runs folder; making one touches no file.

    An order outlives whoever gave it and whoever was about to carry it out, and giving it twice is giving it once.
    """

    def __init__(self, runs: Path | str):
        self.path = Path(runs) / "cluster"
        self.lock, self.log = self.path / "driver.lock", self.path / "driver.log"
        self.scratch = self.path / "scratch.txt"
        self._state = self.path / "state.json"

    def up(self) -> bool:
        """Whether a driver is there, be it only starting."""
        return is_held(self.lock)

    def give(self, run_id: str, order: str) -> None:
        """Give the driver an order about a run."""
        self.path.mkdir(parents=True, exist_ok=True)
        (self.path / f"{run_id}.{order}").touch()

    def given(self, run_id: str, order: str) -> bool:
        """Whether an order has not been carried out yet."""
        return (self.path / f"{run_id}.{order}").exists()

    def done(self, run_id: str, order: str) -> None:
        """Take back an order that has been carried out."""
        (self.path / f"{run_id}.{order}").unlink(missing_ok=True)

    def orders(self) -> list[tuple[str, str]]:
        """What is still to be done as (run id, order), oldest first."""
        found = []
        for entry in os.scandir(self.path):
            run_id, _, order = entry.name.partition(".")
            if RUN_ID.fullmatch(run_id) and order in (START, KILL):
                with contextlib.suppress(OSError):
                    found.append((entry.stat().st_mtime_ns, run_id, order))
        return [(run_id, order) for _, run_id, order in sorted(found)]

    def tell(self, state: ClusterState) -> None:
        """Say how the cluster stands."""
        self.path.mkdir(parents=True, exist_ok=True)
        temporary = self._state.with_suffix(".tmp")
        temporary.write_text(json.dumps(state._asdict()), encoding="utf-8")
        os.replace(temporary, self._state)

    def state(self) -> ClusterState:
        """How the cluster stood when its driver last looked; believe its size only while the driver is up."""
        try:
            return ClusterState(**json.loads(self._state.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return ClusterState()
