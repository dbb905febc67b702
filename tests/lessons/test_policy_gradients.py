"""The cliff and the eight steps of the policy-gradient lesson: autograd, means by listing, and the lesson's words."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ppo_engine.lessons.policy_gradients import (
    BASE,
    CREDITS,
    LATER,
    NOW,
    cliff,
    cliff_gradient,
    climb,
    gradient_estimates,
    trajectories,
    true_gradient,
)  # fmt: skip


def test_the_cliffs_slope_is_autograds():
    for x, y in ((-2.2, 1.1), (0.5, 0.0), (1.2, -0.4), (2.5, 0.3)):
        at = torch.tensor([x, y], dtype=torch.float64, requires_grad=True)
        height = torch.exp(-((at[0] - 1) ** 2) / 8 - at[1] ** 2 / 4) * torch.sigmoid(20 * (1.1 - at[0]))
        height.backward()
        assert cliff(x, y) == pytest.approx(height.item(), rel=1e-12)
        assert at.grad is not None
        np.testing.assert_allclose(cliff_gradient(x, y), at.grad.numpy(), rtol=1e-10)


def test_too_small_right_too_large():
    ends = {rate: climb(-2.2, 1.1, rate, 60) for rate in (0.02, 0.6, 9.0)}
    heights = {rate: [cliff(*point) for point in path] for rate, path in ends.items()}
    assert heights[0.02][-1] < 0.3 and heights[0.6][-1] > 0.95
    assert max(heights[9.0]) > 2 * heights[9.0][0] and heights[9.0][-1] < 1e-3
    pacing = [cliff(*point) for point in climb(-2.2, 1.1, 3.0, 60)]
    assert max(pacing[:5]) > 0.9 and min(pacing[20:]) < 0.9, "α = 3: quick, and then to and fro beside the top"
    assert ends[9.0][-1][0] > 1.35, "on the floor behind the edge"
    assert np.hypot(*cliff_gradient(*ends[9.0][-1])) < 1e-3, "no recovery: no slope"


@pytest.mark.parametrize("p", [0.1, 0.5, 0.8])
def test_every_way_of_giving_credit_aims_at_the_same_gradient(p):
    _, chances = trajectories(p)
    assert chances.sum() == pytest.approx(1) and len(chances) == 256
    for credit in CREDITS:
        assert chances @ gradient_estimates(p, credit) == pytest.approx(true_gradient(p), rel=1e-6), credit
    logit = torch.tensor(np.log(p / (1 - p)), requires_grad=True)
    chance = torch.sigmoid(logit)
    (BASE.sum() + 8 * NOW * chance + 7 * LATER * chance).backward()
    assert logit.grad is not None and true_gradient(p) == pytest.approx(logit.grad.item())


def test_the_variance_falls_with_each_step_as_the_lesson_says():
    _, chances = trajectories(0.5)
    found = {}
    for credit in CREDITS:
        each = gradient_estimates(0.5, credit)
        found[credit] = chances @ (each - chances @ each) ** 2
    assert found["reward_to_go"] < found["episode_return"] / 2
    assert found["baseline"] < found["reward_to_go"] / 20
    assert found["gae"] < found["baseline"]
    assert found["gae"] == pytest.approx(found["episode_return"] / 100, rel=0.1), "to about a hundredth"
