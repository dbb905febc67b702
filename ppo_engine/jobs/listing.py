"""All runs of a folder at a glance: one row each, with the state it is in just now."""

from __future__ import annotations

import bisect
import functools
import json
from collections.abc import Container
from pathlib import Path
from typing import NamedTuple

from ppo_engine.config import TrainConfig
from ppo_engine.jobs import peek, schema
from ppo_engine.jobs.card import read_card
from ppo_engine.jobs.folders import RunFolder, run_ids
from ppo_engine.jobs.locks import is_held
from ppo_engine.jobs.registry import Entry, Registry
from ppo_engine.jobs.states import CLOSING, State, derive
from ppo_engine.report import REPORT_KEYS

EP_REW_MEAN = REPORT_KEYS.index("ep_rew_mean")


class RunRow(NamedTuple):
    """One line of the list of runs; ``rev`` is what a command may be tied to."""

    run_id: str
    name: str
    state: str
    state_sentence: str
    env_id: str
    objective: str
    seed: int
    timesteps: int
    total_timesteps: int
    ep_rew_mean: float
    created: float
    updates: int
    rev: int = 0


@functools.lru_cache(maxsize=1024)
def _read_config(path: str) -> TrainConfig:
    return TrainConfig.from_dict(json.loads(Path(path).read_text(encoding="utf-8"))["config"])


@functools.lru_cache(maxsize=1024)
def _read_record(path: str) -> TrainConfig:
    return TrainConfig.from_record(json.loads(Path(path).read_text(encoding="utf-8"))["config"])


def read_config(folder: RunFolder, to_tell: bool = False) -> TrainConfig:
    """The config a run was started with; raises ValueError (ConfigError among them) if the file is damaged.

    If it is only ``to_tell`` of the run, its environment is neither looked up nor made.
    """
    try:
        return _read_record(str(folder.config)) if to_tell else _read_config(str(folder.config))
    except (OSError, KeyError, TypeError) as error:
        raise ValueError(f"config.json cannot be read: {error}") from error


def status(
    folder: RunFolder, entry: Entry | None, registry: Registry, total: int = 0, queue: list[int] | None = None
) -> State:
    """State and sentence of a run of which the registry row has been read; ``queue`` is ``waiting``'s, if known."""
    held = is_held(folder.lock)
    # The lock is asked first: a worker writes its last event before it lets go, so no ending can be overlooked.
    glance = peek.glance(folder.database)
    note = read_card(folder.card).get("note", "") if held else ""
    ahead, remark = 0, None
    ended = glance.event is not None and glance.event.kind in CLOSING
    if not held and entry is not None and (not ended or entry.settled == "again"):
        remarks = registry.remarks(folder.run_id)
        remark = remarks[-1] if remarks else None
        ahead = bisect.bisect_left(waiting(folder.runs, registry) if queue is None else queue, entry.place)
    return derive(entry, glance, held, ahead, note, remark, total)


def waiting(runs: Path, registry: Registry) -> list[int]:
    """The places in the queue of all runs that wait for a worker, in order."""
    return [
        entry.place for entry in registry.open_entries()
        if entry.desired == "run" and (entry.untouched or not is_held(RunFolder(runs, entry.run_id).lock))
    ]  # fmt: skip


def list_runs(runs: Path | str, only: Container[str] | None = None, but: Container[str] = ()) -> list[RunRow]:
    """All runs of a folder, newest first; a run whose folder is damaged is listed as lost.

    ``only`` and ``but`` are the ids to keep to and to leave out.
    """
    registry = Registry(runs)
    entries = {entry.run_id: entry for entry in registry.entries()}
    queue = waiting(Path(runs), registry)
    wanted = [run_id for run_id in run_ids(Path(runs)) if (only is None or run_id in only) and run_id not in but]
    return [_row(RunFolder(runs, run_id), entries.get(run_id), registry, queue) for run_id in reversed(wanted)]


def _row(folder: RunFolder, entry: Entry | None, registry: Registry, queue: list[int]) -> RunRow:
    name, created, rev = (entry.name, entry.created, entry.rev) if entry else ("", folder.path.stat().st_mtime, 0)
    try:
        config = read_config(folder, to_tell=True)
    except ValueError as error:
        return RunRow(folder.run_id, name, "lost", str(error), "", "", 0, 0, 0, float("nan"), created, 0, rev)
    state = status(folder, entry, registry, config.total_updates, queue)
    newest = "SELECT at_update, timesteps, scalars FROM updates ORDER BY at_update DESC LIMIT 1"
    rows = peek.query(folder.database, newest)
    update, timesteps, reward = 0, 0, float("nan")
    if rows:
        update, timesteps = rows[0][:2]
        reward = float(schema.unpack_scalars([rows[0][2]], schema.columns(folder.database))[0, EP_REW_MEAN])
    return RunRow(
        folder.run_id, name, state.name, state.sentence, config.env_id, config.objective, config.seed,
        timesteps, config.total_timesteps, reward, created, update, rev,
    )  # fmt: skip
