"""run.db's tables, and how a report becomes blobs and comes back."""

from __future__ import annotations

import json
import math
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np

from ppo_engine.jobs import peek
from ppo_engine.report import REPORT_KEYS, Report

VERSION = 1
TABLES = """
CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS events(
  seq INTEGER PRIMARY KEY AUTOINCREMENT, at_update INTEGER NOT NULL, kind TEXT NOT NULL, detail TEXT NOT NULL,
  wall REAL NOT NULL, run_seconds REAL NOT NULL, attempt INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS updates(
  at_update INTEGER PRIMARY KEY, timesteps INTEGER NOT NULL, run_seconds REAL NOT NULL, scalars BLOB NOT NULL,
  histogram BLOB, sample BLOB, detail TEXT);
CREATE TABLE IF NOT EXISTS episodes(
  seq INTEGER PRIMARY KEY AUTOINCREMENT, at_update INTEGER NOT NULL, step INTEGER NOT NULL, env INTEGER NOT NULL,
  timesteps INTEGER NOT NULL, ret BLOB NOT NULL, length INTEGER NOT NULL, UNIQUE(at_update, step, env));
CREATE TABLE IF NOT EXISTS snapshots(
  at_update INTEGER PRIMARY KEY, layout TEXT NOT NULL, arrays BLOB NOT NULL);
"""


def make_tables(connection: sqlite3.Connection) -> None:
    """Create whatever is missing, and note the column order of the scalars; raises ValueError for a newer schema."""
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found > VERSION:
        raise ValueError(f"run.db has schema {found}, but this program knows only up to {VERSION}.")
    if found == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    for statement in TABLES.split(";\n"):
        connection.execute(statement)
    connection.execute("INSERT OR IGNORE INTO meta VALUES ('columns', ?)", (json.dumps(REPORT_KEYS),))
    connection.execute(f"PRAGMA user_version={VERSION}")
    connection.execute("COMMIT")


def columns(database: Path) -> list[str]:
    """The order in which a run.db holds its scalars."""
    rows = peek.query(database, "SELECT value FROM meta WHERE key = 'columns'")
    return json.loads(rows[0][0]) if rows else list(REPORT_KEYS)


def pack_scalars(report: Report) -> bytes:
    """The report's numbers as float64 in the order of REPORT_KEYS; only a blob keeps NaN."""
    scalars = report.scalars()
    return np.array([scalars[key] for key in REPORT_KEYS], dtype="<f8").tobytes()


def unpack_scalars(blobs: list[bytes], columns: list[str]) -> np.ndarray:
    """Rows of scalars (k, len(REPORT_KEYS)) from blobs written in the order ``columns``; NaN where one was unknown."""
    written = np.frombuffer(b"".join(blobs), dtype="<f8").reshape(len(blobs), len(columns))
    if columns == list(REPORT_KEYS):
        return written
    rows = np.full((len(blobs), len(REPORT_KEYS)), np.nan)
    for target, key in enumerate(REPORT_KEYS):
        if key in columns:
            rows[:, target] = written[:, columns.index(key)]
    return rows


def pack_update(report: Report, run_seconds: float) -> tuple[int, int, float, bytes, bytes, bytes, str | None]:
    """One row of the table updates; the sample keeps the *logarithm* of the ratio, which fits in a float16."""
    with np.errstate(over="ignore"):
        sample = np.asarray(report.sample, dtype="<f2")
    histogram = np.asarray(report.histogram, dtype="<i4")
    detail = as_json(report.detail) if report.detail else None
    blobs = pack_scalars(report), histogram.tobytes(), sample.tobytes()
    return report.update, report.timesteps, run_seconds, *blobs, detail


def unpack_histogram(blob: bytes) -> np.ndarray:
    """Counts (2, bins + 2): row 0 for positive advantages, row 1 for the others; first and last are overflow."""
    return np.frombuffer(blob, dtype="<i4").reshape(2, -1)


def unpack_sample(blob: bytes) -> np.ndarray:
    """Samples (n, 3): log-ratio, advantage, slope."""
    return np.frombuffer(blob, dtype="<f2").reshape(-1, 3).astype(np.float32)


def pack_snapshot(update: int, snapshot: dict[str, np.ndarray]) -> tuple[int, str, bytes]:
    """One row of the table snapshots: the arrays' bytes one after the other, and where each lies."""
    layout = [[name, array.dtype.str, array.shape] for name, array in snapshot.items()]
    return update, json.dumps(layout), b"".join(array.tobytes() for array in snapshot.values())


def unpack_snapshot(layout: str, blob: bytes) -> dict[str, np.ndarray]:
    """The arrays a Policy is built from."""
    snapshot, offset = {}, 0
    for name, dtype, shape in json.loads(layout):
        count = math.prod(shape)
        snapshot[name] = np.frombuffer(blob, dtype, count, offset).reshape(shape)
        offset += snapshot[name].nbytes
    return snapshot


def pack_number(value: float) -> float | str:
    """A number for a column of its own: NaN, which SQLite would turn into NULL, travels as text."""
    return value if value == value else "nan"


def as_json(detail: dict[str, Any]) -> str:
    """An event's detail as strict JSON: numbers that JSON lacks become text."""

    def plain(value: Any) -> Any:
        if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
            return str(value)
        if isinstance(value, dict):
            return {key: plain(part) for key, part in value.items()}
        if isinstance(value, (list, tuple)):
            return [plain(part) for part in value]
        return value

    return json.dumps(plain(detail), allow_nan=False)
