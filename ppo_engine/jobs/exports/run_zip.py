"""zip: the whole run as one file that another copy of this program imports: config, rows, checkpoints, videos."""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import IO

from ppo_engine.jobs.exports.formats import CannotExport, Tell
from ppo_engine.jobs.exports.zip_contents import FORMAT, MANIFEST, packed_small
from ppo_engine.jobs.folders import RunFolder
from ppo_engine.jobs.listing import read_config
from ppo_engine.jobs.registry import Registry

PIECE = 1 << 20


def write(folders: Sequence[RunFolder], path: Path, update: int | None, tell: Tell) -> None:
    """One zip with a manifest that has every file's size and SHA-256; also while the run goes on.

    Checkpoints are taken before the rows, since a run must never come back with a checkpoint newer than its rows.
    Raises CannotExport for a damaged run.
    """
    folder = folders[0]
    try:
        read_config(folder, to_tell=True)
    except ValueError as error:
        raise CannotExport(f"Run {folder.run_id} cannot be exported: {error}") from error
    entry = Registry(folder.runs).entry(folder.run_id)
    name, created = (entry.name, entry.created) if entry else ("", folder.config.stat().st_mtime)
    files: dict[str, dict[str, object]] = {}
    found = list(_files(folder))
    database = path.with_name(f"{path.name}.db")
    try:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
            for done, source in enumerate(found):
                if source == folder.database:
                    _copy_rows(source, database)
                    source = database
                inside = "run.db" if source == database else source.relative_to(folder.path).as_posix()
                with contextlib.suppress(FileNotFoundError), open(source, "rb") as opened:  # an old video may just go
                    files[inside] = _pack(packed, inside, opened)
                tell((done + 1) / len(found))
            manifest = {
                "program": "PPO Playground", "format": FORMAT, "run_id": folder.run_id, "name": name,
                "created": created, "files": files,
            }  # fmt: skip
            packed.writestr(MANIFEST, json.dumps(manifest, indent=1))
    finally:
        database.unlink(missing_ok=True)


def _files(folder: RunFolder) -> Iterator[Path]:
    wanted = [folder.config, folder.previous_checkpoint, folder.checkpoint, *sorted(folder.branches.glob("*.npz"))]
    # The JSON file beside a video is written last: with it, the video is whole.
    for beside in sorted(folder.videos.glob("*.json")):
        wanted += [beside.with_suffix(".mp4"), beside]
    yield from (path for path in (*wanted, folder.evaluations, folder.database) if path.is_file())


def _copy_rows(database: Path, target: Path) -> None:
    """A consistent copy of the run's rows, whoever writes to them meanwhile."""
    uri = f"{database.absolute().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=10, isolation_level=None)) as rows:
            rows.execute("VACUUM INTO ?", (str(target),))
    except sqlite3.Error as error:
        raise CannotExport(f"The run's rows cannot be read: {error}.") from error


def _pack(packed: zipfile.ZipFile, name: str, source: IO[bytes]) -> dict[str, object]:
    about = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    about.compress_type = zipfile.ZIP_STORED if packed_small(name) else zipfile.ZIP_DEFLATED
    about.external_attr = 0o644 << 16
    digest, size = hashlib.sha256(), 0
    with packed.open(about, "w", force_zip64=False) as target:
        while piece := source.read(PIECE):
            target.write(piece)
            digest.update(piece)
            size += len(piece)
    return {"size": size, "sha256": digest.hexdigest()}
