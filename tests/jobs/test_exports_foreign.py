"""A whole zip whose files are not those of a run, or were made to do harm, is refused just the same."""

from __future__ import annotations

import io
import random
import zipfile

import numpy as np
import pytest

from tests.jobs.hostile import arrays, changed, database, pack, refused


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
