"""Zips of runs that were tampered with, and the check that each is refused and leaves nothing behind."""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
import stat
import zipfile

import numpy as np
import pytest

from ppo_engine.jobs.exports.unpacking import CannotImport
from ppo_engine.jobs.importing import import_run


def pack(path, files, compression=zipfile.ZIP_DEFLATED, links=(), listed=True):
    """A zip of these files, whose manifest names them all as they are, unless it is to stay as it was."""
    manifest = json.loads(files["run.json"]) if "run.json" in files else None
    if manifest and listed:
        manifest["files"] = {
            name: {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in files.items() if name != "run.json"
        }  # fmt: skip
        files = {**files, "run.json": json.dumps(manifest).encode()}
    with zipfile.ZipFile(path, "w", compression) as packed:
        for name, data in files.items():
            about = zipfile.ZipInfo(name)
            about.compress_type = compression
            about.external_attr = (stat.S_IFLNK | 0o777 if name in links else stat.S_IFREG | 0o644) << 16
            packed.writestr(about, data)
    return path


def refused(tmp_path, source, word):
    """Import into a folder that has a file in it and into none at all: one sentence, and nothing has changed."""
    runs = tmp_path / "there"
    runs.mkdir(exist_ok=True)
    (runs / "mine.txt").write_text("mine")
    for place in (runs, tmp_path / "nowhere"):
        outside = sorted(path for path in tmp_path.rglob("*"))
        with pytest.raises(CannotImport) as error:
            import_run(place, source)
        assert sorted(path for path in tmp_path.rglob("*")) == outside, "something was left behind"
        said = str(error.value)
        assert word in said and said.endswith(".") and "\n" not in said and len(said) < 400, said


def database(good, tmp_path, *statements):
    """The run.db after these statements."""
    path = tmp_path / "changed.db"
    path.write_bytes(good["run.db"])
    with sqlite3.connect(path) as changed:
        for statement in statements:
            changed.execute(*statement) if isinstance(statement, tuple) else changed.execute(statement)
    changed.close()
    data = path.read_bytes()
    path.unlink()
    return {**good, "run.db": data}


def arrays(**content):
    kept = io.BytesIO()
    np.savez(kept, **content)
    return kept.getvalue()


def changed(good, name, change):
    values = json.loads(good[name])
    change(values)
    return {**good, name: json.dumps(values).encode()}
