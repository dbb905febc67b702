"""Advantages: closed forms, termination against truncation, and Stable-Baselines3's rollout buffer."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ppo_engine.advantages import episode_return, estimate, gae, normalise, reward_to_go

GAMMA, LAMBDA = 0.9, 0.8


def rollout(steps, envs=1, values=0.0):
    """Empty rewards, a constant critic, no ends, no bootstraps."""
    shape = (steps, envs)
    return (
        np.zeros(shape, np.float32),
        np.full((steps + 1, envs), values, np.float32),
        np.zeros(shape, bool),
        np.zeros(shape, np.float32),
    )


def test_one_reward_at_the_end_under_a_constant_critic():
    """δ is (γ−1)c inside and 1−c at the end, so Âₜ = (1−c)(γλ)ⁿ + (γ−1)c Σ_{k<n} (γλ)ᵏ with n steps to the end."""
    steps, critic = 12, 0.7
    rewards, values, dones, bootstraps = rollout(steps, values=critic)
    rewards[-1], dones[-1] = 1.0, True
    advantages, returns = gae(rewards, values, dones, bootstraps, GAMMA, LAMBDA)
    decay = GAMMA * LAMBDA
    for t in range(steps):
        n = steps - 1 - t
        expected = (1 - critic) * decay**n + (GAMMA - 1) * critic * (1 - decay**n) / (1 - decay)
        assert advantages[t, 0] == pytest.approx(expected, abs=1e-6)
    np.testing.assert_allclose(returns, advantages + critic, rtol=1e-6)


def test_lambda_zero_is_the_one_step_error_and_lambda_one_the_return():
    rng = np.random.default_rng(0)
    rewards, _, dones, bootstraps = rollout(20, 3)
    rewards += rng.normal(size=rewards.shape).astype(np.float32)
    values = rng.normal(size=(21, 3)).astype(np.float32)
    one_step, _ = gae(rewards, values, dones, bootstraps, GAMMA, 0.0)
    np.testing.assert_allclose(one_step, rewards + np.float32(GAMMA) * values[1:] - values[:-1], atol=1e-6)
    whole, targets = gae(rewards, values, dones, bootstraps, GAMMA, 1.0)
    to_go = reward_to_go(rewards, values, dones, bootstraps, GAMMA)
    np.testing.assert_allclose(targets, to_go, atol=1e-5)
    discounts = GAMMA ** np.arange(21)
    expected = (discounts[:20] * rewards[:, 0]).sum() + discounts[20] * values[20, 0]
    assert to_go[0, 0] == pytest.approx(expected, abs=1e-5)
    np.testing.assert_allclose(whole, to_go - values[:-1], atol=1e-5)


def test_a_terminated_step_looks_no_further_and_a_truncated_one_bootstraps():
    rewards, values, dones, bootstraps = rollout(4, envs=3, values=10.0)
    dones[1, :2] = True
    bootstraps[1, 1] = GAMMA * 10.0
    advantages, _ = gae(rewards, values, dones, bootstraps, GAMMA, LAMBDA)
    going = GAMMA * 10 - 10
    assert advantages[1, 0] == pytest.approx(-10)
    assert advantages[1, 1] == pytest.approx(going)
    assert advantages[0, 1] == pytest.approx(going + GAMMA * LAMBDA * going)
    assert advantages[1, 2] < advantages[1, 1], "an episode that goes on keeps adding the later steps"
    np.testing.assert_allclose(advantages[2:, 0], advantages[2:, 2], rtol=1e-6)


def test_an_endless_episode_is_worth_one_over_one_minus_gamma_only_if_time_limits_bootstrap():
    rewards, values, dones, bootstraps = rollout(5, values=1 / (1 - GAMMA))
    rewards += 1
    dones[2] = True
    cut, _ = gae(rewards, values, dones, bootstraps, GAMMA, LAMBDA)
    bootstraps[2] = GAMMA / (1 - GAMMA)
    kept, _ = gae(rewards, values, dones, bootstraps, GAMMA, LAMBDA)
    np.testing.assert_allclose(kept, 0, atol=1e-5)
    assert cut[2, 0] == pytest.approx(-GAMMA / (1 - GAMMA), rel=1e-5)


def test_the_next_episode_never_leaks_into_this_one():
    rng = np.random.default_rng(1)
    rewards, _, dones, bootstraps = rollout(10, 2)
    values = rng.normal(size=(11, 2)).astype(np.float32)
    dones[4] = True
    before, _ = gae(rewards, values, dones, bootstraps, GAMMA, LAMBDA)
    rewards[5:] += 100
    values[5:] -= 50
    after, _ = gae(rewards, values, dones, bootstraps, GAMMA, LAMBDA)
    np.testing.assert_array_equal(before[:5], after[:5])
    assert (before[5:] != after[5:]).all()


def test_agrees_with_stable_baselines3():
    from gymnasium import spaces
    from stable_baselines3.common.buffers import RolloutBuffer

    steps, envs = 50, 4
    rng = np.random.default_rng(2)
    rewards = rng.normal(size=(steps, envs)).astype(np.float32)
    values = rng.normal(size=(steps + 1, envs)).astype(np.float32)
    dones = rng.random((steps, envs)) < 0.1
    truncated = dones & (rng.random((steps, envs)) < 0.5)
    final_values = rng.normal(size=(steps, envs)).astype(np.float32)
    bootstraps = np.where(truncated, np.float32(GAMMA) * final_values, np.float32(0))

    box = spaces.Box(-1, 1, (1,))
    buffer = RolloutBuffer(steps, box, spaces.Discrete(2), "cpu", LAMBDA, GAMMA, envs)
    starts = np.ones(envs)
    for t in range(steps):
        # Stable-Baselines3 adds γ V(final observation) to the reward of a truncated step.
        buffer.add(np.zeros((envs, 1)), np.zeros(envs), rewards[t] + bootstraps[t], starts,
                   torch.tensor(values[t]), torch.zeros(envs))  # fmt: skip
        starts = dones[t].astype(np.float32)
    buffer.compute_returns_and_advantage(torch.tensor(values[-1]), dones[-1].astype(np.float32))

    advantages, returns = gae(rewards, values, dones, bootstraps, GAMMA, LAMBDA)
    np.testing.assert_allclose(advantages, buffer.advantages, atol=1e-5)
    np.testing.assert_allclose(returns, buffer.returns, atol=1e-5)


def test_reward_to_go_of_a_finished_episode_is_the_plain_discounted_sum():
    rewards, values, dones, bootstraps = rollout(3, values=5.0)
    rewards[:, 0] = [1, 2, 4]
    dones[2] = True
    np.testing.assert_allclose(reward_to_go(rewards, values, dones, bootstraps, 0.5)[:, 0], [3, 4, 4])


def test_episode_return_gives_every_step_of_an_episode_the_same_credit():
    rewards, values, dones, bootstraps = rollout(6, values=8.0)
    rewards[:, 0] = [1, 2, 4, 1, 1, 1]
    dones[2] = True
    credit = episode_return(rewards, values, dones, bootstraps, 0.5)[:, 0]
    np.testing.assert_allclose(credit[:3], 3)
    np.testing.assert_allclose(credit[3:], 1 + 0.5 + 0.25 + 0.125 * 8, err_msg="an unfinished one is completed by V")


def test_normalised_advantages_have_mean_zero_and_deviation_one():
    advantages = np.random.default_rng(3).normal(5, 30, size=(7, 64)).astype(np.float32)
    normalised = normalise(advantages)
    np.testing.assert_allclose(normalised.mean(axis=1), 0, atol=1e-6)
    np.testing.assert_allclose(normalised.std(axis=1, ddof=1), 1, rtol=1e-5)


def test_normalising_equal_or_single_advantages_stays_finite():
    np.testing.assert_allclose(normalise(np.full(8, 3.0, np.float32)), 0, atol=1e-3)
    np.testing.assert_array_equal(normalise(np.array([3.0], np.float32)), [3.0])


def test_shapes_that_would_broadcast_are_refused():
    rewards, values, dones, bootstraps = rollout(4, 2)
    with pytest.raises(ValueError, match=r"\(T, N\)"):
        gae(rewards, values[:-1], dones, bootstraps, GAMMA, LAMBDA)
    with pytest.raises(ValueError, match=r"\(T, N\)"):
        reward_to_go(rewards, values, dones[:, :1], bootstraps, GAMMA)


def test_the_four_ways_of_assigning_credit_on_a_hand_made_episode():
    rewards = np.array([[1.0], [2.0], [4.0]], np.float32)
    values = np.array([[0.5], [1.0], [1.5], [9.0]], np.float32)
    dones, nothing = np.array([[False], [False], [True]]), np.zeros((3, 1), np.float32)
    found = {
        credit: estimate(credit, rewards, values, dones, nothing, 0.5, 1.0)
        for credit in ("episode_return", "reward_to_go", "baseline", "gae")
    }
    # G = 1 + ½·2 + ¼·4, 2 + ½·4, 4: the last value is cut off by the end of the episode.
    np.testing.assert_allclose(found["reward_to_go"][0][:, 0], [3, 4, 4])
    np.testing.assert_allclose(found["episode_return"][0][:, 0], [3, 3, 3])
    np.testing.assert_allclose(found["baseline"][0][:, 0], [2.5, 3, 2.5])
    np.testing.assert_allclose(found["gae"][0], found["baseline"][0], err_msg="λ = 1")
    for advantages, targets in found.values():
        np.testing.assert_allclose(targets[:, 0], [3, 4, 4])
        assert advantages.shape == (3, 1)
