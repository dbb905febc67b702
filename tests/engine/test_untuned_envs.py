"""Environments nobody tuned for: text left out, numbers without bounds, what breaks on the way, other packages."""

from __future__ import annotations

import gymnasium
import numpy as np
import pytest
from gymnasium import spaces

from ppo_engine import open_envs
from ppo_engine.envs import check_env_id, describe, make_bare
from ppo_engine.knobs import ConfigError
from ppo_engine.presets import build_config, presets_for
from ppo_engine.rollout_workers import EnvironmentFailed
from ppo_engine.trainer import Trainer
from tests.engine.spaced_env import SEEN, Spaced

TRIED = [
    "CartPole-v1", "LunarLanderContinuous-v3", "BipedalWalkerHardcore-v3", "CliffWalking-v1", "CliffWalkingSlippery-v1",
    "Taxi-v4", "FrozenLake-v1", "FrozenLake8x8-v1", "Blackjack-v1",
]  # fmt: skip


@pytest.fixture
def register(monkeypatch):
    """Registers an environment for one test."""
    ids = []

    def registered(env_id, entry):
        gymnasium.register(env_id, entry, max_episode_steps=20)
        ids.append(env_id)
        return env_id

    yield registered
    for env_id in ids:
        gymnasium.registry.pop(env_id)
    open_envs.examine.cache_clear()


def fifty_steps(env_id):
    """One rollout of the trainer with 50 steps in each of two environments, and the update after it."""
    with Trainer(build_config(env_id, n_envs=2, n_steps=50, batch_size=50, n_epochs=1)) as trainer:
        report = trainer.update()
        assert report.timesteps == 100 and np.isfinite([report.kl, report.entropy, report.value_loss]).all()
        assert np.isfinite(trainer._arrays["observations"]).all() and np.isfinite(trainer._arrays["rewards"]).all()


@pytest.mark.parametrize("env_id", TRIED)
def test_installed_environments_step_and_update(env_id):
    fifty_steps(env_id)


@pytest.mark.parametrize(("seen", "size", "named"), [("mission", 151, "mission"), ("deep", 2, "0, 1.y")])
def test_text_is_left_out_and_said_so(register, seen, size, named):
    env_id = register("Texts-v0", lambda: Spaced(seen, "start"))
    info = describe(env_id)
    assert info.obs_dim == size and f"Its text ({named}) is left out" in info.note
    assert info.note in presets_for(env_id)["default"].reason
    fifty_steps(env_id)


def test_what_is_left_is_what_gymnasium_would_flatten(register):
    env = make_bare(register("Texts-v1", lambda: Spaced("mission", "start")))
    shown, _ = env.reset(seed=3)
    raw = env.unwrapped
    raw.observation_space.seed(3)
    observation = raw.observation_space.sample()
    read = spaces.Dict({name: part for name, part in SEEN["mission"].items() if name != "mission"})
    del observation["mission"]
    assert np.array_equal(shown, spaces.flatten(read, observation)) and shown.dtype == np.float32


def test_numbers_without_bounds_are_seen_and_acted_with(register):
    fifty_steps(register("Free-v0", lambda: Spaced("deep", "free")))


class Fails(Spaced):
    """Spaced, with a step that gives back what it is told to."""

    def __init__(self, reward=1.0, seen=0.0, made=None):
        if made is not None:
            raise made
        super().__init__("box", "start")
        self.reward, self.seen = reward, np.float64([seen, 0, 0])

    def step(self, action):
        return self.seen, self.reward, False, False, {}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"reward": np.nan}, "gave a reward of nan"),
        ({"reward": -np.inf}, "gave a reward of -inf"),
        ({"seen": np.nan}, "observation with a number that is not finite"),
        ({"seen": 1e300}, "observation with a number that is not finite"),
    ],
)
def test_numbers_that_are_not_finite_end_the_run_with_the_guilty_one_named(register, given, said):
    env_id = register("Fails-v0", lambda: Fails(**given))
    with pytest.raises(EnvironmentFailed, match=said):
        fifty_steps(env_id)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ModuleNotFoundError("No module named 'jax'", name="jax"), "it needs the package jax, which is not installed."),
        (gymnasium.error.DependencyNotInstalled("Fuel is\n not installed."), "is not: Fuel is not installed."),
        (RuntimeError("out of\nfuel"), "it cannot be made, as it says RuntimeError: out of fuel."),
        (RuntimeError("x" * 500), "x…."),
    ],
)
def test_what_cannot_be_made_says_why_in_one_sentence(register, error, said):
    env_id = register("Unmade-v0", lambda: Fails(made=error))
    with pytest.raises(ConfigError) as caught:
        check_env_id(env_id)
    assert str(caught.value).endswith(said) and "\n" not in str(caught.value) and len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("module", "env_id"),
    [
        ("minigrid", "MiniGrid-Empty-5x5-v0"), ("minigrid", "BabyAI-GoToRedBallNoDists-v0"),
        ("highway_env", "highway-fast-v0"), ("highway_env", "parking-v0"), ("highway_env", "racetrack-v0"),
    ],
)  # fmt: skip
def test_third_party_environments_step_and_update_where_they_are_installed(monkeypatch, module, env_id):
    pytest.importorskip(module)
    monkeypatch.setenv("PPO_MODULES", module)
    assert bool(describe(env_id).note) == (module == "minigrid")
    fifty_steps(env_id)
