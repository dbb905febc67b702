"""Environments: which ids are offered, what their spaces are, and how one is made."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from ppo_engine.knobs import ConfigError

if TYPE_CHECKING:
    import gymnasium

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")


class EnvInfo(NamedTuple):
    """What is known of an environment without making it. ``fps`` is frames per second of its renderings."""

    title: str
    obs_dim: int
    action_dim: int
    discrete: bool
    action_names: tuple[str, ...]
    threshold: float | None
    max_episode_steps: int
    fps: int


_LANDER = ("nothing", "left engine", "main engine", "right engine")
_KNOWN = {
    "CartPole-v1": EnvInfo("Balance a pole", 4, 2, True, ("left", "right"), 475, 500, 50),
    "Acrobot-v1": EnvInfo("Swing up", 6, 3, True, ("torque −1", "no torque", "torque +1"), -100, 500, 15),
    "MountainCar-v0": EnvInfo("Climb by swinging", 2, 3, True, ("left", "coast", "right"), -110, 200, 30),
    "MountainCarContinuous-v0": EnvInfo("Climb with little fuel", 2, 1, False, ("force",), 90, 999, 30),
    "Pendulum-v1": EnvInfo("Hold a pendulum up", 3, 1, False, ("torque",), None, 200, 30),
    "LunarLander-v3": EnvInfo("Land on the pad", 8, 4, True, _LANDER, 200, 1000, 50),
    "LunarLanderContinuous-v3": EnvInfo(
        "Land with throttles", 8, 2, False, ("main engine", "side engines"), 200, 1000, 50
    ),
    "BipedalWalker-v3": EnvInfo("Walk", 24, 4, False, ("hip 1", "knee 1", "hip 2", "knee 2"), 300, 1600, 50),
}
ENVIRONMENTS: tuple[str, ...] = tuple(_KNOWN)


def check_env_id(env_id: Any) -> str:
    """The id itself, if it is offered. An id is only ever looked up: nothing that it names is imported.

    Raises:
        ConfigError: not text, not a plain id (``module:Env-v0`` would run that module's code), or not offered.
    """
    offered = "one of " + ", ".join(ENVIRONMENTS)
    if not isinstance(env_id, str) or len(env_id) > 100 or not re.fullmatch(r"[\w.\-/]+", env_id):
        raise ConfigError("env_id", env_id, offered)
    if env_id in _KNOWN:
        return env_id
    versions = [known for known in ENVIRONMENTS if known.rsplit("-v", 1)[0] == env_id.rsplit("-v", 1)[0]]
    if versions:
        raise ConfigError("env_id", env_id, f"{versions[0]} in this version of Gymnasium")
    raise ConfigError("env_id", env_id, offered)


def describe(env_id: str) -> EnvInfo:
    """Spaces, names and threshold of an environment; raises ConfigError for an id that is not offered."""
    return _KNOWN[check_env_id(env_id)]


def make_env(env_id: str, render_mode: str | None = None) -> gymnasium.Env:
    """One environment, with the registry's time limit around it; raises ConfigError for an id that is not offered."""
    os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
    # Imported late: a page that only shows a config never pays for it.
    import gymnasium

    return gymnasium.make(check_env_id(env_id), render_mode=render_mode, disable_env_checker=True)
