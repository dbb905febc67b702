"""The NumPy MLP: forward, vjp and jvp against autograd; orthogonal initialisation; views on one flat vector."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ppo_engine.networks import MLP
from ppo_engine.reference import ReferenceNetwork

B, D, K = 37, 5, 3
CASES = [
    (sizes, activation, discrete, shared)
    for sizes in ((64, 64), (16,), (8, 12, 20))
    for activation in ("tanh", "relu")
    for discrete, shared in ((True, False), (False, False), (False, True))
]


@pytest.fixture(params=CASES, ids=str)
def pair(request):
    """The engine's network and the reference with the same parameters, which are far from their initial values."""
    sizes, activation, discrete, shared = request.param
    rng = np.random.default_rng(5)
    ours = MLP(D, K, sizes, activation, discrete, rng=rng, shared_trunk=shared)
    ours.parameters += rng.normal(scale=0.2, size=ours.size).astype(np.float32)
    theirs = ReferenceNetwork(D, K, sizes, activation, discrete, shared)
    theirs.load_flat(torch.tensor(ours.parameters))
    return ours, theirs, rng


def test_forward(pair):
    ours, theirs, rng = pair
    observations = rng.normal(size=(B, D)).astype(np.float32)
    out = ours.forward(observations)
    policy, values = theirs(torch.tensor(observations))
    assert out.policy.shape == (B, K) and out.values.shape == (B,)
    np.testing.assert_allclose(out.policy, policy.detach().numpy(), rtol=1e-5, atol=2e-6)
    np.testing.assert_allclose(out.values, values.detach().numpy(), rtol=1e-5, atol=2e-6)
    assert (out.log_std is None) == (theirs.log_std is None)


def test_vjp(pair):
    ours, theirs, rng = pair
    observations = rng.normal(size=(B, D)).astype(np.float32)
    by_policy = rng.normal(size=(B, K)).astype(np.float32)
    by_values = rng.normal(size=B).astype(np.float32)
    by_log_std = None if theirs.log_std is None else rng.normal(size=K).astype(np.float32)

    ours.forward(observations)
    gradient = ours.vjp(by_policy, by_values, by_log_std)
    policy, values = theirs(torch.tensor(observations))
    weighted = (policy * torch.tensor(by_policy)).sum() + (values * torch.tensor(by_values)).sum()
    if by_log_std is not None:
        weighted = weighted + (theirs.log_std * torch.tensor(by_log_std)).sum()
    weighted.backward()
    np.testing.assert_allclose(gradient, theirs.flat_gradient().numpy(), rtol=2e-4, atol=2e-5)


def test_jvp(pair):
    ours, theirs, rng = pair
    observations = rng.normal(size=(B, D)).astype(np.float32)
    direction = rng.normal(size=ours.size).astype(np.float32)
    ours.forward(observations)
    moved = ours.jvp(direction, B)

    tangent = ReferenceNetwork(D, K, tuple(w.out_features for w in theirs.actor), "tanh", theirs.log_std is None,
                               theirs.critic is theirs.actor)  # fmt: skip
    tangent.load_flat(torch.tensor(direction))
    names = [name for name, _ in theirs.named_parameters()]
    primals = {name: p.detach() for name, p in theirs.named_parameters()}
    tangents = {name: dict(tangent.named_parameters())[name].detach() for name in names}

    def call(parameters):
        return torch.func.functional_call(theirs, parameters, torch.tensor(observations))

    _, (policy, values) = torch.func.jvp(call, (primals,), (tangents,))
    np.testing.assert_allclose(moved.policy, policy.numpy(), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(moved.values, values.numpy(), rtol=1e-4, atol=1e-4)
    if theirs.log_std is not None:
        np.testing.assert_array_equal(moved.log_std, tangent.log_std.detach().numpy())


def test_vjp_and_jvp_are_adjoint(pair):
    ours, _, rng = pair
    observations = rng.normal(size=(B, D)).astype(np.float32)
    direction = rng.normal(size=ours.size).astype(np.float32)
    by_policy = rng.normal(size=(B, K)).astype(np.float32)
    by_values = rng.normal(size=B).astype(np.float32)
    by_log_std = rng.normal(size=K).astype(np.float32) if "log_std" in ours.views else None
    ours.forward(observations)
    moved = ours.jvp(direction, B)
    left = (moved.policy * by_policy).sum() + (moved.values * by_values).sum()
    if by_log_std is not None:
        left += (moved.log_std * by_log_std).sum()
    right = np.dot(ours.vjp(by_policy, by_values, by_log_std).astype(np.float64), direction)
    assert left == pytest.approx(right, rel=1e-3, abs=1e-2)


def test_batches_of_different_sizes_do_not_disturb_each_other(pair):
    ours, _, rng = pair
    observations = rng.normal(size=(B, D)).astype(np.float32)
    whole = ours.forward(observations)
    policy, values = whole.policy.copy(), whole.values.copy()
    part = ours.forward(observations[:8])
    np.testing.assert_allclose(part.policy, policy[:8], rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(whole.values, values)


def test_flat_round_trip(pair):
    ours, theirs, _ = pair
    np.testing.assert_array_equal(theirs.flat().numpy(), ours.parameters)


def test_parameters_and_views_share_memory():
    network = MLP(D, K, rng=np.random.default_rng(0))
    network.parameters[:] = 0
    assert all((view == 0).all() for view in network.views.values())
    outputs = network.forward(np.ones((2, D), np.float32))
    assert not outputs.policy.any() and not outputs.values.any()


def test_initialisation_is_orthogonal_with_the_usual_gains():
    network = MLP(8, 4, (64, 64), discrete=False, log_std_init=-0.5, rng=np.random.default_rng(1))
    for trunk in range(2):
        first, second = (network.views[f"hidden{layer}.weight"][trunk] for layer in range(2))
        np.testing.assert_allclose(first @ first.T, 2 * np.eye(8), atol=1e-5)
        np.testing.assert_allclose(second @ second.T, 2 * np.eye(64), atol=1e-5)
    assert (network.views["hidden0.weight"][0] != network.views["hidden0.weight"][1]).any()
    policy, value = network.views["policy.weight"], network.views["value.weight"]
    np.testing.assert_allclose(policy.T @ policy, 1e-4 * np.eye(4), atol=1e-7)
    np.testing.assert_allclose(value.T @ value, 1, rtol=1e-5)
    assert all(not network.views[name].any() for name in network.views if name.endswith("bias"))
    np.testing.assert_array_equal(network.views["log_std"], np.float32(-0.5))
