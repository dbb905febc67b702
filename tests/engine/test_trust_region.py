"""TRPO against second sources: linear algebra, an explicit Fisher matrix, a dense solve of the whole step."""

from __future__ import annotations

import numpy as np
import pytest

from ppo_engine.learner import Batch
from ppo_engine.networks import MLP
from ppo_engine.objectives import TRPO
from ppo_engine.policy_distribution import distribution_of
from ppo_engine.presets import build_config
from ppo_engine.trainer import Trainer
from ppo_engine.trust_region import conjugate_gradient, line_search, scale_to_radius
from ppo_engine.trust_region_learner import TrustRegionLearner
from tests.engine.small_runs import small_config


@pytest.mark.parametrize("seed", range(5))
def test_conjugate_gradient_solves_random_positive_definite_systems(seed):
    rng = np.random.default_rng(seed)
    root = rng.standard_normal((12, 12))
    matrix, b = root @ root.T + np.eye(12), rng.standard_normal(12)
    x, residuals = conjugate_gradient(lambda v: matrix @ v, b, iterations=40, tolerance=1e-24)
    np.testing.assert_allclose(x, np.linalg.solve(matrix, b), rtol=1e-8)
    assert residuals[0] == pytest.approx(np.linalg.norm(b))
    assert residuals[-1] == pytest.approx(np.linalg.norm(b - matrix @ x), abs=1e-8)


def test_conjugate_gradient_needs_one_step_for_each_different_eigenvalue():
    matrix, b = np.diag([1.0, 1.0, 5.0, 5.0, 9.0]), np.ones(5)
    x, residuals = conjugate_gradient(lambda v: matrix @ v, b, iterations=3)
    np.testing.assert_allclose(x, b / np.diag(matrix), rtol=1e-10)
    assert len(residuals) == 4


def test_the_scaled_step_has_the_model_kl_of_the_radius():
    matrix, direction = np.diag([1.0, 4.0]), np.array([1.0, 1.0])
    step = scale_to_radius(direction, direction @ matrix @ direction, 0.02)
    assert 0.5 * step @ matrix @ step == pytest.approx(0.02)


def test_the_line_search_takes_the_first_point_that_rises_within_the_radius():
    tries = line_search(lambda share: (share - 0.5, share * 0.012), max_kl=0.01)
    assert [attempt.fraction for attempt in tries] == [1.0, 0.8]
    assert [attempt.accepted for attempt in tries] == [False, True]
    refused = line_search(lambda share: (-share, 0.0), max_kl=0.01)
    assert len(refused) == 10 and not any(attempt.accepted for attempt in refused)


def small_policy(discrete: bool) -> tuple[MLP, Batch, np.ndarray]:
    """A network of a few dozen parameters, a batch it might have seen, and its normalised advantages."""
    rng = np.random.default_rng(3)
    network = MLP(3, 2, (4,), "tanh", discrete, -0.3, rng)
    network.views["policy.weight"] *= 50
    observations = rng.standard_normal((40, 3)).astype(np.float32)
    outputs = network.forward(observations)
    policy = distribution_of(discrete)(outputs.policy, outputs.log_std)
    actions = rng.integers(0, 2, 40) if discrete else rng.standard_normal((40, 2)).astype(np.float32)
    advantages = rng.standard_normal(40).astype(np.float32)
    advantages = (advantages - advantages.mean()) / advantages.std(ddof=1)
    batch = Batch(observations, actions, policy.log_prob(actions), advantages, advantages, advantages, outputs.policy)
    return network, batch, advantages


def fisher_and_gradient(network: MLP, batch: Batch, advantages: np.ndarray, discrete: bool):
    """Σ over samples and actions (or by closed form) of the score's outer product, column by column in float64."""
    count, size = len(advantages), network.size
    outputs = network.forward(batch.observations)
    jacobian = np.zeros((count, 2, size))
    for row in range(count):
        for k in range(2):
            pick = np.zeros((count, 2), np.float32)
            pick[row, k] = 1
            flat = network.vjp(pick, np.zeros(count, np.float32), None if discrete else np.zeros(2, np.float32))
            jacobian[row, k] = flat
    fisher, gradient = np.zeros((size, size)), np.zeros(size)
    policy = distribution_of(discrete)(outputs.policy, outputs.log_std)
    for row in range(count):
        if discrete:
            p = policy.probs[row].astype(float)
            middle = np.diag(p) - np.outer(p, p)
            score = np.eye(2)[batch.actions[row]] - p
        else:
            variance = np.exp(2 * outputs.log_std.astype(float))
            middle = np.diag(1 / variance)
            score = (batch.actions[row] - policy.mean[row]) / variance
        fisher += jacobian[row].T @ middle @ jacobian[row] / count
        gradient += advantages[row] * (score @ jacobian[row]) / count
    if not discrete:
        where = network.view(np.arange(size))["log_std"].astype(int)
        z = (batch.actions - policy.mean) / np.exp(outputs.log_std)
        fisher[where, where] += 2
        gradient[where] += (advantages[:, None] * (z**2 - 1)).mean(axis=0)
    return fisher, gradient


