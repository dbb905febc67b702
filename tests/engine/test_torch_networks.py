"""torch behind the engine's three calls: the NumPy MLP's numbers and curve, shared memory, no torch unasked."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import nn

from ppo_engine.networks import MLP
from ppo_engine.policy import Policy
from ppo_engine.torch_networks import TorchMLP, TorchNetwork
from ppo_engine.trainer import Trainer
from tests.engine.small_runs import run, small_config

B, D, K = 37, 5, 3
CASES = [
    (sizes, activation, discrete, learns, shared)
    for sizes in ((64, 64), (16,), (8, 12, 20))
    for activation, discrete in (("tanh", True), ("tanh", False), ("relu", False))
    for learns, shared in ((True, False), (False, False), (True, True))
]
CLOSE = {"rtol": 1e-4, "atol": 1e-5}


@pytest.fixture(params=CASES, ids=str)
def pair(request):
    """The NumPy network and torch's on the same flat vector, after one forward of the same observations."""
    sizes, activation, discrete, learns, shared = request.param
    rng = np.random.default_rng(5)
    ours = MLP(D, K, sizes, activation, discrete, rng=rng, shared_trunk=shared)
    ours.parameters += rng.normal(scale=0.1, size=ours.size).astype(np.float32)
    theirs = TorchNetwork(TorchMLP(ours.shapes, activation), ours.parameters, learns)
    observations = rng.normal(size=(B, D)).astype(np.float32)
    return ours, theirs, rng, (ours.forward(observations), theirs.forward(observations))


def assert_same_outputs(ours, theirs):
    np.testing.assert_allclose(theirs.policy, ours.policy, **CLOSE)
    np.testing.assert_allclose(theirs.values, ours.values, **CLOSE)
    assert (ours.log_std is None) == (theirs.log_std is None)
    if ours.log_std is not None:
        np.testing.assert_array_equal(theirs.log_std, ours.log_std)


def test_layout_forward_vjp_and_jvp_are_the_numpy_networks(pair):
    ours, theirs, rng, outputs = pair
    assert theirs.shapes == ours.shapes and theirs.size == ours.size
    assert list(theirs.views) == list(ours.views)
    assert_same_outputs(*outputs)
    by_policy, by_values = rng.normal(size=(B, K)).astype(np.float32), rng.normal(size=B).astype(np.float32)
    by_log_std = rng.normal(size=K).astype(np.float32) if "log_std" in ours.views else None
    gradient = ours.vjp(by_policy, by_values, by_log_std)
    scale = float(np.abs(gradient).max())
    for _ in range(2):
        again = theirs.vjp(by_policy, by_values, by_log_std)
        np.testing.assert_allclose(again / scale, gradient / scale, rtol=0, atol=1e-5)
    direction = rng.normal(size=ours.size).astype(np.float32)
    assert_same_outputs(ours.jvp(direction, B), theirs.jvp(direction, B))


def test_the_module_sees_what_is_written_into_the_flat_vector():
    ours = MLP(D, K, rng=np.random.default_rng(0))
    acting = TorchNetwork(TorchMLP(ours.shapes, "tanh"), ours.parameters)
    learning = TorchNetwork(TorchMLP(ours.shapes, "tanh"), ours.parameters, learns=True)
    ours.parameters[:] = 0
    for network in (acting, learning):
        outputs = network.forward(np.ones((2, D), np.float32))
        assert not outputs.policy.any() and not outputs.values.any()
    learning.views["policy.bias"][:] = [1, 2, 3]
    assert acting.forward(np.ones((2, D), np.float32)).policy.tolist() == [[1, 2, 3]] * 2


class Odd(nn.Module):
    """A module that nobody here wrote the backward pass of."""

    def __init__(self):
        super().__init__()
        self.log_std = nn.Parameter(torch.zeros(K))
        self.norm = nn.LayerNorm(D)
        self.body = nn.Sequential(nn.Linear(D, 7), nn.GELU())
        self.heads = nn.ModuleList([nn.Linear(7, K), nn.Linear(7, 1)])

    def forward(self, observations):
        below = self.body(self.norm(observations))
        return self.heads[0](below), self.heads[1](below)[:, 0]


