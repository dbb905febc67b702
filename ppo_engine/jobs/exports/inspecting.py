"""Whether unpacked files are a run: its config, checkpoints, videos and evaluations; rows are rows_inspected.py's."""

from __future__ import annotations

import math
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from ppo_engine.config import KNOBS, TrainConfig
from ppo_engine.jobs.checkpoints import BadCheckpoint, Checkpoint, read_checkpoint
from ppo_engine.jobs.evaluations import KEPT
from ppo_engine.jobs.exports.rows_inspected import inspect_rows
from ppo_engine.jobs.exports.unpacking import CannotImport, check_end, read_json
from ppo_engine.jobs.folders import RUN_ID
from ppo_engine.knobs import ConfigError

MOST_ARRAYS = 1000


def inspect(folder: Path) -> int:
    """Look at every file of an unpacked run; returns the newest wish that its rows name. Raises CannotImport."""
    config = _config(folder / "config.json")
    last_wish = inspect_rows(folder / "run.db", config) if (folder / "run.db").exists() else 0
    for path in (*folder.glob("checkpoint.npz*"), *folder.glob("branches/*")):
        found = _checkpoint(path, config)
        if path.parent.name == "branches" and path.stem != f"{found.update:08d}":
            raise CannotImport(f"branches/{path.name} is of update {found.update}.")
    for path in folder.glob("videos/*"):
        _video(path)
    if (folder / "evaluations.json").exists():
        _evaluations(folder / "evaluations.json")
    return last_wish


def _config(path: Path) -> TrainConfig:
    found = read_json(path.read_bytes(), path.name)
    values, parent, sweep = found.get("config"), found.get("parent"), found.get("sweep")
    if found.get("format") != 1 or set(found) - {"format", "config", "parent", "sweep"} or not isinstance(values, dict):
        raise CannotImport("config.json is not that of a run.")
    if parent is not None and (not isinstance(parent, dict) or set(parent) != {"run_id", "update"}
                               or not _is_id(parent["run_id"]) or not _is_count(parent["update"])):  # fmt: skip
        raise CannotImport("config.json names a parent that cannot be a run.")
    if sweep is not None and not _is_id(sweep):
        raise CannotImport("config.json names a grid that cannot be one.")
    try:
        return TrainConfig.from_dict(values)
    except (ConfigError, TypeError) as error:
        raise CannotImport(f"config.json cannot be used here: {error}") from error


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and RUN_ID.fullmatch(value) is not None


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**40


def _checkpoint(path: Path, config: TrainConfig) -> Checkpoint:
    """A checkpoint that is what it says, before NumPy makes room for what its headers claim."""
    check_end(path, MOST_ARRAYS)
    try:
        _plain_arrays(path)
        found = read_checkpoint(path)
    except (BadCheckpoint, zipfile.BadZipFile, OSError, ValueError, EOFError, RecursionError) as error:
        raise CannotImport(f"{path.name} is no checkpoint: {error}") from error
    meta = found.meta
    if not isinstance(meta, dict) or not isinstance(meta.get("config"), dict):
        raise CannotImport(f"{path.name} holds no trainer.")
    live = {name: meta["config"].get(name) for name, knob in KNOBS.items() if knob.live}
    try:
        other = TrainConfig.from_dict(meta["config"])
        same = config.with_(**live) == other
    except (ConfigError, TypeError) as error:
        raise CannotImport(f"{path.name} has a config that cannot be used: {error}") from error
    if not same or not 0 <= found.update <= config.total_updates or meta.get("updates") != found.update:
        raise CannotImport(f"{path.name} is of another run.")
    if not math.isfinite(found.run_seconds) or found.run_seconds < 0:
        raise CannotImport(f"{path.name} has trained for {found.run_seconds} seconds.")
    return found


def _plain_arrays(path: Path) -> None:
    """Raises ValueError unless every member is an unpacked array of numbers of exactly the length it claims."""
    with zipfile.ZipFile(path) as packed:
        for member in packed.infolist():
            if member.compress_type != zipfile.ZIP_STORED or member.file_size != member.compress_size:
                raise ValueError(f"{member.filename[:40]!r} is packed, and NumPy's own are not")
            with packed.open(member) as file:
                version = np.lib.format.read_magic(file)
                if version != (1, 0):
                    raise ValueError(f"{member.filename[:40]!r} has format {version}")
                shape, _, kind = np.lib.format.read_array_header_1_0(file)
                if kind.hasobject or kind.names or kind.kind not in "bfiu":
                    raise ValueError(f"{member.filename[:40]!r} holds objects, which are never read")
                if math.prod(shape) * kind.itemsize != member.file_size - file.tell():
                    raise ValueError(f"{member.filename[:40]!r} is not as long as it claims")


def _video(path: Path) -> None:
    if path.suffix == ".mp4":
        with open(path, "rb") as file:
            if file.read(12)[4:8] != b"ftyp":
                raise CannotImport(f"videos/{path.name} is no MP4.")
        return
    found = read_json(path.read_bytes(), path.name)
    try:
        good = found["update"] == int(path.stem) and _is_count(found["length"]) and isinstance(found["ret"], str)
        float(found["ret"])
    except (KeyError, ValueError, TypeError):
        good = False
    if not good:
        raise CannotImport(f"videos/{path.name} does not describe a video.")


def _evaluations(path: Path) -> None:
    found = read_json(path.read_bytes(), path.name).get("evaluations")
    if not isinstance(found, list) or not all(isinstance(part, dict) and _evaluation(part) for part in found):
        raise CannotImport("evaluations.json holds something other than evaluations.")


def _evaluation(part: dict[str, Any]) -> bool:
    if set(part) != {"update", "greedy", "stochastic", "error"} or not isinstance(part["error"], str):
        return False
    if part["update"] is not None and not _is_count(part["update"]):
        return False
    return all(_summary(part[kind]) for kind in ("greedy", "stochastic"))


def _summary(found: Any) -> bool:
    if found is None:
        return True
    if not isinstance(found, dict) or set(found) != set(KEPT) or not isinstance(found["ci95"], list):
        return False
    numbers = [found[key] for key in KEPT if key not in ("ci95", "threshold")] + found["ci95"]
    optional = [] if found["threshold"] is None else [found["threshold"]]
    # Numbers that JSON lacks are kept as text.
    return len(found["ci95"]) == 2 and all(
        isinstance(value, (int, float)) or value in ("nan", "inf", "-inf") for value in numbers + optional
    )
