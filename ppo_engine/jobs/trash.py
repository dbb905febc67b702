"""Deleting runs, and taking it back: a deleted run lies in the trash folder beside the others."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

from ppo_engine.jobs.folders import RunFolder, UnknownRun
from ppo_engine.jobs.launching import known_run
from ppo_engine.jobs.locks import is_held
from ppo_engine.jobs.registry import Registry

LET_GO = 1.0


def delete(runs: Path, run_id: str) -> None:
    """Stop a run and move its folder to the trash, from where ``undo_delete`` brings it back. Raises OSError."""
    folder, _ = known_run(runs, run_id)
    registry = Registry(runs)
    registry.command(run_id, "stop")
    deadline = time.monotonic() + LET_GO
    while is_held(folder.lock) and time.monotonic() < deadline:
        time.sleep(0.02)
    # A worker in the middle of a long update sees afterwards that its folder is gone, and ends.
    folder.trashed.parent.mkdir(exist_ok=True)
    if folder.trashed.exists():  # one of its id was deleted before, and came back from its export
        shutil.rmtree(folder.trashed)
    os.replace(folder.path, folder.trashed)
    registry.change(run_id, deleted=1)


def undo_delete(runs: Path, run_id: str) -> None:
    """Bring a deleted run back as it was, stopped; raises UnknownRun if it is not in the trash."""
    folder, registry = RunFolder(runs, run_id), Registry(runs)
    if not folder.trashed.is_dir() or folder.path.exists():
        raise UnknownRun(run_id)
    os.replace(folder.trashed, folder.path)
    registry.change(run_id, deleted=0)
