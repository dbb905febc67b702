"""Deleting a whole grid, and taking it back: its runs and its file lie in the trash folder until then."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from ppo_engine.jobs import sweeps
from ppo_engine.jobs.folders import RUN_ID, TRASH, RunFolder, UnknownRun
from ppo_engine.jobs.locks import is_held
from ppo_engine.jobs.sweep_queue import SweepQueue
from ppo_engine.jobs.trash import LET_GO


def _trashed(runs: Path, sweep_id: str, suffix: str = ".json") -> Path:
    if not RUN_ID.fullmatch(sweep_id):
        raise UnknownRun(sweep_id)
    return runs / TRASH / sweeps.FOLDER / f"{sweep_id}{suffix}"


def is_trashed(runs: Path, sweep_id: str) -> bool:
    """Whether a grid of that id lies in the trash."""
    return bool(RUN_ID.fullmatch(sweep_id)) and _trashed(runs, sweep_id).is_file()


def delete(runs: Path, sweep_id: str) -> int:
    """Stop a grid and move it with its runs to the trash; how many runs went with it.

    Runs that were deleted before by themselves stay deleted when the grid is brought back. Raises UnknownRun and
    OSError.
    """
    sweep = sweeps.read(runs, sweep_id)
    queue = SweepQueue(runs)
    sweeps.cancel(runs, sweep_id)
    here = [folder for run_id in sweep.run_ids if (folder := RunFolder(runs, run_id)).exists()]
    deadline = time.monotonic() + LET_GO
    while any(is_held(folder.lock) for folder in here) and time.monotonic() < deadline:
        time.sleep(0.02)
    moved = _trashed(runs, sweep_id, ".runs.json")
    moved.parent.mkdir(parents=True, exist_ok=True)
    moved.write_text(json.dumps([folder.run_id for folder in here]), encoding="utf-8")
    queue.mark_deleted([folder.run_id for folder in here], True)
    for folder in here:
        os.replace(folder.path, folder.trashed)
    os.replace(sweeps.file_of(runs, sweep_id), _trashed(runs, sweep_id))
    return len(here)


def undo_delete(runs: Path, sweep_id: str) -> None:
    """Bring a deleted grid back with the runs that went with it, stopped; raises UnknownRun if it is not there."""
    if not is_trashed(runs, sweep_id):
        raise UnknownRun(sweep_id)
    moved = _trashed(runs, sweep_id, ".runs.json")
    went = [str(run_id) for run_id in json.loads(moved.read_text(encoding="utf-8"))]
    for run_id in went:
        folder = RunFolder(runs, run_id)
        if folder.trashed.is_dir() and not folder.path.exists():
            os.replace(folder.trashed, folder.path)
    SweepQueue(runs).mark_deleted(went, False)
    os.replace(_trashed(runs, sweep_id), sweeps.file_of(runs, sweep_id))
    moved.unlink()
