"""Categorical and diagonal Gaussian against torch.distributions; their closed-form gradients against autograd."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.distributions import kl_divergence

from ppo_engine.distributions import Categorical, Gaussian
from ppo_engine.reference import distribution

B, K = 33, 4
CLOSE = {"rtol": 2e-5, "atol": 2e-5}


@pytest.fixture(params=["discrete", "continuous"])
def case(request):
    """The engine's class, an old and a new policy as (head, log_std), actions, and weights."""
    rng = np.random.default_rng(3)
    heads = [rng.normal(scale=2, size=(B, K)).astype(np.float32) for _ in range(2)]
    weights = rng.normal(size=B).astype(np.float32)
    if request.param == "discrete":
        return Categorical, [(head, None) for head in heads], rng.integers(0, K, B), weights
    stds = [rng.normal(scale=0.7, size=K).astype(np.float32) for _ in range(2)]
    return Gaussian, list(zip(heads, stds, strict=True)), rng.normal(size=(B, K)).astype(np.float32), weights


def in_torch(head, log_std):
    """The torch distribution, and the leaves to differentiate by."""
    leaves = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in (head, log_std) if x is not None]
    return distribution(leaves[0], leaves[1] if len(leaves) > 1 else None), leaves


def gradients(value, leaves):
    return [
        np.zeros(leaf.shape) if grad is None else grad.numpy()
        for leaf, grad in zip(leaves, torch.autograd.grad(value, leaves, allow_unused=True), strict=True)
    ]


def assert_same_gradient(ours, theirs):
    given = [part for part in ours if part is not None]
    assert len(given) == len(theirs)
    for a, b in zip(given, theirs, strict=True):
        assert a.shape == b.shape
        np.testing.assert_allclose(a, b, **CLOSE)


def test_log_prob(case):
    kind, (_, new), actions, weights = case
    theirs, leaves = in_torch(*new)
    log_prob = theirs.log_prob(torch.tensor(actions))
    ours = kind(*new)
    np.testing.assert_allclose(ours.log_prob(actions), log_prob.detach().numpy(), **CLOSE)
    expected = gradients((torch.tensor(weights) * log_prob).sum(), leaves)
    assert_same_gradient(ours.grad_log_prob(actions, weights), expected)


def test_entropy(case):
    kind, (_, new), _, _ = case
    theirs, leaves = in_torch(*new)
    np.testing.assert_allclose(kind(*new).entropy(), theirs.entropy().detach().numpy(), **CLOSE)
    assert kind(*new).entropy().shape == (B,)
    assert_same_gradient(kind(*new).grad_entropy(), gradients(theirs.entropy().sum(), leaves))


def test_kl_is_old_to_new(case):
    kind, (old, new), _, _ = case
    theirs, leaves = in_torch(*new)
    kl = kl_divergence(in_torch(*old)[0], theirs)
    np.testing.assert_allclose(kind(*old).kl(kind(*new)), kl.detach().numpy(), **CLOSE)
    assert (kind(*old).kl(kind(*new)) > 0).all()
    np.testing.assert_allclose(kind(*old).kl(kind(*old)), 0, atol=1e-6)
    assert_same_gradient(kind(*new).grad_kl(kind(*old)), gradients(kl.sum(), leaves))


def test_kl_has_no_slope_where_the_policies_agree(case):
    kind, (old, _), _, _ = case
    for part in kind(*old).grad_kl(kind(*old)):
        if part is not None:
            np.testing.assert_allclose(part, 0, atol=1e-5)


def test_parameters_rebuild_the_distribution(case):
    kind, (old, _), actions, _ = case
    again = kind(*kind(*old).parameters())
    np.testing.assert_allclose(again.log_prob(actions), kind(*old).log_prob(actions), **CLOSE)


def test_mode_is_the_likeliest_action(case):
    kind, (old, _), actions, _ = case
    policy = kind(*old)
    assert (policy.log_prob(policy.mode()) >= policy.log_prob(actions)).all()


def test_huge_logits_stay_finite():
    policy = Categorical(np.array([[1e4, -1e4, 0.0], [-1e30, 0.0, 0.0]], np.float32))
    assert np.isfinite(policy.log_prob(np.array([0, 1]))).all()
    np.testing.assert_allclose(policy.probs.sum(axis=1), 1, rtol=1e-6)