def test_any_module_has_adjoint_derivatives():
    network, rng = TorchNetwork(Odd(), learns=True), np.random.default_rng(2)
    network.parameters[:] = rng.normal(scale=0.5, size=network.size)
    assert list(network.shapes)[-1] == "log_std"
    network.forward(rng.normal(size=(B, D)).astype(np.float32))
    direction = rng.normal(size=network.size).astype(np.float32)
    by_policy, by_values = rng.normal(size=(B, K)).astype(np.float32), rng.normal(size=B).astype(np.float32)
    by_log_std = rng.normal(size=K).astype(np.float32)
    moved = network.jvp(direction, B)
    left = (moved.policy * by_policy).sum() + moved.values @ by_values + moved.log_std @ by_log_std
    right = network.vjp(by_policy, by_values, by_log_std).astype(np.float64) @ direction
    assert left == pytest.approx(right, rel=1e-3)


COMPARED = ("policy_gradient_loss", "value_loss", "entropy", "kl", "clip_fraction", "explained_variance", "grad_norm")


@pytest.mark.parametrize(
    ("env_id", "more"),
    [
        ("CartPole-v1", {}),
        ("Pendulum-v1", {"normalize_observation": True}),
        ("CartPole-v1", {"objective": "trpo"}),
        ("Pendulum-v1", {"shared_trunk": True}),
        ("Pendulum-v1", {"objective": "ppo_kl", "kl_coef": 1.0, "activation": "relu"}),
    ],
)
def test_the_curve_is_numpys_within_float_noise(env_id, more):
    """Twenty updates, of which the first ten agree to 1e-3; later, noise grows with every sample that is clipped."""
    config = small_config(env_id, total_timesteps=100_000, **more)
    ours, theirs = (run(config.with_(backend=backend), 20) for backend in ("numpy", "torch"))
    assert ours[0] != theirs[0], "the backend is a dead knob"
    for a, b in zip(ours[1][:10], theirs[1][:10], strict=True):
        assert [e[:4] for e in a.episodes] == [e[:4] for e in b.episodes]
        for key in COMPARED:
            assert getattr(b, key) == pytest.approx(getattr(a, key), rel=1e-3, abs=1e-3), (a.update, key)
    last, same = ours[1][-1], theirs[1][-1]
    assert same.ep_rew_mean == pytest.approx(last.ep_rew_mean, rel=0.1)


def test_workers_and_a_resume_do_not_change_a_torch_run():
    config = small_config(backend="torch")
    sha, _ = run(config, 4)
    assert run(config, 4, workers=2)[0] == sha
    with Trainer(config, workers=2) as first:
        for _ in range(2):
            first.update()
        arrays, meta = first.state()
    with Trainer.from_state(arrays, meta) as resumed:
        for _ in range(2):
            resumed.update()
        assert resumed.parameters_sha256() == sha


def test_a_snapshot_is_read_by_numpy_alone():
    config = small_config(backend="torch")
    with Trainer(config) as trainer:
        trainer.update()
        snapshot = trainer.snapshot()
        observation = np.ones((1, 4), np.float32)
        assert isinstance(Policy(config, snapshot).network, MLP)
        assert Policy(config, snapshot).value(observation[0]) == pytest.approx(
            float(trainer.network.forward(observation).values[0]), rel=1e-4
        )


def test_a_numpy_run_never_imports_torch():
    code = (
        "import sys\n"
        "from ppo_engine.trainer import Trainer\n"
        "from ppo_engine.config import TrainConfig\n"
        "with Trainer(TrainConfig(env_id='CartPole-v1', n_envs=2, n_steps=32, backend=sys.argv[1])) as t: t.update()\n"
        "print('torch' in sys.modules)\n"
    )
    for backend, imported in (("numpy", "False"), ("torch", "True")):
        done = subprocess.run([sys.executable, "-c", code, backend], capture_output=True, text=True, timeout=120)
        assert done.stdout.strip() == imported, done.stdout + done.stderr
