"""Forks: a run that shares another's history bit for bit up to an update, and then goes on with other live knobs."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from ppo_engine.jobs import checkpoints, peek
from ppo_engine.jobs.folders import RunFolder
from ppo_engine.jobs.launching import known_run, start_and_watch, write_run
from ppo_engine.jobs.listing import read_config
from ppo_engine.jobs.live_knobs import check_live
from ppo_engine.jobs.names import clean_name
from ppo_engine.jobs.registry import Registry
from ppo_engine.jobs.store import Batch, Store
from ppo_engine.knobs import ConfigError

HISTORY = {
    "updates": "at_update, timesteps, run_seconds, scalars, histogram, sample, detail",
    "episodes": "seq, at_update, step, env, timesteps, ret, length",
    "snapshots": "at_update, layout, arrays",
}


def fork(
    runs: Path, run_id: str, update: int | None = None, name: str = "", start: bool = True, **knobs: Any
) -> str:
    """Make a run that equals ``run_id`` up to ``update`` (default: its newest) and has ``knobs`` from there on.

    It begins at the nearest whole state that the parent kept before that moment and repeats the updates in between,
    so it shares everything with its parent: parameters, optimiser, random numbers, environments.
    Raises ConfigError for an update that the parent has not reached, or a knob that cannot move during a run.
    """
    runs = Path(runs)
    parent, _ = known_run(runs, run_id)
    newest = peek.glance(parent.database).update
    moment = newest if update is None else update
    if isinstance(moment, bool) or not isinstance(moment, int) or not 0 <= moment <= newest:
        raise ConfigError("update", moment, f"a whole number from 0 to {newest:,}, the newest of run {run_id}")
    changes, name, config = check_live(read_config(parent), knobs), clean_name(name), read_config(parent)
    child = write_run(runs, config, parent={"run_id": run_id, "update": moment})
    _copy_history(parent, child, moment)
    _copy_state(parent, child, moment)
    Registry(runs).add(child.run_id, name, "run" if start else "pause")
    if changes:
        Registry(runs).wish(child.run_id, changes)
    if start:
        start_and_watch(child)
    return child.run_id


def _copy_history(parent: RunFolder, child: RunFolder, moment: int) -> None:
    store = Store(child)
    store.attempt = 0
    store.commit(Batch(events=[("forked", moment, {"run_id": parent.run_id})]))
    store.close()
    with peek.reading(parent.database) as source, closing(sqlite3.connect(child.database)) as target, target:
        for table, columns in HISTORY.items():
            rows = source.execute(f"SELECT {columns} FROM {table} WHERE at_update <= ?", (moment,))
            marks = ", ".join("?" * len(columns.split(", ")))
            target.executemany(f"INSERT INTO {table}({columns}) VALUES ({marks})", rows)
        columns = "at_update, kind, detail, wall, run_seconds"
        moved = source.execute(f"SELECT {columns} FROM events WHERE kind = 'knob' AND at_update <= ?", (moment,))
        target.executemany(f"INSERT INTO events({columns}, attempt) VALUES (?, ?, ?, ?, ?, 0)", moved)


def _copy_state(parent: RunFolder, child: RunFolder, moment: int) -> None:
    kept = [update for update in checkpoints.branch_updates(parent) if update <= moment]
    for update in reversed(kept):
        try:
            shutil.copyfile(parent.branches / f"{update:08d}.npz", child.checkpoint)
            checkpoints.read_checkpoint(child.checkpoint)
            return
        except (OSError, checkpoints.BadCheckpoint):
            child.checkpoint.unlink(missing_ok=True)
