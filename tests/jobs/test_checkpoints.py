"""Checkpoints: whole or not there, never half; and no pickle is ever read."""

from __future__ import annotations

import os
import pickle

import numpy as np
import pytest

from ppo_engine.jobs import checkpoints
from ppo_engine.jobs.checkpoints import BadCheckpoint, Checkpoint, read_checkpoint, write_checkpoint
from ppo_engine.jobs.life import Life
from ppo_engine.jobs.view import RunView
from ppo_engine.trainer import Trainer

DAMAGES = {
    "truncated": lambda data: data[: len(data) // 2],
    "empty": lambda data: b"",
    "garbage": lambda data: os.urandom(3000),
    "text": lambda data: b"not a checkpoint at all",
    "one wrong byte": lambda data: data[:5000] + bytes([data[5000] ^ 255]) + data[5001:],
    "zip tail only": lambda data: data[-200:],
}


def test_state_comes_back_bit_for_bit(tmp_path):
    arrays = {"a": np.array([np.nan, np.inf, -0.0]), "b": np.arange(6, dtype=np.int8).reshape(2, 3)}
    meta = {"big": 2**200 + 1, "text": "ε"}
    write_checkpoint(tmp_path / "c.npz", Checkpoint(3, 1.5, arrays, meta))
    found = read_checkpoint(tmp_path / "c.npz")
    assert (found.update, found.run_seconds, found.meta) == (3, 1.5, meta)
    assert all(found.arrays[name].tobytes() == array.tobytes() for name, array in arrays.items())


def test_a_write_that_fails_leaves_the_last_one(tmp_path, monkeypatch):
    path, previous = tmp_path / "c.npz", tmp_path / "c.npz.prev"
    write_checkpoint(path, Checkpoint(1, 0.0, {}, {}), previous)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_checkpoint(path, Checkpoint(2, 0.0, {}, {}), previous)
    assert read_checkpoint(path).update == 1


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_told_apart_from_absence(tmp_path, damage):
    path = tmp_path / "c.npz"
    write_checkpoint(path, Checkpoint(1, 0.0, {"a": np.zeros(2000)}, {}))
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    with pytest.raises(BadCheckpoint):
        read_checkpoint(path)
    with pytest.raises(FileNotFoundError):
        read_checkpoint(tmp_path / "other.npz")


def test_a_pickle_is_refused_and_its_code_does_not_run(tmp_path):
    marker = tmp_path / "marker"

    class Evil:
        def __reduce__(self):
            return os.mkdir, (str(marker),)

    (tmp_path / "raw.npz").write_bytes(pickle.dumps(Evil()))
    np.savez(tmp_path / "inside.npz", evil=np.array([Evil()], dtype=object), allow_pickle=True)
    for name in ("raw.npz", "inside.npz"):
        with pytest.raises(BadCheckpoint):
            read_checkpoint(tmp_path / name)
    assert not marker.exists()


@pytest.mark.parametrize("damaged", ["newest", "both"])
def test_a_run_goes_on_from_the_previous_one_or_from_the_start(written, pole, damaged):
    folder = written(pole)
    with Trainer(pole) as trainer:
        for update in (1, 2):
            trainer.update()
            state = Checkpoint(update, 0.1, *trainer.state())
            write_checkpoint(folder.checkpoint, state, folder.previous_checkpoint)
        while not trainer.finished:
            trainer.update()
        sha256 = trainer.parameters_sha256()
    folder.checkpoint.write_bytes(b"broken")
    if damaged == "both":
        folder.previous_checkpoint.write_bytes(b"")
    (folder.path / "checkpoint.npz.tmp").write_bytes(b"half")
    assert Life(folder).run() == 0
    events = RunView(folder.runs, folder.run_id).events_since(0)
    bad = [event.detail["file"] for event in events if event.kind == "bad_checkpoint"]
    assert bad == ["checkpoint.npz"] + (["checkpoint.npz.prev"] if damaged == "both" else [])
    assert [event.update for event in events if event.kind == "start"] == [0 if damaged == "both" else 1]
    assert events[-1].detail["parameters_sha256"] == sha256
    assert not list(folder.path.glob("*.tmp"))


def test_a_state_of_another_network_is_not_used(written, pole):
    folder = written(pole)
    with Trainer(pole.with_(hidden_sizes=(8,))) as other:
        arrays, meta = other.state()
    meta["config"] = pole.to_dict()
    write_checkpoint(folder.checkpoint, Checkpoint(1, 0.0, arrays, meta))
    assert Life(folder).run() == 0
    kinds = [event.kind for event in RunView(folder.runs, folder.run_id).events_since(0)]
    assert kinds == ["bad_checkpoint", "start", "finished"]


def test_kept_branches_grow_like_a_logarithm(written, pole):
    folder = written(pole)
    for update in range(1, 300):
        write_checkpoint(folder.checkpoint, Checkpoint(update, 0.0, {}, {}), folder.previous_checkpoint)
        checkpoints.keep_branch(folder, update)
    kept = checkpoints.branch_updates(folder)
    assert len(kept) <= checkpoints.BRANCHES_KEPT + 10 and kept[-4:] == [296, 297, 298, 299]
    assert all(read_checkpoint(folder.branches / f"{update:08d}.npz").update == update for update in kept)
