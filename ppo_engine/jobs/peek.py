"""The little of run.db that a process without NumPy needs: how far a run is, and what happened last."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

TRIES = 3


class Event(NamedTuple):
    """One thing that happened to a run: ``seq`` orders, ``wall`` is only a label."""

    seq: int
    update: int
    kind: str
    detail: dict[str, Any]
    wall: float
    attempt: int = 1


class Glance(NamedTuple):
    """A run's newest update and last event (None before the first), and the newest event that is not a knob's."""

    update: int
    timesteps: int
    event: Event | None


NOTHING_YET = Glance(0, 0, None)
EVENT_COLUMNS = "seq, at_update, kind, detail, wall, attempt"


def make_event(row: tuple) -> Event:
    """An Event from a row of EVENT_COLUMNS."""
    seq, update, kind, detail, wall, attempt = row
    return Event(seq, update, kind, json.loads(detail), wall, attempt)


@contextlib.contextmanager
def reading(database: Path) -> Iterator[sqlite3.Connection]:
    """A short-lived read-only connection; raises sqlite3.OperationalError while there is no file or no table yet."""
    connection = sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True, timeout=2, isolation_level=None)
    try:
        connection.execute("PRAGMA query_only=1")
        yield connection
    finally:
        connection.close()


def query(database: Path, statement: str, parameters: tuple = ()) -> list[tuple]:
    """Rows of one query, in one short read; no rows while the file or its tables do not exist (any more)."""
    for attempt in range(TRIES):
        if not database.exists():
            return []
        try:
            with reading(database) as connection:
                return connection.execute(statement, parameters).fetchall()
        except sqlite3.OperationalError as error:
            if "no such table" in str(error) or attempt == TRIES - 1:
                return []
            time.sleep(0.005)
        except sqlite3.DatabaseError:
            return []
    return []


def glance(database: Path) -> Glance:
    """Look at a run's database; NOTHING_YET if there is nothing to see."""
    rows = query(
        database,
        "SELECT 0, at_update, timesteps, NULL, NULL, NULL, NULL FROM"
        " (SELECT at_update, timesteps FROM updates ORDER BY at_update DESC LIMIT 1)"
        " UNION ALL SELECT * FROM (SELECT 1, seq, at_update, kind, detail, wall, attempt FROM events"
        " WHERE kind NOT IN ('knob', 'knob_refused', 'bad_checkpoint') ORDER BY seq DESC LIMIT 1)",
    )
    update = timesteps = 0
    event = None
    for row in rows:
        if row[0]:
            event = make_event(row[1:])
        else:
            update, timesteps = row[1:3]
    return Glance(update, timesteps, event)
