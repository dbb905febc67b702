"""The exported policy, loaded without our package, acts as ours does; its script flies to the very same return."""

from __future__ import annotations

import os
import subprocess
import sys

import gymnasium
import numpy as np
import onnxruntime
import pytest

from ppo_engine.config import TrainConfig
from ppo_engine.envs import make_env
from ppo_engine.evaluate import evaluate
from ppo_engine.jobs.exports.formats import CannotExport
from ppo_engine.jobs.exports.onnx_graph import policy_model
from ppo_engine.jobs.exports.writing import export
from ppo_engine.jobs.life import Life
from ppo_engine.jobs.view import RunView
from ppo_engine.plain_spaces import own_action_space
from ppo_engine.policy import Policy
from ppo_engine.trainer import Trainer
from tests.engine.spaced_env import USABLE, Spaced

SMALL = {"n_envs": 2, "n_steps": 32, "batch_size": 32, "n_epochs": 2, "total_timesteps": 128}
CASES = {
    "discrete": {"env_id": "LunarLander-v3"},
    "shared trunk": {"env_id": "CartPole-v1", "shared_trunk": True, "activation": "relu", "hidden_sizes": (32, 16, 8)},
    "normalised, clipped": {"env_id": "Pendulum-v1", "normalize_observation": True, "normalize_reward": True},
    "four numbers": {"env_id": "BipedalWalker-v3", "backend": "torch"},
    "images": {"env_id": "CarRacing-v3", "n_envs": 1, "n_steps": 8, "batch_size": 8, "total_timesteps": 8},
    "one-hot": {"env_id": "FrozenLake-v1"},
}


def trained(**knobs):
    config = TrainConfig(**{**SMALL, **knobs})
    with Trainer(config) as trainer:
        trainer.update()
        snapshot = trainer.snapshot()
    # Steps so large that the mean leaves the box, or the clipping would not be tested.
    moved = np.random.default_rng(0).standard_normal(snapshot["parameters"].shape).astype(np.float32)
    return Policy(config, {**snapshot, "parameters": snapshot["parameters"] + np.float32(0.3) * moved})


@pytest.mark.parametrize("case", CASES)
def test_the_same_actions_on_a_thousand_observations(case):
    policy = trained(**CASES[case])
    env = make_env(policy.config.env_id)
    model = policy_model(policy, own_action_space(env))
    session = onnxruntime.InferenceSession(model.SerializeToString())
    rng, info = np.random.default_rng(1), policy.info
    if info.image:
        seen = rng.integers(0, 256, (1000, info.obs_dim), dtype=np.uint8)
    else:
        seen = (3 * rng.standard_normal((1000, info.obs_dim))).astype(np.float32)
    shaped = seen.reshape(-1, *(info.image or (info.obs_dim,)))
    action, value = session.run(["action", "value"], {"observation": shaped})
    ours = policy.act(seen)
    if info.discrete:
        assert np.array_equal(action, ours) and len(np.unique(action)) > 1
    else:
        clipped = ours.clip(env.action_space.low, env.action_space.high)
        assert (clipped != ours).any() and np.allclose(action, clipped, atol=1e-4 if info.image else 2e-6)
    assert np.allclose(value[:50], [policy.value(row) for row in seen[:50]], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("pair", USABLE, ids="-".join)
def test_actions_have_the_form_that_the_environment_takes(pair):
    env_id = f"Exported-{'-'.join(pair)}-v0"
    gymnasium.register(env_id, lambda: Spaced(*pair), max_episode_steps=20)
    policy = trained(env_id=env_id)
    env = make_env(policy.config.env_id)
    space = own_action_space(env)
    session = onnxruntime.InferenceSession(policy_model(policy, space).SerializeToString())
    seen = np.random.default_rng(1).standard_normal((20, policy.info.obs_dim)).astype(np.float32)
    (actions,) = session.run(["action"], {"observation": seen})
    assert all(space.contains(action) for action in actions)
    del gymnasium.registry[env_id]


def test_the_script_beside_it_flies_to_the_return_that_we_evaluate(written, pole, tmp_path):
    folder = written(pole)
    Life(folder).run()
    placed = export([folder], "onnx", tmp_path / "pole.onnx", 10)
    assert [path.name for path in placed] == ["pole.onnx", "pole_fly.py"]
    done = subprocess.run(
        [sys.executable, "-I", str(placed[1])], cwd=tmp_path, capture_output=True, text=True, timeout=120,
        env={**os.environ, "SDL_VIDEODRIVER": "dummy", "PYTHONPATH": ""},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    snapshot = RunView(folder.runs, folder.run_id).snapshot(10)
    assert done.stdout.split()[-1] == f"{evaluate(pole, snapshot, 1).mean:.1f}"
    assert len(placed[1].read_text().splitlines()) <= 20 and "ppo_engine" not in placed[1].read_text()


def test_a_run_that_has_kept_nothing_is_refused_in_one_sentence(written, tmp_path):
    with pytest.raises(CannotExport, match=r"has kept no parameters yet\.$"):
        export([written()], "onnx", tmp_path / "policy")
    assert not list(tmp_path.glob("*polic*"))
