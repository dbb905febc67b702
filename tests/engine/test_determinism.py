"""The same seed and settings give the same run, bit for bit: twice, for any number of workers, and after a resume."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from ppo_engine.trainer import Trainer
from tests.engine.small_runs import SMALL, run, small_config


def without_time(report) -> dict:
    """A report's content, less the one number that is about the clock."""
    return {k: v for k, v in dataclasses.asdict(report).items() if k != "fps"}


def assert_same_reports(left, right):
    assert len(left) == len(right)
    for a, b in zip(left, right, strict=True):
        np.testing.assert_equal(without_time(a), without_time(b))


@pytest.mark.parametrize("env_id", SMALL)
def test_workers_do_not_change_the_run(env_id):
    config = small_config(env_id)
    sha, reports = run(config, 4)
    again, same_reports = run(config, 4)
    shared, shared_reports = run(config, 4, workers=2)
    assert sha == again == shared
    assert_same_reports(reports, same_reports)
    assert_same_reports(reports, shared_reports)
    assert run(config.with_(seed=4), 4)[0] != sha


def test_more_workers_than_groups_are_no_more_than_groups():
    config = small_config(n_envs=3)
    with Trainer(config, workers=16) as trainer:
        trainer.update()
        assert trainer.parameters_sha256() == run(config, 1)[0]


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("env_id", SMALL)
def test_a_resumed_run_is_the_unbroken_one(env_id, workers):
    config = small_config(env_id)
    with Trainer(config) as whole:
        before = [whole.update() for _ in range(3)]
        arrays, meta = whole.state()
        assert any(len(arrays[name]) > 0 for name in arrays if name.endswith(".actions")), "caught mid-episode"
        arrays = {name: array.copy() for name, array in arrays.items()}
        meta = json.loads(json.dumps(meta))
        after = [whole.update() for _ in range(3)]
        sha = whole.parameters_sha256()
    assert all(array.dtype != object for array in arrays.values()), "nothing to pickle"
    with Trainer.from_state(arrays, meta, workers) as resumed:
        assert (resumed.updates, resumed.timesteps) == (3, before[-1].timesteps)
        assert_same_reports([resumed.update() for _ in range(3)], after)
        assert resumed.parameters_sha256() == sha


def test_taking_the_state_does_not_disturb_the_run():
    config = small_config("LunarLander-v3")
    with Trainer(config) as trainer:
        for _ in range(4):
            trainer.update()
            trainer.state()
            trainer.snapshot()
        assert trainer.parameters_sha256() == run(config, 4)[0]


def test_live_knobs_and_adaptive_beta_survive_a_resume():
    config = small_config(objective="ppo_kl_adaptive", kl_coef=0.5, learning_rate=3e-3, total_timesteps=100_000)
    with Trainer(config) as whole:
        whole.update()
        whole.apply(learning_rate=1e-3, d_targ=0.03)
        whole.update()
        arrays, meta = whole.state()
        expected = [whole.update() for _ in range(2)]
    with Trainer.from_state(arrays, meta) as resumed:
        assert resumed.config.learning_rate == 1e-3 and resumed.objective.d_targ == 0.03
        assert_same_reports([resumed.update() for _ in range(2)], expected)


def test_a_state_of_another_version_or_shape_is_refused():
    with Trainer(small_config()) as trainer:
        arrays, meta = trainer.state()
    with pytest.raises(ValueError, match="version"):
        Trainer.from_state(arrays, {**meta, "version": 999})
    with pytest.raises(ValueError, match="shape"):
        Trainer.from_state({**arrays, "parameters": arrays["parameters"][:-1]}, meta)


def test_watching_episodes_does_not_change_the_run():
    config = small_config()
    with Trainer(config, on_episodes=lambda episodes: None) as trainer:
        for _ in range(4):
            trainer.update()
        assert trainer.parameters_sha256() == run(config, 4)[0]
