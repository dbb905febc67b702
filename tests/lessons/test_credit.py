"""The ten steps and the landing of the advantages lesson: hand-computed numbers, closed forms, and its wording."""

from __future__ import annotations

import numpy as np
import pytest

from ppo_engine.envs import describe
from ppo_engine.lessons.credit import REWARDS, VALUES, credit, weights
from ppo_engine.recordings.landing import landing


def test_by_hand():
    found = credit(np.array([1.0, 2.0]), np.array([0.5, 1.5, 4.0]), 0.5, 0.5, terminated=False)
    np.testing.assert_allclose(found.deltas, [1 + 0.75 - 0.5, 2 + 2 - 1.5])
    np.testing.assert_allclose(found.advantages, [1.25 + 0.25 * 2.5, 2.5])
    np.testing.assert_allclose(found.to_go, [1 + 0.5 * 4, 2 + 2])
    ended = credit(np.array([1.0, 2.0]), np.array([0.5, 1.5, 4.0]), 0.5, 0.5)
    np.testing.assert_allclose(ended.deltas, [1.25, 0.5])
    np.testing.assert_allclose(ended.to_go, [2.0, 2.0])


@pytest.mark.parametrize("gamma", [0.6, 0.99, 1.0])
@pytest.mark.parametrize("gae_lambda", [0.0, 0.5, 0.95, 1.0])
@pytest.mark.parametrize("terminated", [True, False])
def test_an_advantage_is_the_weighted_sum_of_the_surprises_after_it(gamma, gae_lambda, terminated):
    found = credit(REWARDS, VALUES, gamma, gae_lambda, terminated)
    sums = [weights(gamma, gae_lambda, 10 - t) @ found.deltas[t:] for t in range(10)]
    np.testing.assert_allclose(found.advantages, sums, atol=1e-6)
    if gae_lambda == 1.0:
        np.testing.assert_allclose(found.advantages, found.to_go - VALUES[:-1], atol=1e-6)


def test_what_the_lesson_says_of_the_ten_steps():
    deltas = credit(REWARDS, VALUES, 0.99, 0.95).deltas
    assert abs(deltas[3]) < 0.3 and deltas[5] > 0.5 and REWARDS[5] == 0
    assert REWARDS[6] == -3 and -3 < deltas[6] < -1.5
    assert 16.5 < weights(0.99, 0.95, 1000).sum() < 17.5
    changed = VALUES.copy()
    changed[4] += 1
    moved = {lam: credit(REWARDS, changed, 0.99, lam).advantages - credit(REWARDS, VALUES, 0.99, lam).advantages
             for lam in (0.95, 1.0)}  # fmt: skip
    np.testing.assert_allclose(moved[1.0], -np.eye(10)[4], atol=1e-5)
    assert (np.abs(moved[0.95][:4]) > 0.03).all()


def test_the_landing_is_one_and_its_credit_is_what_the_lesson_says():
    flown = landing()
    assert len(flown.rewards) == len(flown.actions) == len(flown.values) - 1 == len(flown.positions) - 1
    threshold = describe("LunarLander-v3").threshold
    assert threshold is not None and sum(flown.rewards) > threshold
    assert flown.rewards[-1] == pytest.approx(100, abs=1), "only landing itself pays 100"
    assert abs(flown.positions[-1][0]) < 0.2 and abs(flown.positions[-1][1]) < 0.05
    below = [height < 0.01 for _, height in flown.positions]
    assert below.index(True) < len(flown.rewards) - 20, "down long before the end"
    by = {lam: credit(np.array(flown.rewards), np.array(flown.values), flown.gamma, lam) for lam in (0.0, 0.95, 1.0)}
    last = by[0.0].deltas[-1]
    assert last < 30, "the critic expected most of the 100"
    jumps = [np.abs(np.diff(by[lam].advantages)).mean() for lam in by]
    off = [abs(by[lam].advantages.mean()) for lam in by]
    assert jumps[0] > jumps[1] > jumps[2] and off[0] < off[1] < off[2], "λ = 1: smooth but far from 0; λ = 0: a fence"
