"""A product of categoricals against torch.distributions, its gradients against autograd, its Fisher product by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.distributions import Categorical as TorchCategorical
from torch.distributions import kl_divergence

from ppo_engine.distributions import Categorical
from ppo_engine.product_distribution import ProductCategorical

B, PARTS = 21, (3, 2, 5)
CLOSE = {"rtol": 2e-5, "atol": 2e-5}


@pytest.fixture
def case():
    rng = np.random.default_rng(4)
    old, new = (rng.normal(scale=2, size=(B, sum(PARTS))).astype(np.float32) for _ in range(2))
    actions = np.stack([rng.integers(0, part, B) for part in PARTS], axis=1)
    return old, new, actions, rng.normal(size=B).astype(np.float32)


def of(logits):
    return ProductCategorical(logits, None, PARTS)


def in_torch(logits):
    """The parts' distributions in torch, and the leaf to differentiate by."""
    leaf = torch.tensor(logits, dtype=torch.float64, requires_grad=True)
    return [TorchCategorical(logits=piece) for piece in leaf.split(PARTS, dim=1)], leaf


def gradient(value, leaf):
    return torch.autograd.grad(value.sum(), leaf)[0].numpy()


def test_log_prob(case):
    _, new, actions, weights = case
    theirs, leaf = in_torch(new)
    log_prob = sum(part.log_prob(torch.tensor(actions[:, i])) for i, part in enumerate(theirs))
    np.testing.assert_allclose(of(new).log_prob(actions), log_prob.detach().numpy(), **CLOSE)
    ours, none = of(new).grad_log_prob(actions, weights)
    np.testing.assert_allclose(ours, gradient(torch.tensor(weights) * log_prob, leaf), **CLOSE)
    assert none is None


def test_entropy(case):
    theirs, leaf = in_torch(case[1])
    entropy = sum(part.entropy() for part in theirs)
    np.testing.assert_allclose(of(case[1]).entropy(), entropy.detach().numpy(), **CLOSE)
    np.testing.assert_allclose(of(case[1]).grad_entropy()[0], gradient(entropy, leaf), **CLOSE)


def test_kl(case):
    old, new, _, _ = case
    theirs, leaf = in_torch(new)
    kl = sum(kl_divergence(a, b) for a, b in zip(in_torch(old)[0], theirs, strict=True))
    np.testing.assert_allclose(of(old).kl(of(new)), kl.detach().numpy(), **CLOSE)
    np.testing.assert_allclose(of(new).grad_kl(of(old))[0], gradient(kl, leaf), **CLOSE)
    np.testing.assert_allclose(of(old).kl(of(old)), 0, atol=1e-6)


def test_fisher_product_is_the_hessian_of_the_kl_at_the_same_policy(case):
    rng = np.random.default_rng(1)
    direction = rng.normal(size=(B, sum(PARTS))).astype(np.float32)
    old = [TorchCategorical(logits=piece) for piece in torch.tensor(case[1], dtype=torch.float64).split(PARTS, dim=1)]

    def kl(logits):
        new = [TorchCategorical(logits=piece) for piece in logits.split(PARTS, dim=1)]
        return sum(kl_divergence(a, b) for a, b in zip(old, new, strict=True)).sum()

    here = torch.tensor(case[1], dtype=torch.float64)
    _, expected = torch.autograd.functional.hvp(kl, here, torch.tensor(direction, dtype=torch.float64))
    np.testing.assert_allclose(of(case[1]).fisher_product(direction)[0], expected.numpy(), **CLOSE)


def test_mode_parameters_and_probabilities(case):
    _, new, actions, _ = case
    policy = of(new)
    assert policy.mode().shape == actions.shape
    assert (policy.log_prob(policy.mode()) >= policy.log_prob(actions)).all()
    again = ProductCategorical(*policy.parameters(), parts=PARTS)
    np.testing.assert_allclose(again.log_prob(actions), policy.log_prob(actions), **CLOSE)
    assert policy.probs.shape == new.shape
    np.testing.assert_allclose(policy.probs.sum(axis=1), len(PARTS), rtol=1e-5)


def test_one_part_is_a_categorical(case):
    _, new, actions, _ = case
    ours, plain = ProductCategorical(new, None, (sum(PARTS),)), Categorical(new)
    np.testing.assert_array_equal(ours.log_prob(actions[:, :1]), plain.log_prob(actions[:, 0]))
    np.testing.assert_array_equal(ours.entropy(), plain.entropy())
