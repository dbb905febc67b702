"""Recordings made from runs: the numbers as they were, films no larger than need be, and how the last policy did."""

from __future__ import annotations

import json

import imageio
import numpy as np
import pytest

from ppo_engine import recordings
from ppo_engine.config import TrainConfig
from ppo_engine.evaluate import evaluate
from ppo_engine.jobs.renderer import render_video
from ppo_engine.jobs.store import Batch, Store
from ppo_engine.recordings import __main__ as command
from ppo_engine.report import REPORT_KEYS
from ppo_engine.trainer import Trainer


@pytest.fixture
def shelf(tmp_path):
    """A folder of recordings of this test's own."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    return folder


def test_a_run_becomes_a_recording_with_its_results(written, shelf, monkeypatch):
    config = TrainConfig(env_id="CartPole-v1", n_envs=4, n_steps=32, batch_size=64, n_epochs=2, total_timesteps=384)
    folder = written(config)
    store = Store(folder)
    with Trainer(config) as trainer:
        reports = [trainer.update() for _ in range(3)]
        for report in reports:
            store.commit(Batch(report, trainer.snapshot(), report.update))
        snapshot = trainer.snapshot()
    store.close()
    film = render_video(folder)
    monkeypatch.setattr(command, "LARGEST_FILM", film.path.stat().st_size - 1)
    command.record(folder.path, "pole", [3], shelf)
    recording = recordings.load("pole", shelf)
    assert recording.config == config and recording.updates.tolist() == [1, 2, 3]
    wanted = [[getattr(report, key) for key in REPORT_KEYS] for report in reports]
    np.testing.assert_allclose(recording.rows, wanted, rtol=1e-6)
    (kept,) = recording.films
    assert (kept.update, kept.ret) == (3, film.ret) and kept.path.stat().st_size < film.path.stat().st_size
    assert imageio.get_reader(kept.path).count_frames() == imageio.get_reader(film.path).count_frames()

    told = json.loads(command.results(folder.path, "pole", 4, shelf).read_text(encoding="utf-8"))
    played = evaluate(config, snapshot, 4, 10_000)
    assert told["greedy"]["mean"] == played.mean and told["greedy"]["n"] == 4 and told["stochastic"]["n"] == 4
    assert (told["env_id"], told["timesteps"], told["update"]) == ("CartPole-v1", 384, 3)
    assert told["last_mean"] == reports[-1].ep_rew_mean and told["first_mean"] == reports[0].ep_rew_mean
