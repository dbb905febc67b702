"""Running statistics against NumPy on the whole data, and what they do to observations and rewards."""

from __future__ import annotations

import numpy as np

from ppo_engine.normalisation import RewardScaler, RunningMoments, normalise_observations
from ppo_engine.trainer import Trainer
from tests.engine.small_runs import small_config


def test_moments_merged_in_parts_are_those_of_the_whole():
    data = np.random.default_rng(0).normal([5, -3, 0], [1, 30, 0.01], size=(5000, 3))
    moments = RunningMoments(3)
    for part in np.array_split(data, [10, 11, 900, 3000]):
        moments.merge(part.astype(np.float32))
    np.testing.assert_allclose(moments.mean, data.mean(axis=0), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(moments.var, data.var(axis=0), rtol=1e-3)


def test_moments_restore():
    moments, again = RunningMoments(2), RunningMoments(2)
    moments.merge(np.random.default_rng(1).normal(size=(50, 2)))
    again.restore(moments.state())
    np.testing.assert_array_equal(again.state(), moments.state())
    again.merge(np.ones((5, 2)))
    assert (again.mean != moments.mean).all(), "the copy shares no memory"


def test_observations_are_shifted_scaled_and_bounded():
    seen = normalise_observations(np.array([[3.0, 0.0], [1e9, -1e9]]), np.array([1.0, 0.0]), np.array([4.0, 0.0]))
    assert seen.dtype == np.float32
    np.testing.assert_allclose(seen, [[1, 0], [10, -10]])


def test_rewards_are_divided_by_the_deviation_of_the_discounted_return_and_episodes_do_not_mix():
    rewards = np.random.default_rng(2).normal(3, 2, size=(400, 2))
    dones = np.zeros((400, 2), bool)
    dones[99::100] = True
    scaler = RewardScaler(2)
    scaled = scaler.scale(rewards, dones, 0.9)
    returns, running = [], np.zeros(2)
    for t in range(400):
        running = 0.9 * running + rewards[t]
        returns.append(running.copy())
        running[dones[t]] = 0
    np.testing.assert_allclose(scaled, rewards / np.std(returns), rtol=1e-3)
    np.testing.assert_array_equal(scaler.returns, 0)


def test_a_trainer_normalises_what_the_network_sees():
    with Trainer(small_config("BipedalWalker-v3")) as trainer:
        for _ in range(3):
            trainer.update()
        snapshot = trainer.snapshot()
        raw = trainer._arrays["raw_observations"].reshape(-1, 24)
    assert (snapshot["obs_var"] != 1).all() and (snapshot["obs_mean"] != 0).any()
    np.testing.assert_allclose(snapshot["obs_mean"], raw.mean(axis=0), atol=0.5)
    assert snapshot["return_var"][0] != 1
