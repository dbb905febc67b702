"""Unpacks the zip of a run, or refuses it: nothing is written but files of a run, and no more than they may have."""

from __future__ import annotations

import hashlib
import json
import shutil
import stat
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

from ppo_engine.jobs.exports.zip_contents import (
    FORMAT,
    MANIFEST,
    MOST_BYTES,
    MOST_FILES,
    MOST_GROWTH,
    NAMES,
    NEVER_TOO_MUCH,
    largest,
)

PIECE = 1 << 20
ENTRY = 128
END = struct.Struct("<4s4H2LH")
SPARE = 64 << 20
LONGEST_SENTENCE = 300


class CannotImport(ValueError):
    """A file that is no run, or not a whole one; ``str()`` is one sentence, whatever was in the file."""

    def __init__(self, said: str):
        words = " ".join(said.split()).rstrip(".")
        super().__init__(f"{words if len(words) <= LONGEST_SENTENCE else words[: LONGEST_SENTENCE - 1] + '…'}.")


def unpack(source: Path, into: Path) -> dict[str, Any]:
    """Unpack ``source`` into the empty folder ``into``; returns the manifest.

    Raises CannotImport for whatever is wrong with it, and OSError.
    """
    size = source.stat().st_size
    check_end(source, MOST_FILES)
    try:
        with zipfile.ZipFile(source) as packed:
            members = _members(packed, size, into)
            manifest = _manifest(packed, members)
            for name, member in members.items():
                if name != MANIFEST:
                    _extract(packed, member, into / name, manifest["files"])
    except (zipfile.BadZipFile, zlib.error, EOFError, UnicodeDecodeError, RuntimeError, struct.error) as error:
        raise CannotImport(f"The zip is damaged: {error}.") from error
    return manifest


def check_end(source: Path, most: int) -> None:
    """Look at the end of a zip before its directory is read whole into memory: at most so many files, and no comment.

    Raises CannotImport.
    """
    size = source.stat().st_size
    with open(source, "rb") as file:
        file.seek(max(0, size - END.size - 20))
        tail = file.read()
    if len(tail) < END.size or tail[-END.size : -END.size + 4] != b"PK\x05\x06":
        raise CannotImport(f"{source.name} is not a zip of a run, or its end is missing.")
    _, _, _, _, entries, directory, _, _ = END.unpack(tail[-END.size :])
    if tail[:4] == b"PK\x06\x07" or entries > most or directory > most * ENTRY or size > MOST_BYTES:
        raise CannotImport(f"{source.name} is larger than a run's: at most {most:,} files and {MOST_BYTES >> 30} GB.")


def _members(packed: zipfile.ZipFile, size: int, into: Path) -> dict[str, zipfile.ZipInfo]:
    """The files by name, once every name, kind and declared size is what a run's may be."""
    members: dict[str, zipfile.ZipInfo] = {}
    for member in packed.infolist():
        name = member.filename
        if name in ("videos/", "branches/") and member.file_size == 0:
            continue
        if name != MANIFEST and not NAMES.fullmatch(name) or stat.S_ISLNK(member.external_attr >> 16):
            raise CannotImport(f"The zip holds {_shown(name)}, which is no file of a run.")
        if name in members:
            raise CannotImport(f"The zip holds {name} twice.")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or member.flag_bits & 0x41:
            raise CannotImport(f"The zip is encrypted or packed in a way that no run is ({name}).")
        if member.file_size > largest(name):
            raise CannotImport(f"{name} would have {member.file_size:,} bytes, and may have {largest(name):,}.")
        members[name] = member
    if "config.json" not in members or MANIFEST not in members:
        raise CannotImport("The zip holds no run: export one with --to zip.")
    total = sum(member.file_size for member in members.values())
    if total > min(MOST_BYTES, max(NEVER_TOO_MUCH, MOST_GROWTH * size)):
        raise CannotImport(f"The zip would unpack from {size:,} to {total:,} bytes, which no run does.")
    if shutil.disk_usage(into).free < total + SPARE:
        raise CannotImport(f"The run needs {total:,} bytes, and the disk has not that much left.")
    return members


def _shown(name: str) -> str:
    return repr(name if len(name) <= 60 else name[:59] + "…")


def _manifest(packed: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]) -> dict[str, Any]:
    found = read_json(packed.read(MANIFEST), MANIFEST)
    files = found.get("files")
    if found.get("format") != FORMAT or not isinstance(files, dict):
        raise CannotImport(f"{MANIFEST} is not of a run that this program exported (format {FORMAT}).")
    if set(files) != set(members) - {MANIFEST}:
        raise CannotImport("The zip does not hold the files that its list names.")
    return found


def read_json(text: bytes, name: str) -> dict[str, Any]:
    """The JSON object in ``text``; raises CannotImport for anything else."""
    try:
        found = json.loads(text.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise CannotImport(f"{name} is not JSON.") from error
    if not isinstance(found, dict):
        raise CannotImport(f"{name} holds no JSON object.")
    return found


def _extract(packed: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, files: dict[str, Any]) -> None:
    """Write one file, no longer than it says it is, and hold it against the list."""
    target.parent.mkdir(exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with packed.open(member) as source, open(target, "xb") as file:
        while piece := source.read(PIECE):
            size += len(piece)
            if size > member.file_size:
                raise CannotImport(f"{member.filename} is longer than the zip says.")
            digest.update(piece)
            file.write(piece)
    listed = files[member.filename]
    if not isinstance(listed, dict) or (listed.get("size"), listed.get("sha256")) != (size, digest.hexdigest()):
        raise CannotImport(f"{member.filename} is not what was exported: its SHA-256 is another.")
