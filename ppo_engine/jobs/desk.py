"""What is wished of a run, as its worker reads it between updates, for the price of one file stat."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from typing import Any

from ppo_engine.jobs.folders import RunFolder
from ppo_engine.jobs.locks import is_held
from ppo_engine.jobs.registry import Entry, Registry, Wish

READ_AT_LEAST_EVERY = 0.5


class Desk:
    """The registry as one run's worker reads it; a registry that cannot be read leaves the last wishes in force."""

    def __init__(self, folder: RunFolder):
        self.folder, self.registry = folder, Registry(folder.runs)
        self.entry: Entry | None = None
        self.wishes: list[Wish] = []
        self.served = 0
        self._stamp: tuple | None = None
        self._due = 0.0
        self.gone = False

    def look(self) -> Entry | None:
        """The run's row as it is now (None if it has none), with ``wishes`` and ``gone`` brought up to date."""
        stamp, now = self._file_stamp(), time.monotonic()
        # Two writes within one tick of the file clock have one stamp, so it is not trusted for longer than a moment.
        if stamp != self._stamp or now >= self._due:
            self._stamp, self._due = stamp, now + READ_AT_LEAST_EVERY
            self.gone = not self.folder.config.exists()
            try:
                self.entry = self.registry.entry(self.folder.run_id)
                self.wishes = self.registry.wishes(self.folder.run_id, after=self.served)
            except sqlite3.Error:
                self._due = now
        return self.entry

    def _file_stamp(self) -> tuple | None:
        try:
            found = os.stat(self.registry.path)
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def serve(self, wish: int) -> None:
        """Remember that wishes up to this one have been dealt with."""
        self.served = max(self.served, wish)
        self.wishes = [other for other in self.wishes if other.seq > self.served]

    def tell(self, **values: Any) -> None:
        """Set columns of the run's row, if that can be done now: run.db says the same, and the supervisor reads it."""
        with contextlib.suppress(sqlite3.Error):
            self.registry.change(self.folder.run_id, **values)

    def wish_pause(self) -> None:
        """Have the run stay paused once this process has gone."""
        with contextlib.suppress(sqlite3.Error):
            self.registry.command(self.folder.run_id, "pause")

    def running(self) -> int:
        """How many runs train on this machine just now, by their locks; at least 1."""
        try:
            entries = self.registry.open_entries()
        except sqlite3.Error:
            return 1
        wanted = (entry.run_id for entry in entries if entry.desired == "run")
        return max(1, sum(is_held(RunFolder(self.folder.runs, run_id).lock) for run_id in wanted))


def cores() -> int:
    """How many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
