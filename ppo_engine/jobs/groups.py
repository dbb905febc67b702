"""Comparisons: groups of runs kept as small files in the runs folder; twins launched together, forks branched."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ppo_engine.config import TrainConfig
from ppo_engine.jobs import peek
from ppo_engine.jobs.folders import RunFolder, UnknownRun, check_run_id, new_run_id
from ppo_engine.jobs.forking import fork
from ppo_engine.jobs.launching import ensure_supervisor, known_run, launch, start_worker_if_free
from ppo_engine.jobs.listing import read_config, status
from ppo_engine.jobs.locks import is_held
from ppo_engine.jobs.registry import Registry
from ppo_engine.knobs import ConfigError

FOLDER = "comparisons"
MOST = 4


class Comparison(NamedTuple):
    """A group of runs to be looked at side by side; ``kind`` is twins, fork or picked, ``created`` only a label."""

    comparison_id: str
    kind: str
    run_ids: tuple[str, ...]
    created: float


def save(runs: Path, run_ids: Sequence[str], kind: str) -> str:
    """Keep a comparison, in a file of its own that is whole or not there; returns its id. Raises OSError."""
    ids = tuple(check_run_id(run_id) for run_id in run_ids)
    for known in comparisons(runs):
        if known.run_ids == ids:
            return known.comparison_id
    name, folder = new_run_id(), Path(runs) / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f"{name}.json.tmp"
    temporary.write_text(json.dumps({"kind": kind, "runs": ids, "created": time.time()}), encoding="utf-8")
    os.replace(temporary, folder / f"{name}.json")
    return name


def comparisons(runs: Path) -> list[Comparison]:
    """Every comparison of which all runs are still there, the newest first; a damaged file is passed over."""
    found = []
    for path in sorted((Path(runs) / FOLDER).glob("*.json")):
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            ids = tuple(check_run_id(run_id) for run_id in values["runs"])
            if 1 <= len(ids) <= MOST and all(RunFolder(runs, run_id).exists() for run_id in ids):
                found.append(Comparison(path.stem, str(values["kind"]), ids, float(values["created"])))
        except (OSError, ValueError, KeyError, TypeError, UnknownRun):
            continue
    return sorted(found, key=lambda known: known.created, reverse=True)


def check_group(runs: Path, run_ids: Sequence[str]) -> tuple[str, ...]:
    """The ids, if these runs can be compared: one to four of them, each known, all of one environment.

    Raises ConfigError or UnknownRun, each with one sentence.
    """
    ids = tuple(dict.fromkeys(run_ids))
    if not 1 <= len(ids) <= MOST:
        raise ConfigError("runs", f"a list of {len(ids)}", f"one to {MOST} runs")
    environments = []
    for run_id in ids:
        folder, _ = known_run(Path(runs), run_id)
        environments.append(read_config(folder, to_tell=True).env_id)
    if len(set(environments)) > 1:
        raise ConfigError(
            "runs", ", ".join(dict.fromkeys(environments)),
            "of one environment: the returns of different tasks have no common scale",
        )  # fmt: skip
    return ids


def start_together(runs: Path, run_ids: Sequence[str]) -> None:
    """Let these runs go on side by side, however many slots there are: to see them together is the point."""
    runs = Path(runs)
    for run_id in run_ids:
        Registry(runs).command(run_id, "run")
    for run_id in run_ids:
        folder = RunFolder(runs, run_id)
        if not is_held(folder.lock):
            Registry(runs).requeue(run_id, "supervisor")
            start_worker_if_free(folder, at_once=True)
    ensure_supervisor(runs)


def launch_twins(runs: Path, configs: Sequence[TrainConfig]) -> tuple[str, ...]:
    """Start runs that share seed, weights and first batch, as one comparison; returns their ids.

    Raises ConfigError for another number than two to four, for different environments or seeds, and OSError when
    they cannot be written; then nothing was started.
    """
    if not 2 <= len(configs) <= MOST:
        raise ConfigError("twins", len(configs), f"two to {MOST} runs")
    for name in ("env_id", "seed"):
        if len({getattr(config, name) for config in configs}) > 1:
            raise ConfigError(name, [getattr(config, name) for config in configs], "the same for all twins")
    made: list[str] = []
    try:
        for config in configs:
            made.append(launch(runs, config, start=False))
        save(runs, made, "twins")
    except OSError:
        for run_id in made:
            Registry(runs).change(run_id, deleted=1)
            shutil.rmtree(RunFolder(runs, run_id).path, ignore_errors=True)
        raise
    start_together(runs, made)
    return tuple(made)


def branch(runs: Path, run_id: str, update: int, **knobs: Any) -> tuple[str, str]:
    """What if? The run as it was, and a branch of it that has ``knobs`` from ``update`` on, as one comparison.

    A run that stands still at that very update is not set going again: a branch without a change stands in for it.
    Returns (unmoved, moved). Raises ConfigError for an update or a knob that cannot be used; then nothing is written.
    """
    runs = Path(runs)
    folder, entry = known_run(runs, run_id)
    total, newest = read_config(folder).total_updates, peek.glance(folder.database).update
    if isinstance(update, int) and update >= total:
        raise ConfigError("update", update, f"before the run's last, {total}: after that nothing is left to change")
    going = status(folder, entry, Registry(runs)).name in ("running", "queued")
    moved = fork(runs, run_id, update, start=False, **knobs)
    fresh = [moved]
    unmoved = run_id
    if newest <= update and not going:
        unmoved = fork(runs, run_id, update, start=False)
        fresh = [unmoved, moved]
    save(runs, (unmoved, moved), "fork")
    start_together(runs, fresh)
    return unmoved, moved


def branch_unmoved(runs: Path, run_id: str, update: int) -> tuple[str, str]:
    """What if no knob had been moved from ``update`` on? The run, and a branch of it that goes on from just before.

    Returns (run, branch). Raises ConfigError for an update that the run has not reached; then nothing is written.
    """
    stayed = fork(Path(runs), run_id, update - 1, start=False)
    save(runs, (run_id, stayed), "fork")
    start_together(runs, [stayed])
    return run_id, stayed
