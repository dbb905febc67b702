"""run.db as its one writer sees it: one transaction an update, nothing shown ever taken back."""

from __future__ import annotations

import dataclasses
import json
import os
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ppo_engine.jobs import schema
from ppo_engine.jobs.folders import RunFolder
from ppo_engine.report import Episode, Report

NEWEST_KEPT = 64
WAL_LIMIT = 4 << 20


class NotWritten(Exception):
    """The disk took nothing (full, or the file is locked); what was to be written waits in the store's memory."""


class AppliedKnobs(NamedTuple):
    """Live knobs that took effect with ``update``, by the wish with this sequence number."""

    update: int
    wish: int
    changes: dict[str, Any]


@dataclasses.dataclass
class Batch:
    """What belongs into one transaction: an update's report and parameters, events, episodes that have just ended."""

    report: Report | None = None
    snapshot: dict[str, np.ndarray] | None = None
    snapshot_update: int = 0
    events: list[tuple[str, int, dict[str, Any]]] = dataclasses.field(default_factory=list)
    episodes: Sequence[Episode] = ()


class Store:
    """The open run.db of one run; only the process that holds the run's lock may make one."""

    def __init__(self, folder: RunFolder, run_seconds: Callable[[], float] = lambda: 0.0):
        self.folder, self.run_seconds = folder, run_seconds
        self.waiting: deque[Batch] = deque()
        self._db = sqlite3.connect(folder.database, timeout=5, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", f"journal_size_limit={WAL_LIMIT}"):
            self._db.execute(f"PRAGMA {pragma}")
        schema.make_tables(self._db)
        claimed = "SELECT coalesce(max(CAST(value AS INTEGER)), 0) FROM meta WHERE key = 'attempt'"
        self.attempt = max(self._first("SELECT coalesce(max(attempt), 0) FROM events"), self._first(claimed)) + 1

    def claim(self) -> None:
        """Make this attempt's number count even if it never writes a row; raises sqlite3.OperationalError."""
        self._db.execute("INSERT OR REPLACE INTO meta VALUES ('attempt', ?)", (str(self.attempt),))

    def _first(self, query: str) -> Any:
        return self._db.execute(query).fetchone()[0]

    def last_update(self) -> int:
        """The newest update that has been shown; 0 before the first."""
        return self._first("SELECT coalesce(max(at_update), 0) FROM updates")

    def last_run_seconds(self) -> float:
        """Seconds of training on record, summed over the attempts."""
        return self._first("SELECT max(coalesce((SELECT max(run_seconds) FROM updates), 0), 0)")

    def last_event(self) -> str:
        """The kind of the newest event; empty before the first."""
        row = self._db.execute("SELECT kind FROM events ORDER BY seq DESC LIMIT 1").fetchone()
        return row[0] if row else ""

    def applied_knobs(self) -> list[AppliedKnobs]:
        """Every live knob that ever took effect, in order: a replay must apply them at these very updates."""
        rows = self._db.execute("SELECT at_update, detail FROM events WHERE kind = 'knob' ORDER BY seq")
        details = ((update, json.loads(detail)) for update, detail in rows)
        return [AppliedKnobs(update, detail["wish"], detail["changes"]) for update, detail in details]

    def last_wish(self) -> int:
        """The newest wish that was applied or refused."""
        rows = self._db.execute("SELECT detail FROM events WHERE kind IN ('knob', 'knob_refused')")
        return max((json.loads(detail)["wish"] for (detail,) in rows), default=0)

    def event(self, kind: str, update: int, **detail: Any) -> None:
        """Record one event in a transaction of its own; raises NotWritten."""
        self.commit(Batch(events=[(kind, update, detail)]))

    def commit(self, batch: Batch) -> None:
        """Write ``batch`` and all that still waits, each in one transaction and in order; raises NotWritten."""
        self.waiting.append(batch)
        self.flush()

    def flush(self) -> None:
        """Write what still waits; raises NotWritten and keeps it when the disk does not take it."""
        while self.waiting:
            try:
                self._write(self.waiting[0])
            except sqlite3.OperationalError as error:
                self._roll_back()
                raise NotWritten(str(error)) from error
            self.waiting.popleft()

    def drop_waiting_event(self, kind: str) -> None:
        """Forget a waiting batch that is nothing but an event of this kind."""
        if self.waiting and [event[0] for event in self.waiting[-1].events] == [kind]:
            self.waiting.pop()

    def _roll_back(self) -> None:
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")

    def _write(self, batch: Batch) -> None:
        run_seconds = self.run_seconds()
        self._db.execute("BEGIN IMMEDIATE")
        for kind, update, detail in batch.events:
            values = (update, kind, schema.as_json(detail), time.time(), run_seconds, self.attempt)
            names = "at_update, kind, detail, wall, run_seconds, attempt"
            self._db.execute(f"INSERT INTO events({names}) VALUES (?, ?, ?, ?, ?, ?)", values)
        self._write_episodes(batch.episodes)
        if batch.report is not None:
            self._write_episodes(batch.report.episodes)
            row = schema.pack_update(batch.report, run_seconds)
            self._db.execute("INSERT OR IGNORE INTO updates VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        if batch.snapshot is not None:
            moment = schema.pack_snapshot(batch.snapshot_update, batch.snapshot)
            self._db.execute("INSERT OR IGNORE INTO snapshots VALUES (?, ?, ?)", moment)
            thinned = [(update,) for update in outgrown(batch.snapshot_update)]
            self._db.executemany("DELETE FROM snapshots WHERE at_update = ?", thinned)
        self._db.execute("COMMIT")

    def _write_episodes(self, episodes: Iterable[Episode]) -> None:
        self._db.executemany(
            "INSERT OR IGNORE INTO episodes(at_update, step, env, timesteps, ret, length) VALUES (?, ?, ?, ?, ?, ?)",
            [(e.update, e.step, e.env, e.timesteps, schema.pack_number(e.ret), e.length) for e in episodes],
        )

    def harden(self) -> None:
        """Bring all rows to the disk, so that no checkpoint is ever newer than the rows after a power cut."""
        self._db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def gone(self) -> bool:
        """Whether the file this store writes has been deleted or moved away."""
        return not os.path.exists(self.folder.database)

    def close(self) -> None:
        """Close the file; what still waits is lost."""
        self._db.close()


def outgrown(newest: int) -> list[int]:
    """The updates whose parameters need not be kept any longer once those of ``newest`` are.

    The newest 64 stay; of those up to 128 updates old every 2nd, up to 256 every 4th, and so on, so that a moment of
    age n has kept parameters at most n/32 before it and a run of N updates keeps about 64 + 32 log2(N/64).
    """
    gone, age, stride = [], NEWEST_KEPT, 2
    while age <= newest:
        if (newest - age) % stride:
            gone.append(newest - age)
        age, stride = age * 2, stride * 2
    return gone
