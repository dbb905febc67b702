"""registry.db: the names of runs and what people wish of them; anyone may write here, in short transactions."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

VERSION = 1
BEHIND = 1 << 40
SCHEMA = """
CREATE TABLE IF NOT EXISTS run(
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, name TEXT NOT NULL, created REAL NOT NULL,
  desired TEXT NOT NULL CHECK (desired IN ('run', 'pause', 'stop')), step_until INTEGER NOT NULL DEFAULT 0,
  rev INTEGER NOT NULL DEFAULT 0, place INTEGER NOT NULL DEFAULT 0, keeper TEXT NOT NULL DEFAULT 'supervisor',
  workers INTEGER NOT NULL DEFAULT 0, settled TEXT NOT NULL DEFAULT '', deleted INTEGER NOT NULL DEFAULT 0,
  started REAL NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0, mark TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS wish(
  seq INTEGER PRIMARY KEY AUTOINCREMENT, run_id TEXT NOT NULL, knobs TEXT NOT NULL, made REAL NOT NULL);
CREATE INDEX IF NOT EXISTS wish_of ON wish(run_id, seq);
CREATE TABLE IF NOT EXISTS video_wish(
  seq INTEGER PRIMARY KEY AUTOINCREMENT, run_id TEXT NOT NULL, at_update INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS remark(
  seq INTEGER PRIMARY KEY AUTOINCREMENT, run_id TEXT NOT NULL, wall REAL NOT NULL, kind TEXT NOT NULL,
  text TEXT NOT NULL);
"""
NEXT_PLACE = f"(SELECT coalesce(max(place), 0) + 1 FROM run WHERE place < {BEHIND})"
COLUMNS = (
    "seq, id, name, created, desired, step_until, rev, place, keeper, workers, settled, deleted, started, tries,"
    " mark"
)


class Entry(NamedTuple):
    """One run's row: what it is called and what is wished of it.

    ``desired`` is run, pause or stop; ``step_until`` the update up to which a paused run may still go; ``place`` its
    place in the queue; ``keeper`` who restarts it (supervisor, or nobody: foreground); ``workers`` the number of
    rollout processes (0: as many as fit); ``settled`` how it ended for good, empty if it has not; ``tries`` how often
    it was started since it last got beyond ``mark``.
    """

    seq: int
    run_id: str
    name: str
    created: float
    desired: str
    step_until: int
    rev: int
    place: int
    keeper: str
    workers: int
    settled: str
    deleted: int
    started: float
    tries: int
    mark: str

    @property
    def background(self) -> bool:
        """Whether it belongs to a sweep: such runs queue behind every run that somebody started by hand."""
        return self.place >= BEHIND

    @property
    def untouched(self) -> bool:
        """Whether nobody has ever tried to start it, so that its folder holds nothing to look at."""
        return self.tries == 0 and self.started == 0 and not self.settled


class Wish(NamedTuple):
    """Live knobs somebody asked for."""

    seq: int
    knobs: dict[str, Any]


class Remark(NamedTuple):
    """Something the supervisor saw happen to a run from outside."""

    wall: float
    kind: str
    text: str


class Registry:
    """The registry of a runs folder; every call opens, does one thing and closes."""

    def __init__(self, runs: Path | str):
        self.runs = Path(runs)
        self.path = self.runs / "registry.db"

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        self.runs.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self.path, timeout=10, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
                for statement in SCHEMA.split(";\n"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version={VERSION}")
            yield connection
            connection.execute("COMMIT")
        finally:
            connection.close()

    def _read(self, query: str, parameters: tuple = ()) -> list[tuple]:
        if not self.path.exists():
            return []
        # Not read-only: whoever comes after a writer that was killed has to roll its half-written change back.
        connection = sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=rw", uri=True, timeout=10)
        try:
            return connection.execute(query, parameters).fetchall()
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                return []
            raise
        finally:
            connection.close()

    def add(self, run_id: str, name: str, desired: str, keeper: str = "supervisor", workers: int = 0) -> None:
        """Register a run whose folder has been written."""
        with self._writing() as db:
            place = db.execute(f"SELECT {NEXT_PLACE}").fetchone()[0]
            db.execute(
                "INSERT INTO run(id, name, created, desired, keeper, workers, place) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (run_id, name, time.time(), desired, keeper, workers, place),
            )

    def entry(self, run_id: str) -> Entry | None:
        """The row of a run, deleted or not; None if it was never registered here."""
        rows = self._read(f"SELECT {COLUMNS} FROM run WHERE id = ?", (run_id,))
        return Entry(*rows[0]) if rows else None

    def entries(self) -> list[Entry]:
        """All rows that are not deleted, oldest first."""
        return [Entry(*row) for row in self._read(f"SELECT {COLUMNS} FROM run WHERE deleted = 0 ORDER BY seq")]

    def open_entries(self) -> list[Entry]:
        """The rows of runs that may want a worker, in the order of the queue."""
        where = "deleted = 0 AND settled IN ('', 'again') AND desired != 'stop'"
        query = f"SELECT {COLUMNS} FROM run WHERE {where} ORDER BY place"
        return [Entry(*row) for row in self._read(query)]

    def command(self, run_id: str, desired: str, rev: int | None = None, step_until: int | None = None) -> bool:
        """Wish a run into ``desired``; False if the row is no longer at ``rev`` (somebody was faster) or is gone."""
        with self._writing() as db:
            changes = ["desired = ?", "rev = rev + 1"]
            values: list[Any] = [desired]
            if step_until is not None:
                changes.append("step_until = ?")
                values.append(step_until)
            where = "id = ? AND deleted = 0"
            values.append(run_id)
            if rev is not None:
                where += " AND rev = ?"
                values.append(rev)
            return db.execute(f"UPDATE run SET {', '.join(changes)} WHERE {where}", values).rowcount == 1

    def requeue(self, run_id: str, keeper: str) -> None:
        """Put a run at the end of the queue, as if it had never ended or failed to start; ``keeper`` watches it."""
        with self._writing() as db:
            db.execute(
                f"UPDATE run SET place = (SELECT {NEXT_PLACE}), settled = 'again', tries = 0,"
                " started = 0, keeper = ? WHERE id = ?",
                (keeper, run_id),
            )

    def change(self, run_id: str, **values: Any) -> None:
        """Set columns of a run's row that are not commands (name, settled, deleted, started, tries ...)."""
        assert set(values) <= set(COLUMNS.split(", "))
        with self._writing() as db:
            assignments = ", ".join(f"{column} = ?" for column in values)
            db.execute(f"UPDATE run SET {assignments} WHERE id = ?", (*values.values(), run_id))

    def wish(self, run_id: str, knobs: dict[str, Any]) -> int:
        """Note live knobs for a run; returns the wish's sequence number."""
        with self._writing() as db:
            values = (run_id, json.dumps(knobs), time.time())
            cursor = db.execute("INSERT INTO wish(run_id, knobs, made) VALUES (?, ?, ?)", values)
            return int(cursor.lastrowid or 0)

    def wishes(self, run_id: str, after: int = 0) -> list[Wish]:
        """The wishes for a run with a sequence number beyond ``after``, oldest first."""
        query = "SELECT seq, knobs FROM wish WHERE run_id = ? AND seq > ? ORDER BY seq"
        return [Wish(seq, json.loads(knobs)) for seq, knobs in self._read(query, (run_id, after))]

    def wish_video(self, run_id: str, update: int | str) -> None:
        """Ask for a video of the policy after ``update``, or for the film that was ordered under this name."""
        with self._writing() as db:
            db.execute("INSERT INTO video_wish(run_id, at_update) VALUES (?, ?)", (run_id, update))

    def take_video_wishes(self) -> list[tuple[str, int | str]]:
        """All open video wishes as (run id, update or film's name), oldest first; they are handed out once."""
        if not self._read("SELECT 1 FROM video_wish LIMIT 1"):
            return []
        with self._writing() as db:
            rows = db.execute("SELECT run_id, at_update FROM video_wish ORDER BY seq").fetchall()
            db.execute("DELETE FROM video_wish")
        return rows

    def remark(self, run_id: str, kind: str, text: str) -> None:
        """Note what was seen of a run from outside, for example that its process was killed."""
        with self._writing() as db:
            db.execute(
                "INSERT INTO remark(run_id, wall, kind, text) VALUES (?, ?, ?, ?)", (run_id, time.time(), kind, text)
            )

    def remarks(self, run_id: str) -> list[Remark]:
        """What was seen of a run from outside, oldest first."""
        query = "SELECT wall, kind, text FROM remark WHERE run_id = ? ORDER BY seq"
        return [Remark(*row) for row in self._read(query, (run_id,))]
