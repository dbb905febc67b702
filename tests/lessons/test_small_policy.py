"""TRPO on three actions against autograd, a dense solve, and what the lesson says about it."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from ppo_engine.lessons.small_policy import VALUES, expected_value, fisher, kl, policy_step, reach, surrogate_gradient

POINTS = [np.array(p) for p in ((0.0, 0.0), (-1.3, 1.4), (2.0, -1.0))]


@pytest.mark.parametrize("theta", POINTS)
def test_gradient_and_fisher_are_autograds(theta):
    old = torch.log_softmax(torch.tensor([*theta, 0.0], dtype=torch.float64), 0)
    advantage = torch.tensor(VALUES) - (old.exp() * torch.tensor(VALUES)).sum()

    def surrogate(t):
        return ((torch.log_softmax(torch.cat([t, torch.zeros(1)]), 0) - old).exp() * old.exp() * advantage).sum()

    def divergence(t):
        return (old.exp() * (old - torch.log_softmax(torch.cat([t, torch.zeros(1)]), 0))).sum()

    at = torch.tensor(theta)
    found = torch.autograd.functional.jacobian(surrogate, at)
    np.testing.assert_allclose(surrogate_gradient(theta), found.numpy(), rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(fisher(theta), torch.autograd.functional.hessian(divergence, at).numpy(), atol=1e-10)
    assert kl(theta, theta + 0.3) == pytest.approx(divergence(at + 0.3).item(), rel=1e-9)


@pytest.mark.parametrize("theta", POINTS)
@pytest.mark.parametrize("max_kl", [0.001, 0.1, 1.0])
def test_the_step_is_that_of_a_dense_solve_and_keeps_its_promise(theta, max_kl):
    step = policy_step(theta, max_kl)
    np.testing.assert_allclose(step.natural, np.linalg.solve(fisher(theta), surrogate_gradient(theta)), rtol=1e-8)
    assert 0.5 * step.full @ fisher(theta) @ step.full == pytest.approx(max_kl)
    assert step.tries[-1].accepted and kl(theta, step.reached) <= max_kl
    assert expected_value(step.reached) > expected_value(theta)
    assert all(attempt.kl > max_kl for attempt in step.tries[:-1]), "only the ellipse's error makes it backtrack"
    along = step.walk[1] @ surrogate_gradient(theta)
    assert along == pytest.approx(np.linalg.norm(step.walk[1]) * np.linalg.norm(surrogate_gradient(theta))), "CG 1 ∥ g"
    np.testing.assert_allclose(step.walk[2], step.natural)


def test_in_a_corner_the_same_ball_reaches_further_in_the_parameters():
    for angle in np.linspace(0, 2 * np.pi, 9):
        far = reach(np.array([0.0, 0.0]), angle, 0.1)
        direction = np.array([math.cos(angle), math.sin(angle)])
        assert kl(np.zeros(2), far * direction) == pytest.approx(0.1, rel=1e-6)
    assert reach(np.array([3.0, -1.0]), math.pi / 2, 0.01) > 2 * reach(np.zeros(2), math.pi / 2, 0.01)
