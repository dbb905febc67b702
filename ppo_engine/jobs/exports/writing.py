"""Writes an export: to a temporary file beside its place, and moves it there in one step once it is whole."""

from __future__ import annotations

import os
import secrets
import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path

from ppo_engine.jobs.exports.formats import CannotExport, Format, Tell, find, writer
from ppo_engine.jobs.folders import RunFolder


def export(
    folders: Sequence[RunFolder], name: str, target: Path, update: int | None = None, tell: Tell = lambda share: None
) -> list[Path]:
    """Write the runs in the format ``name`` to ``target``; returns what is there now, ``target`` first.

    A bundle becomes a zip where ``target`` ends in .zip; where it ends as the bundle's principal file does, that file,
    with the others beside it; else a folder.

    Raises:
        CannotExport: an unknown format, a run that it cannot hold, or a place where it cannot be put.
        OSError: the disk did not go along. Then ``target`` is as it was.
    """
    form, target = find(name), Path(target)
    _refuse(form, folders, target, update)
    temporary = target.with_name(f".{secrets.token_hex(4)}-{target.name}")  # encoders go by the ending
    try:
        writer(form)(folders, temporary, update, tell)
        return _place(form, temporary, target)
    finally:
        if temporary.is_dir():
            shutil.rmtree(temporary, ignore_errors=True)
        else:
            temporary.unlink(missing_ok=True)


def _refuse(form: Format, folders: Sequence[RunFolder], target: Path, update: int | None) -> None:
    if not folders:
        raise CannotExport("There is no run to export.")
    if len(folders) > 1 and not form.several:
        raise CannotExport(f"{form.name} holds one run, and {len(folders)} were named.")
    if form.most and len(folders) > form.most:
        raise CannotExport(f"{form.name} holds up to {form.most} runs side by side, and {len(folders)} were named.")
    if update is not None and not form.moment:
        raise CannotExport(f"{form.name} holds the whole run, so it takes no update.")
    if not target.parent.is_dir():
        raise CannotExport(f"There is no folder {target.parent} to write to.")
    if target.is_dir() and not (form.bundle and not any(target.iterdir())):
        raise CannotExport(f"{target} is a folder with something in it; name a file or a new folder.")


def _place(form: Format, temporary: Path, target: Path) -> list[Path]:
    if not form.bundle:
        os.replace(temporary, target)
        return [target]
    if target.suffix.lower() == ".zip":
        packed = temporary.with_name(f"{temporary.name}.packed")
        try:
            _pack(temporary, packed)
            os.replace(packed, target)
        finally:
            packed.unlink(missing_ok=True)
        return [target]
    if form.principal and target.suffix == Path(form.principal).suffix:
        return _beside(temporary, target, form.principal)
    if target.is_dir():
        target.rmdir()
    os.replace(temporary, target)
    return [target, *sorted(path for path in target.rglob("*") if path.is_file())]


def _beside(bundle: Path, target: Path, principal: str) -> list[Path]:
    """The principal file at ``target`` and the others next to it, named after it and naming it by its new name."""
    others = [path for path in sorted(bundle.iterdir()) if path.name != principal]
    placed = [target.with_name(f"{target.stem}_{path.name}") for path in others]
    for path, place in zip(others, placed, strict=True):
        path.write_text(path.read_text(encoding="utf-8").replace(principal, target.name), encoding="utf-8")
        os.replace(path, place)
    os.replace(bundle / principal, target)
    return [target, *placed]


def _pack(folder: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                packed.write(path, path.relative_to(folder).as_posix())
