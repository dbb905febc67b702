"""Whether a run.db from elsewhere is one of ours: our tables and nothing else, and rows that every reader can read."""

from __future__ import annotations

import hashlib
import json
import math
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from ppo_engine.config import TrainConfig
from ppo_engine.diagnostics import HISTOGRAM_BINS, SAMPLE_SIZE
from ppo_engine.envs import describe
from ppo_engine.jobs import schema
from ppo_engine.jobs.exports.unpacking import CannotImport
from ppo_engine.jobs.live_knobs import check_live
from ppo_engine.knobs import ConfigError
from ppo_engine.policy import Policy

MOST_WISHES = 1 << 40
LONGEST_TEXT = 1 << 20
SNAPSHOT = {"parameters", "obs_mean", "obs_var", "return_var"}
HISTOGRAM_BYTES, SAMPLE_BYTES = 8 * (HISTOGRAM_BINS + 2), 6 * SAMPLE_SIZE
# For each table, what no row of ours is.
WRONG = {
    "updates": "at_update < 1 OR at_update > :updates OR timesteps IS NOT at_update * :batch"
    " OR typeof(run_seconds) != 'real' OR typeof(scalars) != 'blob' OR length(scalars) != :scalars"
    " OR (histogram IS NOT NULL AND (typeof(histogram) != 'blob' OR length(histogram) != :histogram))"
    " OR (sample IS NOT NULL AND (typeof(sample) != 'blob' OR length(sample) % 6 OR length(sample) > :sample))"
    " OR (detail IS NOT NULL AND (typeof(detail) != 'text' OR length(detail) > :text))",
    "events": "typeof(at_update) != 'integer' OR at_update < 0 OR at_update > :updates + 1 OR typeof(kind) != 'text'"
    " OR typeof(detail) != 'text' OR length(detail) > :text OR typeof(wall) != 'real'"
    " OR typeof(run_seconds) != 'real' OR typeof(attempt) != 'integer'",
    "episodes": "typeof(at_update) != 'integer' OR at_update < 1 OR at_update > :updates OR typeof(step) != 'integer'"
    " OR typeof(env) != 'integer' OR typeof(timesteps) != 'integer' OR typeof(length) != 'integer'"
    " OR (typeof(ret) != 'real' AND ret IS NOT 'nan')",
    "snapshots": "at_update < 0 OR at_update > :updates OR typeof(layout) != 'text' OR length(layout) > 1000"
    " OR typeof(arrays) != 'blob'",
}


def inspect_rows(path: Path, config: TrainConfig) -> int:
    """Look at every row of the run.db at ``path``; returns the newest wish that it names. Raises CannotImport."""
    # Immutable: the file is nobody else's, and a journal beside it is neither looked for nor made.
    uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as rows:
            for pragma in ("trusted_schema=OFF", "cell_size_check=ON", "query_only=ON"):
                rows.execute(f"PRAGMA {pragma}")
            _tables(rows)
            _values(rows, config)
            _details(rows)
            _snapshots(rows, config)
            return _events(rows, config)
    except (sqlite3.Error, OverflowError, UnicodeDecodeError) as error:
        raise CannotImport(f"run.db is damaged: {error}.") from error


