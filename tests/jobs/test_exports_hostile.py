"""A damaged or hostile zip is refused in one sentence and leaves nothing behind."""

from __future__ import annotations

import hashlib
import io
import json
import random
import sqlite3
import stat
import struct
import zipfile

import numpy as np
import pytest

from ppo_engine.jobs.exports.unpacking import CannotImport
from ppo_engine.jobs.exports.writing import export
from ppo_engine.jobs.importing import import_run
from ppo_engine.jobs.launching import write_run
from ppo_engine.jobs.life import Life
from ppo_engine.jobs.registry import Registry
from tests.jobs.conftest import POLE


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """The files of a good zip by name."""
    place = tmp_path_factory.mktemp("good")
    folder = write_run(place / "runs", POLE.with_(total_timesteps=1280))
    Registry(folder.runs).add(folder.run_id, "", "run")
    Life(folder).run()
    export([folder], "zip", place / "good.zip")
    with zipfile.ZipFile(place / "good.zip") as packed:
        return {name: packed.read(name) for name in packed.namelist()}


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


def test_the_untouched_zip_is_taken(good, tmp_path):
    import_run(tmp_path / "there", pack(tmp_path / "same.zip", good))


@pytest.mark.parametrize(
    "name", ["../escape.txt", "/etc/escape", "videos/../../x.mp4", "C:\\x", "videos/a.mp4", "x.pkl", "run.db-wal",
             "videos\\00000001.mp4", "config.json\n", "videos/00000001.MP4"],
)  # fmt: skip
def test_names_that_no_run_has(good, tmp_path, name):
    refused(tmp_path, pack(tmp_path / "bad.zip", {**good, name: b"x"}), "no file of a run")
    assert not (tmp_path / "escape.txt").exists()


def test_links_encryption_and_other_packings(good, tmp_path):
    refused(tmp_path, pack(tmp_path / "a.zip", good, links=["run.db"]), "no file of a run")
    refused(tmp_path, pack(tmp_path / "b.zip", good, zipfile.ZIP_BZIP2), "packed in a way")
    data = bytearray(pack(tmp_path / "c.zip", good).read_bytes())
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(sign) + at] |= 1
    (tmp_path / "c.zip").write_bytes(data)
    refused(tmp_path, tmp_path / "c.zip", "encrypted")
    twice = tmp_path / "d.zip"
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(twice, "w") as packed:
        for name in [*good, "config.json"]:
            packed.writestr(name, good[name])
    refused(tmp_path, twice, "twice")


def test_bombs_by_declared_and_by_real_size(good, tmp_path):
    small = {name: good[name] for name in ("config.json", "run.json")}
    bomb = {**small, "videos/00000001.mp4": b"\0\0\0\x18ftyp" + bytes(70 << 20)}
    refused(tmp_path, pack(tmp_path / "a.zip", bomb), "which no run does")
    del bomb
    # Declares ten bytes and unpacks to ten million.
    data = bytearray(pack(tmp_path / "b.zip", {**good, "videos/00000001.mp4": bytes(10 << 20)}).read_bytes())
    at = data.index(b"videos/00000001.mp4")
    assert data[at - 30 : at - 26] == b"PK\x03\x04"
    central = data.rindex(b"videos/00000001.mp4") - 46
    for place in (at - 8, central + 24):
        struct.pack_into("<L", data, place, 10)
    (tmp_path / "b.zip").write_bytes(data)
    refused(tmp_path, tmp_path / "b.zip", "damaged")
    # The end's own counts: 20,001 files, and a directory of 200 MB.
    for name, form, place, value in (("c", "<2H", -14, (20_001, 20_001)), ("e", "<L", -10, (200 << 20,))):
        data = bytearray(pack(tmp_path / f"{name}.zip", good).read_bytes())
        struct.pack_into(form, data, len(data) + place, *value)
        (tmp_path / f"{name}.zip").write_bytes(data)
        refused(tmp_path, tmp_path / f"{name}.zip", "larger than a run")
    large = changed(good, "config.json", lambda values: values.update(parent="x" * 70_000))
    refused(tmp_path, pack(tmp_path / "d.zip", large), "may have")


