"""A run as a table: which run, the report's numbers of each update, and the knobs that took effect with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ppo_engine.jobs.exports.formats import CannotExport
from ppo_engine.jobs.folders import RunFolder
from ppo_engine.jobs.listing import read_config
from ppo_engine.jobs.view import RunView
from ppo_engine.report import REPORT_KEYS

ABOUT = ("run_id", "env_id", "objective", "seed")
WHOLE = ("update", "timesteps")
HEAD: tuple[str, ...] = (*ABOUT, *REPORT_KEYS, "knobs_moved")


def rows_of(folder: RunFolder) -> Iterator[tuple[Any, ...]]:
    """The rows of a run in the order of HEAD, oldest first. NaN stays NaN; ``knobs_moved`` is JSON, or empty.

    Raises CannotExport if its config cannot be read.
    """
    view = RunView(folder.runs, folder.run_id)
    try:
        config = read_config(folder, to_tell=True)
    except ValueError as error:
        raise CannotExport(f"Run {folder.run_id} cannot be exported: {error}") from error
    moved = _moved(view)
    updates, scalars = view.updates_since(0)
    for update, row in zip(updates, scalars.tolist(), strict=True):
        numbers = (int(value) if key in WHOLE else value for key, value in zip(REPORT_KEYS, row, strict=True))
        knobs = json.dumps(moved[update]) if update in moved else ""
        yield (folder.run_id, config.env_id, config.objective, config.seed, *numbers, knobs)


def _moved(view: RunView) -> dict[int, dict[str, Any]]:
    """The live knobs that took effect with an update, by update."""
    moved: dict[int, dict[str, Any]] = {}
    for event in view.events_since(0):
        if event.kind == "knob":
            moved.setdefault(event.update, {}).update(event.detail["changes"])
    return moved
