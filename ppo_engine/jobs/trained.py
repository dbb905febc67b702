"""Trains configs beside each other and keeps what became of each as one row of data, so that a table can be traced."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from ppo_engine.config import TrainConfig

EPISODES, FIRST_SEED, PIECES = 100, 10_000, 40
Key = tuple[Any, ...]


def trained_row(config: TrainConfig) -> dict[str, Any]:
    """Trains ``config`` to its end: greedy mean over 100 fresh episodes, and what the training returns were like.

    ``curve`` has 40 numbers: the mean return of the episodes that ended in each fortieth of the run (None where none
    did); ``last_tenth`` is that of its last tenth, ``last_100`` that of its last hundred episodes, and ``untrained``
    what the first policy's samples return. A run that diverges counts with its last finite policy.
    """
    import numpy as np

    from ppo_engine.evaluate import evaluate
    from ppo_engine.report import Diverged
    from ppo_engine.trainer import Trainer

    episodes: list[tuple[int, float]] = []
    largest_kl, diverged = 0.0, False
    with Trainer(config) as trainer:
        untrained = evaluate(config, trainer.snapshot(), 20, FIRST_SEED, deterministic=False).mean
        while not trainer.finished and not diverged:
            try:
                report = trainer.update()
            except Diverged as error:
                report, diverged = error.report, True
            largest_kl = max(largest_kl, report.kl)
            episodes += [(episode.timesteps, episode.ret) for episode in report.episodes]
        steps = config.total_updates * config.batch
        result = evaluate(config, trainer.snapshot(), EPISODES, FIRST_SEED)
        sha, timesteps = trainer.parameters_sha256(), trainer.timesteps
    ends, returns = np.asarray(episodes, float).reshape(-1, 2).T
    piece = np.minimum((ends - 1) * PIECES // steps, PIECES - 1)
    means = [returns[piece == index] for index in range(PIECES)]
    late = returns[piece >= PIECES - PIECES // 10]
    return {
        "seed": config.seed, "timesteps": timesteps, "diverged": diverged,
        "mean": round(result.mean, 1), "std": round(result.std, 1), "n": result.n,
        "ci95": [round(end, 1) for end in result.ci95],
        "share_solved": None if result.threshold is None else result.share_solved,
        "best": round(max(result.returns), 1), "last_tenth": round(float(late.mean()), 1) if late.size else None,
        "last_100": round(float(returns[-100:].mean()), 1) if returns.size else None, "untrained": round(untrained, 1),
        "largest_kl": float(f"{largest_kl:.3g}") if np.isfinite(largest_kl) else None,
        "curve": [round(float(some.mean()), 1) if some.size else None for some in means],
        "parameters_sha256": sha,
    }  # fmt: skip


def read(path: Path) -> list[dict[str, Any]]:
    """The rows kept at ``path``, in the order they were written; none where there is no file."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else []


def fill(
    path: Path, names: Sequence[str], todo: Iterable[Key], order: Sequence[Key], config_of: Callable[..., TrainConfig]
) -> list[dict[str, Any]]:
    """Trains every key of ``todo``, one process a core, and keeps each row at ``path`` as soon as it is there.

    A key is the values of the columns ``names``; ``config_of(*key)`` is what it trains, and must be importable.
    Rows are written in ``order``, and rows of keys that are not in it are dropped.
    """
    rows = {tuple(row[name] for name in names): row for row in read(path)}
    jobs = [(names, key, config_of) for key in todo]
    side_by_side = min(len(jobs), os.cpu_count() or 1) or 1
    with multiprocessing.get_context("spawn").Pool(side_by_side, maxtasksperchild=1) as pool:
        for key, row in pool.imap_unordered(_train, jobs):
            rows[key] = row
            kept = [rows[one] for one in order if one in rows]
            path.write_text("[\n" + ",\n".join(json.dumps(one) for one in kept) + "\n]\n", encoding="utf-8")
            print(json.dumps({name: row[name] for name in (*names, "mean", "last_tenth")}), flush=True)
    return list(rows.values())


def command(
    argv: list[str] | None, module: str, what: str, path: Path, names: Sequence[str], every: Sequence[Key],
    config_of: Callable[..., TrainConfig],
) -> list[dict[str, Any]]:  # fmt: skip
    """A study's command line: trains the rows of ``every`` that are missing at ``path``, and returns all that are kept.

    Each column but the seed is an option that leaves only its value; ``--again`` trains kept rows anew.
    """
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=what)
    columns = [name for name in names if name != "seed"]
    for name in columns:
        values = list(dict.fromkeys(key[names.index(name)] for key in every))
        parser.add_argument(f"--{name.replace('_', '-')}", choices=values, help="only this one")
    parser.add_argument("--seeds", type=int, help="only seeds 1 to N")
    parser.add_argument("--again", action="store_true", help="train rows again that are kept already")
    chosen = vars(parser.parse_args(argv))
    kept = {tuple(row[name] for name in names) for row in read(path)}

    def asked_for(key: Key) -> bool:
        row = dict(zip(names, key, strict=True))
        same = all(chosen[name] in (None, row[name]) for name in columns)
        return same and row["seed"] <= (chosen["seeds"] or row["seed"]) and (chosen["again"] or key not in kept)

    return fill(path, names, [key for key in every if asked_for(key)], every, config_of)


def one_thread() -> None:
    """Keeps the linear algebra of this process and its children on one thread, so that runs side by side do not wait
    for each other and their bits do not depend on the number of cores."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"


def _train(job: tuple[Sequence[str], Key, Callable[..., TrainConfig]]) -> tuple[Key, dict[str, Any]]:
    names, key, config_of = job
    return key, {**dict(zip(names, key, strict=True)), **trained_row(config_of(*key))}