def _tables(rows: sqlite3.Connection) -> None:
    version = rows.execute("PRAGMA user_version").fetchone()[0]
    if version != schema.VERSION:
        raise CannotImport(f"run.db has schema {version}, and this program reads {schema.VERSION}.")
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as ours:
        schema.make_tables(ours)
        query = "SELECT type, name, tbl_name, sql FROM sqlite_master"
        expected, found = set(ours.execute(query)), set(rows.execute(query))
    if found != expected:
        names = ", ".join(sorted(str(row[1])[:40] for row in found ^ expected)[:3])
        raise CannotImport(f"run.db does not have the tables of a run ({names}).")
    if (said := rows.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
        raise CannotImport(f"run.db is damaged: {str(said)[:200]}.")


def _values(rows: sqlite3.Connection, config: TrainConfig) -> None:
    columns = _columns(rows)
    allowed = {
        "updates": config.total_updates, "batch": config.batch, "scalars": 8 * columns, "histogram": HISTOGRAM_BYTES,
        "sample": SAMPLE_BYTES, "text": LONGEST_TEXT,
    }  # fmt: skip
    for table, wrong in WRONG.items():
        if rows.execute(f"SELECT EXISTS (SELECT 1 FROM {table} WHERE {wrong})", allowed).fetchone()[0]:
            raise CannotImport(f"run.db holds {table} that no run of this config can have.")


def _columns(rows: sqlite3.Connection) -> int:
    """How many numbers an update has."""
    meta = rows.execute("SELECT key, value FROM meta").fetchmany(3)
    try:
        names = json.loads(dict(meta)["columns"])
        if len(meta) != 1 or not 1 <= len(names) <= 100 or not all(isinstance(name, str) for name in names):
            raise ValueError
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CannotImport("run.db does not say which numbers it holds.") from error
    return len(names)


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CannotImport("run.db holds a detail that is not JSON.") from error
    if not isinstance(found, dict):
        raise CannotImport("run.db holds a detail that is no JSON object.")
    return found


def _details(rows: sqlite3.Connection) -> None:
    for (text,) in rows.execute("SELECT detail FROM updates WHERE detail IS NOT NULL"):
        _object(text)


def _events(rows: sqlite3.Connection, config: TrainConfig) -> int:
    last_wish = 0
    for update, kind, text in rows.execute("SELECT at_update, kind, detail FROM events ORDER BY seq"):
        detail = _object(text)
        if kind in ("knob", "knob_refused"):
            wish, changes = detail.get("wish"), detail.get("changes")
            if not isinstance(wish, int) or not 0 <= wish < MOST_WISHES or not isinstance(changes, dict):
                raise CannotImport("run.db holds a moved knob that nobody can have moved.")
            last_wish = max(last_wish, wish)
            try:
                config = config.with_(**check_live(config, changes)) if kind == "knob" else config
            except (ConfigError, TypeError) as error:
                raise CannotImport(f"run.db holds a moved knob that cannot be used: {error}") from error
        if kind == "finished":
            _finished(rows, update, detail)
    return last_wish


def _finished(rows: sqlite3.Connection, update: int, detail: dict[str, Any]) -> None:
    """The parameters that it finished with are those whose SHA-256 it names."""
    kept = rows.execute("SELECT layout, arrays FROM snapshots WHERE at_update = ?", (update,)).fetchone()
    if kept is None:
        return
    parameters = schema.unpack_snapshot(*kept)["parameters"]
    if hashlib.sha256(parameters.tobytes()).hexdigest() != detail.get("parameters_sha256"):
        raise CannotImport("run.db names other parameters than it holds.")


def _snapshots(rows: sqlite3.Connection, config: TrainConfig) -> None:
    shapes, newest = set(), None
    for update, layout, size in rows.execute("SELECT at_update, layout, length(arrays) FROM snapshots ORDER BY 1"):
        shapes.add(_layout(layout, size))
        newest = update
    if len(shapes) > 1:
        raise CannotImport("run.db holds parameters of several networks.")
    if newest is None:
        return
    snapshot = schema.unpack_snapshot(
        *rows.execute("SELECT layout, arrays FROM snapshots WHERE at_update = ?", (newest,)).fetchone()
    )
    info = describe(config.env_id)
    if info.image:  # its network is torch's, which is not worth loading for this
        return
    try:
        Policy(config, snapshot).act([0.0] * info.obs_dim)
    except (ValueError, IndexError) as error:
        raise CannotImport("run.db holds parameters of another network.") from error


def _layout(text: str, size: int) -> str:
    try:
        found = json.loads(text)
        names = {name for name, _, _ in found}
        counts = [math.prod(shape) * {"<f4": 4, "<f8": 8}[kind] for _, kind, shape in found if len(shape) == 1]
        whole = all(isinstance(number, int) and number >= 0 for _, _, shape in found for number in shape)
        if names != SNAPSHOT or len(found) != len(SNAPSHOT) or len(counts) != len(found) or not whole:
            raise ValueError
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CannotImport("run.db holds parameters in a form that no run has.") from error
    if sum(counts) != size:
        raise CannotImport("run.db holds parameters that are not as long as they claim.")
    return text