def test_no_zip_half_a_zip_and_a_zip_of_something_else(good, tmp_path):
    whole = pack(tmp_path / "whole.zip", good).read_bytes()
    for name, data in (("a", b""), ("b", b"PK"), ("c", whole[: len(whole) // 2]), ("d", whole + b"more")):
        (tmp_path / f"{name}.zip").write_bytes(data)
        refused(tmp_path, tmp_path / f"{name}.zip", "not a zip of a run")
    refused(tmp_path, pack(tmp_path / "e.zip", {"config.json": good["config.json"]}), "no run")
    refused(tmp_path, tmp_path / "missing.zip", "no file")
    unlisted = tmp_path / "f.zip"
    with zipfile.ZipFile(unlisted, "w") as packed:
        packed.writestr("config.json", good["config.json"])
        packed.writestr("run.json", b"[" * 100_000)
    refused(tmp_path, unlisted, "not JSON")


def test_every_flipped_byte_is_noticed(good, tmp_path):
    """Damage anywhere in the files' own bytes, by the zip's CRC or by our list; never an error of another kind."""
    source = pack(tmp_path / "good2.zip", good)
    whole = source.read_bytes()
    chance = random.Random(7)
    for _ in range(40):
        data = bytearray(whole)
        place = chance.randrange(len(data))
        data[place] ^= 1 << chance.randrange(8)
        source.write_bytes(data)
        try:
            import_run(tmp_path / "there", source)
        except CannotImport as error:
            assert str(error).endswith(".") and "\n" not in str(error)
    source.write_bytes(whole)
    exchanged = {**good, "checkpoint.npz": good["run.db"]}
    refused(tmp_path, pack(tmp_path / "x.zip", exchanged, listed=False), "SHA-256")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda v: v["config"].update(env_id="os:system"), "env_id"),
        (lambda v: v["config"].update(env_id="NoSuch-v0"), "env_id"),
        (lambda v: v["config"].update(n_envs=10**9), "n_envs"),
        (lambda v: v["config"].update(nonsense=1), "nonsense"),
        (lambda v: v.update(format=2), "config.json"),
        (lambda v: v.update(parent={"run_id": "../x", "update": 1}), "parent"),
        (lambda v: v.update(config=[1]), "config.json"),
        (lambda v: v["config"].update(n_steps=64), "run.db"),
        (lambda v: v["config"].update(hidden_sizes=[16]), "network"),
        (lambda v: v["config"].update(gamma=0.5, seed=4), "of another run"),
    ],
)
def test_foreign_configs(good, tmp_path, change, word):
    refused(tmp_path, pack(tmp_path / "bad.zip", changed(good, "config.json", change)), word)


@pytest.mark.parametrize(
    ("statement", "word"),
    [
        ("CREATE TRIGGER t AFTER INSERT ON updates BEGIN DELETE FROM updates; END", "tables"),
        ("CREATE VIEW v AS SELECT * FROM updates", "tables"),
        ("CREATE TABLE extra(x)", "tables"),
        ("CREATE INDEX i ON updates(timesteps)", "tables"),
        ("PRAGMA user_version=9", "schema 9"),
        ("UPDATE updates SET scalars = 'text' WHERE at_update = 3", "updates"),
        ("UPDATE updates SET scalars = zeroblob(8) WHERE at_update = 3", "updates"),
        ("UPDATE updates SET detail = '[1]' WHERE at_update = 3", "JSON object"),
        ("UPDATE updates SET timesteps = 7 WHERE at_update = 3", "updates"),
        ("UPDATE events SET detail = '{' WHERE seq = 1", "JSON"),
        ("UPDATE events SET kind = 'knob', detail = '{\"wish\": 1, \"changes\": {\"seed\": 3}}' WHERE seq = 1", "knob"),
        ("UPDATE events SET kind = 'knob', detail = '{\"wish\": 9e99, \"changes\": {}}' WHERE seq = 1", "knob"),
        ("UPDATE episodes SET ret = 'many'", "episodes"),
        ("UPDATE snapshots SET layout = '[[\"parameters\", \"|O\", [9]]]'", "form"),
        ("UPDATE snapshots SET arrays = zeroblob(12)", "long"),
        ("UPDATE snapshots SET arrays = zeroblob(length(arrays))", "other parameters"),
        ("UPDATE meta SET value = '{}'", "numbers"),
    ],
)
def test_databases_that_no_run_has(good, tmp_path, statement, word):
    refused(tmp_path, pack(tmp_path / "bad.zip", database(good, tmp_path, statement)), word)


