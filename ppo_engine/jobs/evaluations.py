"""The evaluations of a run: one JSON file in its folder, the newest last, replaced so that readers see a whole one."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, NamedTuple

from ppo_engine.evaluate import Evaluation
from ppo_engine.jobs.folders import RunFolder
from ppo_engine.jobs.locks import is_held
from ppo_engine.jobs.schema import as_json

MOST = 50
KEPT = ("mean", "std", "n", "ci95", "share_solved", "threshold")


class Standing(NamedTuple):
    """Whether a run is being evaluated, and its newest entry: update, greedy, stochastic, error; None before any."""

    going: bool
    last: dict[str, Any] | None


def summary(result: Evaluation) -> dict[str, Any]:
    """What is kept of an evaluation: everything but the single returns."""
    return {key: getattr(result, key) for key in KEPT}


def entry(update: int | None, greedy: Any = None, stochastic: Any = None, error: str = "") -> dict[str, Any]:
    """One entry; without both summaries and without an error it is one that has only begun."""
    return {"update": update, "greedy": greedy, "stochastic": stochastic, "error": error}


def finished(found: dict[str, Any]) -> bool:
    """Whether an entry holds both summaries."""
    return bool(found.get("greedy") and found.get("stochastic"))


def read_evaluations(folder: RunFolder) -> list[dict[str, Any]]:
    """All entries, the newest last; none while there is no file, or a damaged one."""
    try:
        found = json.loads(folder.evaluations.read_text(encoding="utf-8"))
        return [part for part in found["evaluations"] if isinstance(part, dict)]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def publish(folder: RunFolder, fresh: dict[str, Any]) -> None:
    """Put an entry last; it replaces what only began or failed, and, once finished, an older one of its update.

    Only whoever holds the run's evaluation lock may call this. Raises OSError.
    """
    others = [
        found for found in read_evaluations(folder)
        if finished(found) and not (finished(fresh) and found["update"] == fresh["update"])
    ]  # fmt: skip
    temporary = folder.evaluations.with_suffix(".json.tmp")
    temporary.write_text(as_json({"evaluations": [*others, fresh][-MOST:]}), encoding="utf-8")
    os.replace(temporary, folder.evaluations)


def standing(folder: RunFolder) -> Standing:
    """What there is to tell of a run's evaluation just now."""
    # The lock is asked first: the last entry is published before the lock is let go.
    going = is_held(folder.evaluating)
    found = read_evaluations(folder)
    return Standing(going, found[-1] if found else None)


def standing_of(runs: Path, run_id: str) -> Standing:
    """The same by id; raises UnknownRun for what cannot be one."""
    return standing(RunFolder(runs, run_id))
