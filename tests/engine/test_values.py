"""The critic's error and its slope: plain, clipped, against autograd and by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ppo_engine.reference import Minibatch, squared_value_error
from ppo_engine.values import value_error


@pytest.mark.parametrize("clip_range_vf", [None, 0.1, 0.5, 100.0])
def test_agrees_with_autograd(clip_range_vf):
    rng = np.random.default_rng(0)
    values, returns, old = rng.normal(size=(3, 200)).astype(np.float32)
    leaf = torch.tensor(values, requires_grad=True)
    nothing = torch.zeros(200)
    batch = Minibatch(nothing, nothing, nothing, nothing, None, nothing, torch.tensor(returns), torch.tensor(old))
    loss = squared_value_error(leaf, batch, clip_range_vf).mean()
    (expected,) = torch.autograd.grad(loss, leaf)
    error, slope = value_error(values, returns, old, clip_range_vf)
    assert np.square(error).mean() == pytest.approx(loss.item(), rel=1e-5)
    np.testing.assert_allclose(2 * error * slope / 200, expected.numpy(), atol=1e-7)


def test_beyond_the_clip_a_value_no_longer_learns():
    values, old = np.array([1.0, 1.3, 0.6], np.float32), np.ones(3, np.float32)
    error, slope = value_error(values, np.zeros(3, np.float32), old, 0.2)
    np.testing.assert_allclose(error, [1.0, 1.2, 0.8], rtol=1e-6)
    np.testing.assert_array_equal(slope, [1, 0, 0])
