"""A snapshot's policy, and evaluation on fixed seeds."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ppo_engine.evaluate import evaluate, summarise
from ppo_engine.policy import Policy
from ppo_engine.trainer import Trainer
from tests.engine.small_runs import SMALL, small_config


@pytest.fixture(params=SMALL)
def trained(request):
    config = small_config(request.param, total_timesteps=100_000)
    with Trainer(config) as trainer:
        for _ in range(2):
            trainer.update()
        yield config, trainer.snapshot(), trainer


def test_the_snapshot_is_small_and_its_own(trained):
    _, snapshot, trainer = trained
    assert sum(array.nbytes for array in snapshot.values()) < 80_000
    before = snapshot["parameters"].copy()
    trainer.update()
    np.testing.assert_array_equal(snapshot["parameters"], before)
    assert (trainer.snapshot()["parameters"] != before).any()


def test_acts_within_its_distribution(trained):
    config, snapshot, trainer = trained
    policy, rng = Policy(config, snapshot), np.random.default_rng(0)
    observations = rng.normal(size=(7, trainer.network.shapes["hidden0.weight"][1])).astype(np.float32)
    actions = policy.act(observations)
    assert len(actions) == 7
    np.testing.assert_allclose(policy.act(observations[3]), actions[3], rtol=1e-5)
    drawn = [policy.act(observations[0], deterministic=False, rng=rng) for _ in range(300)]
    if policy.info.discrete:
        probabilities = policy.distribution(observations[0])
        assert probabilities.sum() == pytest.approx(1, rel=1e-5) and probabilities.argmax() == actions[0]
        shares = np.bincount(drawn, minlength=len(probabilities)) / 300
        np.testing.assert_allclose(shares, probabilities, atol=0.12)
    else:
        mean, deviation = policy.distribution(observations[0])
        np.testing.assert_allclose(mean, actions[0], rtol=1e-5)
        np.testing.assert_allclose(np.std(drawn, axis=0), deviation, rtol=0.25)
    assert np.isfinite(policy.value(observations[0]))


def test_values_are_in_the_environments_reward_units():
    config = small_config("BipedalWalker-v3")
    with Trainer(config) as trainer:
        trainer.update()
        snapshot = trainer.snapshot()
    observation = np.zeros(24, np.float32)
    value = Policy(config, snapshot).value(observation)
    scaled = Policy(config, {**snapshot, "return_var": snapshot["return_var"] * 4}).value(observation)
    assert scaled == pytest.approx(2 * value, rel=1e-4) and value != 0


def test_a_snapshot_of_another_network_is_refused(trained):
    config, snapshot, _ = trained
    with pytest.raises(ValueError, match="parameters"):
        Policy(config.with_(hidden_sizes=(8,)), snapshot)


def test_evaluation_repeats_itself_and_depends_on_the_seed(trained):
    config, snapshot, _ = trained
    first = evaluate(config, snapshot, episodes=3)
    assert first == evaluate(config, snapshot, episodes=3) or math.isnan(first.share_solved)
    assert first.returns == evaluate(config, snapshot, episodes=3).returns
    assert first.returns != evaluate(config, snapshot, episodes=3, seed=5).returns
    assert first.n == 3 and first.ci95[0] <= first.mean <= first.ci95[1]


def test_every_episode_of_an_evaluation_is_another_one():
    config = small_config("LunarLander-v3")
    with Trainer(config) as trainer:
        assert len(set(evaluate(config, trainer.snapshot(), episodes=5).returns)) == 5


def test_summary_by_hand():
    summary = summarise([100.0, 200.0, 300.0, 400.0], 300)
    assert (summary.mean, summary.n, summary.share_solved) == (250, 4, 0.5)
    assert summary.std == pytest.approx(129.0994)
    assert summary.ci95 == pytest.approx((250 - 1.96 * 64.5497, 250 + 1.96 * 64.5497), rel=1e-4)
    assert math.isnan(summarise([1.0, 2.0], None).share_solved)
