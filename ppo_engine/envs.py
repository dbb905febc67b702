"""Environments: which ids are offered, what their spaces are, and how one is made.

The table's ids are known without making them, nor is Gymnasium imported for them. Any other installed id is examined by
``open_envs.py``, imported only then.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from ppo_engine.knobs import ConfigError

if TYPE_CHECKING:
    import gymnasium

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")


class EnvInfo(NamedTuple):
    """What an environment is. ``fps`` is frames per second of its renderings; ``discrete`` means a head of logits;
    ``parts`` are the numbers of choices where several are made at once; ``one_hot`` means that it shows only choices;
    ``image`` is (channels, height, width) where it shows images, as rows of bytes; ``note`` says what is left out.
    """

    title: str
    obs_dim: int
    action_dim: int
    discrete: bool
    action_names: tuple[str, ...]
    threshold: float | None
    max_episode_steps: int
    fps: int
    parts: tuple[int, ...] = ()
    one_hot: bool = False
    image: tuple[int, ...] = ()
    note: str = ""

    @property
    def choices(self) -> int:
        """How many different actions there are; 0 where they are numbers."""
        return math.prod(self.parts) if self.parts else self.action_dim if self.discrete else 0


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
    # In its agent's steps, each four frames; pixels.py makes the image.
    "CarRacing-v3": EnvInfo(
        "Drive a lap", 8192, 3, False, ("steering", "gas", "brake"), 900, 250, 12, image=(2, 64, 64)
    ),
}
ENVIRONMENTS: tuple[str, ...] = tuple(_KNOWN)
ALLOW_MODULES, MODULES = "PPO_ALLOW_MODULES", "PPO_MODULES"
NOT_USABLE = "an environment that can be trained here, and it is not: "

_examiner: Callable[[str], EnvInfo] | None = None


def examine_with(examiner: Callable[[str], EnvInfo] | None) -> None:
    """Have ids outside the table examined by ``examiner`` in this process; None: by making them here.

    A server that many people look at puts one here that never makes an environment in the server's own process.
    """
    global _examiner
    _examiner = examiner


def _examine(env_id: str) -> EnvInfo:
    if _examiner is not None:
        return _examiner(env_id)
    from ppo_engine.open_envs import examine

    return examine(env_id)


def named_modules() -> tuple[str, ...]:
    """The modules that whoever runs this has named in ``PPO_MODULES``: imported wherever environments are examined or
    made, because importing them registers theirs."""
    return tuple(name for name in re.split(r"[,\s]+", os.environ.get(MODULES, "")) if name)


def check_env_id(env_id: Any) -> str:
    """The id itself, if it can be trained. No module that an id names is imported, unless whoever runs this has named
    it in ``PPO_MODULES`` or allowed any by ``PPO_ALLOW_MODULES=1``, since ``module:Env-v0`` runs that module.

    Raises:
        ConfigError: not text, not a plain id, not installed, or with spaces that cannot be used.
    """
    if isinstance(env_id, str) and env_id in _KNOWN:
        return env_id
    _refuse_other_text(env_id)
    _examine(env_id)
    return env_id


def _refuse_other_text(env_id: Any) -> None:
    """Refuses what is no id, an id that names a module where that is not allowed, and old versions of the table's."""
    if not isinstance(env_id, str) or len(env_id) > 100 or not re.fullmatch(r"([\w.]+:)?[\w.\-/]+", env_id):
        raise ConfigError("env_id", env_id, "one of " + ", ".join(ENVIRONMENTS) + ", or another plain id")
    module = env_id.rpartition(":")[0]
    if module and os.environ.get(ALLOW_MODULES) != "1" and module not in named_modules():
        raise ConfigError("env_id", env_id, f"without a module here, since {MODULES} does not name {module}")
    _refuse_old_version(env_id, ENVIRONMENTS)


def _refuse_old_version(env_id: str, known: Iterable[str]) -> None:
    family = env_id.rpartition(":")[2].rsplit("-v", 1)[0]
    versions = [other for other in known if other.rsplit("-v", 1)[0] == family]
    if versions:
        raise ConfigError("env_id", env_id, f"{versions[-1]} in this version of Gymnasium")


def refuse_missing(env_id: str, registered: Iterable[str]) -> NoReturn:
    """Raises the ConfigError of an id that is not among the registered ones; it names another version if there is."""
    _refuse_old_version(env_id, registered)
    raise ConfigError("env_id", env_id, "the id of an installed environment, such as LunarLander-v3")


def describe(env_id: str) -> EnvInfo:
    """Spaces, names and threshold of an environment; raises ConfigError for an id that cannot be trained."""
    if check_env_id(env_id) in _KNOWN:
        return _KNOWN[env_id]
    return _examine(env_id)


def _as_registered(env_id: str) -> bool:
    """Whether an environment is used just as it is registered: the table's, but those that show images. Raises
    ConfigError."""
    return check_env_id(env_id) in _KNOWN and not _KNOWN[env_id].image


def make_env(env_id: str, render_mode: str | None = None) -> gymnasium.Env:
    """One environment with its time limit around it; raises ConfigError for an id that cannot be trained."""
    os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
    # Imported late: a page that only shows a config never pays for it.
    import gymnasium

    if _as_registered(env_id):
        return gymnasium.make(env_id, render_mode=render_mode, disable_env_checker=True)
    from ppo_engine.open_envs import make

    return make(env_id, render_mode)


def make_bare(env_id: str) -> gymnasium.Env:
    """One environment for training, where the caller counts time: the table's without any wrapper (their checks cost
    more than CartPole), any other, and one of images, with those that it is registered with: they are part of it."""
    if _as_registered(env_id):
        return make_env(env_id).unwrapped
    from ppo_engine.open_envs import make

    return make(env_id, limited=False)
