"""Images: what the wrapper shows, the convolutional network's derivatives, and CarRacing from start to exact replay."""

from __future__ import annotations

import json

import gymnasium
import numpy as np
import pytest
from gymnasium import spaces

from ppo_engine.actor_critic import build_network
from ppo_engine.env_slot import EnvSlot
from ppo_engine.envs import describe, make_env
from ppo_engine.knob_use import unread_knobs
from ppo_engine.open_envs import examine
from ppo_engine.pixels import SHAPE, Pixels, grey, is_image
from ppo_engine.policy import Policy
from ppo_engine.presets import build_config
from ppo_engine.trainer import Trainer

CAR = "CarRacing-v3"


class Brightening(gymnasium.Env):
    """Each frame is ten brighter than the one before; the fifth ends the episode. Pays for bright choices."""

    observation_space = spaces.Box(0, 255, (96, 96, 3), np.uint8)
    action_space = spaces.Discrete(2)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.frame = 0
        return np.zeros((96, 96, 3), np.uint8), {}

    def step(self, action):
        self.frame += 1
        return np.full((96, 96, 3), 10 * self.frame, np.uint8), 1.0 + action, self.frame >= 5, False, {}


def car_config(**more):
    return build_config(CAR, **{"n_envs": 2, "n_steps": 12, "batch_size": 12, "n_epochs": 1, **more})


def test_frames_are_skipped_stacked_and_shrunk():
    env = Pixels(Brightening(), skip=2)
    first, _ = env.reset()
    assert first.shape == (SHAPE[0] * 64 * 64,) and first.dtype == np.uint8 and not first.any()
    seen, reward, terminated, _, _ = env.step(0)
    older, newer = seen.reshape(SHAPE)
    assert (older == 0).all() and (newer == 20).all() and reward == 2 and not terminated
    env.step(0)
    seen, reward, terminated, _, _ = env.step(1)
    assert (seen.reshape(SHAPE)[:, 0, 0] == [40, 50]).all() and reward == 2 and terminated, "one frame was left"
    assert not first.any(), "what was shown stays as it was"


def test_grey_is_luminance():
    for shape in ((96, 96), (96, 96, 1), (96, 96, 3)):
        assert (grey(np.full(shape, 77, np.uint8)) == 77).all()
        assert is_image(spaces.Box(0, 255, shape, np.uint8))
    green, blue = np.zeros((2, 50, 80, 3), np.uint8)
    green[:, :, 1] = blue[:, :, 2] = 200
    assert grey(green).mean() == pytest.approx(0.587 * 200, abs=1) and grey(blue).mean() == pytest.approx(22.8, abs=1)
    assert not is_image(spaces.Box(0, 255, (7, 7, 3), np.uint8)) and not is_image(spaces.Box(0, 1, (64, 64, 3)))


@pytest.mark.parametrize("shared", [True, False])
def test_the_convolutional_network_has_adjoint_derivatives(shared):
    config = car_config(shared_trunk=shared)
    network = build_network(config, None, np.random.default_rng(3), learns=True)
    policy, values = network.views["policy.weight"], network.views["value.weight"]
    np.testing.assert_allclose(policy @ policy.T, 1e-4 * np.eye(3), atol=1e-7)
    assert np.linalg.norm(values) == pytest.approx(1, rel=1e-4)
    towers = {name.split(".")[1] for name in network.views if name.startswith("trunks")}
    assert len(towers) == (1 if shared else 2)
    rng = np.random.default_rng(1)
    outputs = network.forward(rng.integers(0, 256, (5, SHAPE[0] * 64 * 64), dtype=np.uint8))
    direction = rng.normal(scale=0.1, size=network.size).astype(np.float32)
    by_policy, by_values = rng.normal(size=(5, 3)).astype(np.float32), rng.normal(size=5).astype(np.float32)
    by_log_std = rng.normal(size=3).astype(np.float32)
    moved = network.jvp(direction, 5)
    left = (moved.policy * by_policy).sum() + moved.values @ by_values + moved.log_std @ by_log_std
    right = network.vjp(by_policy, by_values, by_log_std).astype(np.float64) @ direction
    assert outputs.policy.shape == (5, 3) and left == pytest.approx(right, rel=1e-3)


def test_a_network_learns_from_images():
    gymnasium.register("Brightening-v0", Brightening, max_episode_steps=9)
    try:
        config = build_config("Brightening-v0", n_envs=4, n_steps=32, batch_size=32, n_epochs=4, learning_rate=3e-3)
        with Trainer(config) as trainer:
            means = [trainer.update().ep_rew_mean for _ in range(6)]
            assert trainer.timesteps == 6 * 128 and means[-1] > means[0] + 0.5, means
        assert {"backend", "normalize_observation", "log_std_init"} <= set(unread_knobs(config))
    finally:
        del gymnasium.registry["Brightening-v0"]


def test_the_table_says_what_examining_the_car_says():
    info = describe(CAR)
    assert examine(CAR)._replace(title=info.title, action_names=info.action_names) == info
    assert info.action_names == ("steering", "gas", "brake")


def test_car_racing_trains_evaluates_and_resumes():
    info = describe(CAR)
    assert (info.max_episode_steps, info.threshold, info.image, info.discrete) == (250, 900, SHAPE, False)
    config = car_config()
    with Trainer(config) as whole:
        report = whole.update()
        arrays, meta = whole.state()
        whole.update()
        sha, snapshot = whole.parameters_sha256(), whole.snapshot()
    assert arrays["env0.actions"].shape == (12, 3) and report.detail["checks"]["first_ratio"] < 1e-4
    with Trainer.from_state(arrays, json.loads(json.dumps(meta)), workers=2) as resumed:
        resumed.update()
        assert resumed.parameters_sha256() == sha
    policy, env = Policy(config, snapshot), make_env(CAR, render_mode="rgb_array")
    observation, _ = env.reset(seed=1)
    assert policy.act(observation).shape == (3,) and np.isfinite(policy.value(observation))
    assert env.render().ndim == 3
    env.close()


def test_a_car_is_rebuilt_exactly_in_a_world_that_has_seen_others():
    used, fresh = EnvSlot(CAR, 2, 0), EnvSlot(CAR, 2, 0)
    rng = np.random.default_rng(0)
    actions = rng.uniform([-1, 0.3, 0], [1, 1, 0.2], (60, 3)).astype(np.float32)
    for action in actions[:20]:
        used.step(action)
    used.reset()
    for action in actions[20:40]:
        used.actions.append(action)
        used.step(action)
    fresh.restore(*used.state())
    for action in actions[40:]:
        (seen, reward, *_), (again, same, *_) = used.step(action), fresh.step(action)
        np.testing.assert_array_equal(seen, again)
        assert reward == same
