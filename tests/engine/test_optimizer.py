"""Flat Adam against torch.optim.Adam, and the gradient clip against clip_grad_norm_."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from ppo_engine.optimizer import Adam, clip_grad_norm


def test_adam_is_torchs_adam():
    rng = np.random.default_rng(0)
    ours = rng.normal(size=200).astype(np.float32)
    theirs = torch.nn.Parameter(torch.tensor(ours.copy()))
    adam, torch_adam = Adam(200), torch.optim.Adam([theirs], eps=1e-5)
    for step in range(100):
        gradient = (rng.normal(size=200) * 10.0 ** rng.uniform(-6, 2, size=200)).astype(np.float32)
        rate = 1e-3 * (1 - step / 100)
        adam.step(ours, gradient.copy(), rate)
        torch_adam.param_groups[0]["lr"] = rate
        theirs.grad = torch.tensor(gradient)
        torch_adam.step()
    np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=0, atol=1e-6)


def test_adam_moves_against_the_gradient_by_about_the_learning_rate_at_first():
    parameters = np.zeros(3, np.float32)
    Adam(3).step(parameters, np.array([5.0, -0.1, 0.0], np.float32), 0.01)
    np.testing.assert_allclose(parameters, [-0.01, 0.01, 0.0], rtol=1e-3)


@pytest.mark.parametrize("scale", [1e-3, 1.0, 100.0])
@pytest.mark.parametrize("max_norm", [0.5, 10.0, None])
def test_gradient_clip_is_torchs(scale, max_norm):
    gradient = (np.random.default_rng(1).normal(size=500) * scale).astype(np.float32)
    theirs = torch.nn.Parameter(torch.zeros(500))
    theirs.grad = torch.tensor(gradient.copy())
    expected = float(torch.nn.utils.clip_grad_norm_([theirs], math.inf if max_norm is None else max_norm))
    norm = clip_grad_norm(gradient, max_norm)
    assert norm == pytest.approx(expected, rel=1e-5)
    np.testing.assert_allclose(gradient, theirs.grad.numpy(), rtol=1e-5)
    if max_norm is not None:
        assert np.linalg.norm(gradient) <= max_norm * (1 + 1e-5)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_gradient_that_is_not_finite_is_told_and_left_alone(bad):
    gradient = np.array([1.0, bad, 2.0], np.float32)
    norm = clip_grad_norm(gradient, 0.5)
    assert not norm < math.inf
    np.testing.assert_array_equal(gradient, np.array([1.0, bad, 2.0], np.float32))
