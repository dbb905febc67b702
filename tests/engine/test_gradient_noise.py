"""Gradient noise: against brute force over many batches, in the order that theory gives, and without touching a run."""

from __future__ import annotations

import numpy as np
import pytest

from ppo_engine import gradient_noise
from ppo_engine.distributions import Categorical
from ppo_engine.networks import MLP
from ppo_engine.presets import build_config
from ppo_engine.trainer import Trainer
from tests.engine.small_runs import run, small_config


@pytest.mark.parametrize(
    ("steps", "envs"), [(32, 8), (256, 16), (16, 17), (5, 31), (8, 64), (1024, 4), (7, 3), (100, 1), (2, 1)]
)
def test_groups_are_disjoint_of_one_size_and_enough(steps, envs):
    counts = np.zeros((steps, envs), int)
    sizes = set()
    cut = gradient_noise.groups(steps, envs)
    for where in cut:
        counts[where] += 1
        sizes.add(counts[where].shape)
    assert counts.max() == 1 and len(sizes) == 1
    assert counts.mean() > 0.7, "little is left out"
    assert 8 <= len(cut) <= 16 or (steps < 8 and len(cut) == min(steps * envs, 6)) or steps == 2


def test_groups_keep_environments_apart():
    assert all(columns == slice(2 * i, 2 * i + 2) for i, (_, columns) in enumerate(gradient_noise.groups(10, 32)))


def test_the_spread_of_three_vectors_by_hand():
    vectors = np.array([[1.0, 0.0], [3.0, 0.0], [2.0, 3.0]])
    found = gradient_noise.spread(float((vectors**2).sum()), float(vectors.sum(0) @ vectors.sum(0)), 3)
    assert found.square == pytest.approx(2**2 + 1**2)
    assert found.variance == pytest.approx((1 + 3) / 3), "the sample variances 1 and 3, of a mean of three"


def test_the_estimate_is_what_many_independent_batches_vary_by():
    rng = np.random.default_rng(0)
    network = MLP(2, 3, (4,), rng=rng)
    network.views["policy.weight"] *= 50
    steps, envs, count = 3, 16, 400

    def batch():
        seen = rng.standard_normal((steps, envs, 2)).astype(np.float32)
        probs = Categorical(network.forward(seen.reshape(-1, 2)).policy).probs.cumsum(axis=1)
        done = (probs < rng.random((steps * envs, 1))).sum(axis=1).clip(0, 2).reshape(steps, envs)
        # Steps of one environment share a part of their credit, as those of one trajectory do.
        credit = (done == 0) + rng.standard_normal((1, envs)) + 0.5 * rng.standard_normal((steps, envs))
        return seen, done, credit.astype(np.float32)

    estimates, gradients = [], []
    for _ in range(count):
        seen, done, credit = batch()
        estimates.append(gradient_noise.measure(network, Categorical, seen, done, {"it": credit})["it"])
        policy = Categorical(network.forward(seen.reshape(-1, 2)).policy)
        by_policy, _ = policy.grad_log_prob(done.reshape(-1), credit.reshape(-1) / np.float32(steps * envs))
        gradients.append(network.vjp(by_policy, np.zeros(steps * envs, np.float32)).astype(float))
        assert estimates[-1].square == pytest.approx(float(gradients[-1] @ gradients[-1]), rel=1e-4)
    real = np.var(gradients, axis=0, ddof=1).sum()
    assert np.mean([found.variance for found in estimates]) == pytest.approx(real, rel=0.1)
    mean = np.mean(gradients, axis=0)
    signal = np.mean([found.square - found.variance for found in estimates])
    assert signal == pytest.approx(float(mean @ mean) - real / count, rel=0.2)


def test_noise_falls_with_every_better_credit_at_one_policy():
    more = {"n_envs": 16, "n_steps": 256, "batch_size": 256, "seed": 1}
    config = build_config("CartPole-v1", objective="policy_gradient", **more)
    found = []
    with Trainer(config) as trainer:
        for _ in range(10):
            trainer.update()
        before = trainer.parameters_sha256()
        trainer.updates = 0
        for _ in range(6):
            trainer._roll()
            trainer._assess()
            noise = gradient_noise.measured(trainer)["gradient_noise"]
            found.append([noise["by_credit"][name][0] for name in gradient_noise.CREDITS])
        assert trainer.parameters_sha256() == before
    whole, to_go, baseline, gae = np.mean(found, axis=0)
    assert whole > 1.5 * to_go and to_go > 1.2 * baseline and baseline > 2 * gae, np.mean(found, axis=0)


@pytest.mark.parametrize(
    "config",
    [small_config("CartPole-v1", objective="reinforce"), small_config("Pendulum-v1", objective="ppo_kl_adaptive"),
     small_config("CartPole-v1", objective="trpo", n_epochs=1)],
    ids=lambda config: config.objective,
)  # fmt: skip
def test_measuring_does_not_change_the_run(config, monkeypatch):
    sha, reports = run(config, 9)
    kept = [report.detail["gradient_noise"] for report in reports if "gradient_noise" in report.detail]
    assert [report.update for report in reports if "gradient_noise" in report.detail] == [1, 9]
    assert all(found["credit"] == ("episode_return" if config.objective == "reinforce" else "gae") for found in kept)
    assert all(variance > 0 and square > 0 for found in kept for variance, square in found["by_credit"].values())
    monkeypatch.setattr("ppo_engine.trainer.measured", lambda trainer: {})
    assert run(config, 9)[0] == sha
