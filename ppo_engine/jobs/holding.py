"""What holds the KL down in a run: asked for by a page, measured by a process of low priority, kept in its folder."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ppo_engine.jobs import checkpoints
from ppo_engine.jobs.folders import RunFolder
from ppo_engine.jobs.launcher import start_detached
from ppo_engine.jobs.launching import known_run
from ppo_engine.jobs.listing import read_config
from ppo_engine.jobs.locks import FileLock, is_held
from ppo_engine.jobs.schema import as_json

MOST = 40
PAUSE, SHARE = 3.0, 0.25
LOCK = "holding.lock"


def ask(runs: Path, run_ids: Sequence[str], update: int | None = None) -> bool:
    """Have the KL of these runs' newest update measured without each stabiliser, or of that nearest before ``update``.

    A process of its own does it, one at a time on a runs folder; whether one was started. Raises UnknownRun, OSError.
    """
    folders = [known_run(Path(runs), run_id)[0] for run_id in run_ids]
    lock = FileLock(Path(runs) / LOCK)
    if not folders or not lock.acquire():
        return False
    try:
        options = lock.handover()
        arguments = [str(folder.path.absolute()) for folder in folders]
        arguments += ["--locked"] if options else []
        arguments += [] if update is None else ["--update", str(int(update))]
        start_detached("ppo_engine.jobs.holding_measurer", arguments, folders[0].path / "holding.log", **options)
    finally:
        lock.release()
    return True


def measuring(runs: Path) -> bool:
    """Whether a measurement is under way in this folder."""
    return is_held(Path(runs) / LOCK)


def due(folders: Sequence[RunFolder], now: float | None = None) -> bool:
    """Whether the measurements of runs that go on are old enough to be made again: they take a quarter of a core."""
    now = time.time() if now is None else now
    for folder in folders:
        found = measured(folder)
        if not found:
            return True
        if now - found[-1].get("at", 0.0) < max(PAUSE, found[-1].get("seconds", 0.0) / SHARE * len(folders)):
            return False
    return True


def moments(folder: RunFolder) -> list[int]:
    """The updates that can be made again, oldest first: those that follow a state which the run has kept whole."""
    last = read_config(folder, to_tell=True).total_updates
    kept = set(checkpoints.branch_updates(folder)) | {0}
    return sorted(update + 1 for update in kept if update < last)


def measured(folder: RunFolder) -> list[dict[str, Any]]:
    """All measurements of a run in the order in which they were made; one of an update that failed has ``error``."""
    try:
        found = json.loads(folder.holding.read_text(encoding="utf-8"))
        return [part for part in found["measured"] if isinstance(part, dict) and "update" in part]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def nearest(folder: RunFolder, update: int | None = None) -> dict[str, Any]:
    """The newest measurement, or the newest that was asked for at ``update`` or is of it; empty before any."""
    found = measured(folder)
    if update is None:
        return found[-1] if found else {}
    return next((one for one in reversed(found) if update in (one.get("asked"), one["update"])), {})


def publish(folder: RunFolder, fresh: dict[str, Any]) -> None:
    """Put a measurement last, in place of an older one of its update; readers see a whole file. Raises OSError."""
    others = [one for one in measured(folder) if one["update"] != fresh["update"]]
    temporary = folder.holding.with_suffix(".json.tmp")
    temporary.write_text(as_json({"measured": [*others, fresh][-MOST:]}), encoding="utf-8")
    os.replace(temporary, folder.holding)