def test_torn_databases(good, tmp_path):
    torn = {**good, "run.db": good["run.db"][:20_000]}
    refused(tmp_path, pack(tmp_path / "a.zip", torn), "damaged")
    refused(tmp_path, pack(tmp_path / "b.zip", {**good, "run.db": b"SQLite"}), "run.db")
    scrambled = bytearray(good["run.db"])
    scrambled[5000:9000] = random.Random(1).randbytes(4000)
    refused(tmp_path, pack(tmp_path / "c.zip", {**good, "run.db": bytes(scrambled)}), "run.db")


def test_checkpoints_with_objects_bombs_and_other_runs(good, tmp_path):
    class Evil:
        def __reduce__(self):
            return (open, (str(tmp_path / "evil"), "w"))

    pickled = arrays(parameters=np.array([Evil()], dtype=object))
    refused(tmp_path, pack(tmp_path / "a.zip", {**good, "checkpoint.npz": pickled}), "objects")
    assert not (tmp_path / "evil").exists()
    deflated = io.BytesIO()
    np.savez_compressed(deflated, parameters=np.zeros(10_000_000))
    refused(tmp_path, pack(tmp_path / "b.zip", {**good, "checkpoint.npz": deflated.getvalue()}), "packed")
    claims = io.BytesIO()
    with zipfile.ZipFile(claims, "w") as packed:
        head = io.BytesIO()
        np.lib.format.write_array_header_1_0(head, {"descr": "<f8", "fortran_order": False, "shape": (1 << 50,)})
        packed.writestr("parameters.npy", head.getvalue() + bytes(8))
    refused(tmp_path, pack(tmp_path / "c.zip", {**good, "checkpoint.npz": claims.getvalue()}), "as long as it claims")
    refused(tmp_path, pack(tmp_path / "d.zip", {**good, "checkpoint.npz": b"PK" + bytes(99)}), "checkpoint.npz")
    misplaced = {**good, "branches/00000099.npz": good["checkpoint.npz"]}
    refused(tmp_path, pack(tmp_path / "e.zip", misplaced), "of update 10")


def test_what_is_no_video_and_no_evaluation(good, tmp_path):
    for name, data, word in (
        ("videos/00000001.mp4", b"<script>alert(1)</script>", "no MP4"),
        ("videos/00000001.json", b'{"update": 2, "ret": "1", "length": 3}', "describe"),
        ("videos/00000001.json", b"{", "JSON"),
        ("evaluations.json", b'{"evaluations": [{"update": 1, "greedy": 5, "stochastic": null, "error": ""}]}', "eval"),
        ("evaluations.json", b'{"evaluations": 3}', "evaluations"),
    ):
        refused(tmp_path, pack(tmp_path / "bad.zip", {**good, name: data}), word)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda v: v.update(run_id="../../x"), "names no run"),
        (lambda v: v.update(name="x" * 200), "name"),
        (lambda v: v.update(format=7), "format"),
        (lambda v: v.update(files={}), "list"),
        (lambda v: v.update(files=[]), "run.json"),
    ],
)
def test_manifests(good, tmp_path, change, word):
    refused(tmp_path, pack(tmp_path / "bad.zip", changed(good, "run.json", change), listed="name" in word), word)
