"""Checkpoints: everything needed to go on bit for bit, replaced so that a kill at any moment leaves a whole one."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ppo_engine.jobs.folders import RunFolder

FORMAT = 1
META = "meta.json"
BRANCHES_KEPT = 4


class Checkpoint(NamedTuple):
    """The trainer's state after ``update``, and how many seconds the run had trained for."""

    update: int
    run_seconds: float
    arrays: dict[str, np.ndarray]
    meta: dict[str, Any]


class BadCheckpoint(ValueError):
    """A file that should hold a checkpoint does not; ``str()`` says why."""


def pack(checkpoint: Checkpoint) -> bytes:
    """The bytes of a checkpoint's file."""
    outer = {"format": FORMAT, "update": checkpoint.update, "run_seconds": checkpoint.run_seconds}
    text = json.dumps({**outer, "trainer": checkpoint.meta})
    buffer = io.BytesIO()
    np.savez(buffer, **checkpoint.arrays, **{META: np.frombuffer(text.encode("utf-8"), np.uint8)})  # type: ignore[arg-type]
    return buffer.getvalue()


def write_checkpoint(path: Path, checkpoint: Checkpoint, previous: Path | None = None) -> None:
    """Write ``checkpoint`` to ``path``, moving what was there to ``previous``. Raises OSError; then nothing changed."""
    replace(path, pack(checkpoint), previous)


def replace(path: Path, data: bytes, previous: Path | None = None) -> None:
    """Make ``data`` the file at ``path``, what was there that at ``previous``. Raises OSError; then nothing changed."""
    temporary = path.with_name(path.name + ".tmp")
    with open(temporary, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    # A write that went wrong in silence shows when the file is read back, and only then may it replace a good one.
    if temporary.read_bytes() != data:
        raise OSError(f"{temporary.name} does not read back as it was written")
    if previous is not None and path.exists():
        os.replace(path, previous)
    os.replace(temporary, path)
    _sync_folder(path.parent)


def _sync_folder(path: Path) -> None:
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def read_checkpoint(path: Path) -> Checkpoint:
    """The checkpoint in ``path``. Raises FileNotFoundError, or BadCheckpoint for whatever else is wrong with it."""
    try:
        return unpack(path.read_bytes())
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise BadCheckpoint(f"{type(error).__name__}: {error}") from error


def unpack(data: bytes) -> Checkpoint:
    """The checkpoint that such bytes hold; raises BadCheckpoint."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        outer = json.loads(arrays.pop(META).tobytes().decode("utf-8"))
        if outer["format"] != FORMAT:
            raise BadCheckpoint(f"its format is {outer['format']}, this program reads {FORMAT}")
        return Checkpoint(int(outer["update"]), float(outer["run_seconds"]), arrays, outer["trainer"])
    except BadCheckpoint:
        raise
    except Exception as error:  # truncated, empty, garbage and foreign files each raise something else
        raise BadCheckpoint(f"{type(error).__name__}: {error}") from error


def stored(folder: RunFolder) -> Iterator[tuple[str, bytes]]:
    """The run's checkpoints that exist, best first, unread: file name and bytes."""
    for path in (folder.checkpoint, folder.previous_checkpoint):
        with contextlib.suppress(OSError):
            yield path.name, path.read_bytes()


def candidates(folder: RunFolder) -> Iterator[tuple[Path, Checkpoint | BadCheckpoint]]:
    """The run's checkpoints that exist, best first; a BadCheckpoint in place of one that cannot be read."""
    for path in (folder.checkpoint, folder.previous_checkpoint):
        try:
            yield path, read_checkpoint(path)
        except FileNotFoundError:
            continue
        except BadCheckpoint as error:
            yield path, error


def remove_leftovers(folder: RunFolder) -> None:
    """Delete half-written files of a worker that was killed while it wrote."""
    for path in folder.path.glob("*.tmp"):
        path.unlink(missing_ok=True)


def keep_branch(folder: RunFolder, update: int) -> None:
    """Keep the present checkpoint as a place to fork from; it shares the file, so it costs nothing until that moves on.

    As with snapshots, old ones are thinned by age: a place at least as near as half the age is always there.
    """
    folder.branches.mkdir(exist_ok=True)
    branch = folder.branches / f"{update:08d}.npz"
    if not branch.exists():
        try:
            os.link(folder.checkpoint, branch)
        except OSError:  # a file system without links
            shutil.copyfile(folder.checkpoint, branch)
    kept: dict[int, int] = {}
    for old in branch_updates(folder)[:-BRANCHES_KEPT]:
        band = (update - old).bit_length()
        if band in kept:
            (folder.branches / f"{old:08d}.npz").unlink(missing_ok=True)
        kept.setdefault(band, old)


def branch_updates(folder: RunFolder) -> list[int]:
    """The updates after which a whole state is kept, oldest first."""
    return sorted(int(path.stem) for path in folder.branches.glob("*.npz") if path.stem.isdigit())
