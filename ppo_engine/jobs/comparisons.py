"""The comparison of a run's gradient with autograd's: the batch that its worker keeps for it, and what came of it."""

from __future__ import annotations

import json
import os
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np

from ppo_engine.jobs.folders import RunFolder
from ppo_engine.jobs.schema import as_json

if TYPE_CHECKING:
    from ppo_engine.trainer import Trainer


def keep_batch(folder: RunFolder, trainer: Trainer) -> None:
    """Write one gradient of the last batch into the run's folder, where a run can be compared; raises OSError."""
    from ppo_engine.one_gradient import one_gradient

    kept = one_gradient(trainer)
    if kept is None:
        return
    temporary = folder.batch.with_name("batch.tmp.npz")
    arrays: dict[str, Any] = kept
    np.savez(temporary, **arrays)
    os.replace(temporary, folder.batch)


def read_batch(folder: RunFolder) -> dict[str, np.ndarray]:
    """What ``keep_batch`` wrote; raises OSError or ValueError."""
    try:
        with np.load(folder.batch, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except (zipfile.BadZipFile, EOFError) as error:
        raise ValueError(f"{folder.batch.name} is damaged: {error}") from error


def publish(folder: RunFolder, found: dict[str, Any]) -> None:
    """Put a comparison in place of the one before; readers see a whole one. Raises OSError."""
    temporary = folder.comparison.with_suffix(".json.tmp")
    temporary.write_text(as_json(found), encoding="utf-8")
    os.replace(temporary, folder.comparison)


def read_comparison(folder: RunFolder) -> dict[str, Any]:
    """``update``, ``value``, ``largest``, ``length``, ``samples`` of the newest comparison; empty before any."""
    try:
        found = json.loads(folder.comparison.read_text(encoding="utf-8"))
        return found if isinstance(found, dict) and "value" in found else {}
    except (OSError, ValueError):
        return {}