@pytest.mark.parametrize("discrete", [True, False])
def test_the_step_is_that_of_a_dense_solve(discrete):
    network, batch, advantages = small_policy(discrete)
    fisher, gradient = fisher_and_gradient(network, batch, advantages, discrete)
    objective = TRPO(max_kl=0.001, cg_iterations=60, cg_damping=0.1)
    damped = fisher + 0.1 * np.eye(network.size)
    natural = np.linalg.solve(damped, gradient)
    expected = np.sqrt(2 * 0.001 / (natural @ damped @ natural)) * natural
    start = network.parameters.copy()
    learner = TrustRegionLearner(network, discrete, np.random.default_rng(0))
    step, _, norm = learner._step_actor(batch, advantages, objective)
    assert norm == pytest.approx(np.linalg.norm(gradient), rel=1e-4)
    np.testing.assert_allclose(step.direction, expected, rtol=2e-3, atol=2e-5)
    assert step.accepted is not None
    np.testing.assert_allclose(network.parameters - start, step.accepted.fraction * expected, rtol=5e-3, atol=5e-5)


@pytest.mark.parametrize("discrete", [True, False])
def test_fisher_products_and_conjugate_gradient_are_those_of_the_explicit_matrix(discrete):
    network, batch, advantages = small_policy(discrete)
    fisher, gradient = fisher_and_gradient(network, batch, advantages, discrete)
    outputs, count = network.forward(batch.observations), len(advantages)
    policy = distribution_of(discrete)(outputs.policy, outputs.log_std)

    def product(vector):
        moved = network.jvp(vector.astype(np.float32), count)
        by_policy, by_log_std = policy.fisher_product(moved.policy, moved.log_std)
        by_log_std = None if by_log_std is None else by_log_std / count
        flat = network.vjp(by_policy / np.float32(count), np.zeros(count, np.float32), by_log_std)
        return flat.astype(float) + 0.1 * vector

    damped = fisher + 0.1 * np.eye(network.size)
    vector = np.random.default_rng(1).standard_normal(network.size)
    np.testing.assert_allclose(product(vector), damped @ vector, rtol=1e-3, atol=1e-4)
    solved, _ = conjugate_gradient(product, gradient, iterations=60)
    np.testing.assert_allclose(solved, np.linalg.solve(damped, gradient), rtol=2e-3, atol=2e-4)


@pytest.mark.slow
def test_a_whole_lander_run_keeps_its_radius_and_never_lowers_the_surrogate():
    config = build_config("LunarLander-v3", objective="trpo", seed=1, total_timesteps=200_000, n_epochs=5)
    taken = 0
    with Trainer(config, workers=2) as trainer:
        while not trainer.finished:
            report = trainer.update()
            checks = report.detail["checks"]
            assert report.kl <= config.max_kl * 1.01 and checks["beyond_radius"] <= 0.01
            assert checks["surrogate_fell"] >= -1e-6
            taken += report.detail["accepted"]
            assert report.detail["improvement"] > 0 or not report.detail["accepted"]
    assert taken > 0.9 * trainer.updates and report.ep_rew_mean > -150


def test_a_failed_search_puts_the_parameters_back():
    network, batch, advantages = small_policy(True)
    start = network.parameters.copy()
    learner = TrustRegionLearner(network, True, np.random.default_rng(0))

    class Never(TRPO):
        def gain(self, terms):
            return super().gain(terms) - 1

    step, log_ratio, _ = learner._step_actor(batch, advantages, Never())
    assert step.accepted is None and not log_ratio.any()
    np.testing.assert_array_equal(network.parameters, start)
    assert step.summary()["accepted"] is False and len(step.summary()["line_search"]) == 10


@pytest.mark.parametrize("env_id", ["CartPole-v1", "Pendulum-v1"])
def test_every_update_of_a_run_stays_within_the_radius_and_rises(env_id):
    config = small_config(env_id, objective="trpo", max_kl=0.01)
    with Trainer(config) as trainer:
        for _ in range(8):
            report = trainer.update()
            assert report.kl <= 0.01 * 1.01
            assert report.detail["improvement"] > 0 or not report.detail["accepted"]
            assert report.detail["cg_residuals"][-1] < report.detail["cg_residuals"][0]
