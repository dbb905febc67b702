"""Environments outside the table: any installed id whose spaces can be used, examined once; the rest are refused."""

from __future__ import annotations

import copy
import functools
import importlib
import warnings
from typing import Any

import gymnasium
import numpy as np

from ppo_engine.envs import NOT_USABLE, EnvInfo, named_modules, refuse_missing
from ppo_engine.knobs import ConfigError
from ppo_engine.pixels import SHAPE, SKIP, Pixels, is_image
from ppo_engine.plain_spaces import PlainSpaces, Unusable, action_parts, one_hot, text_parts, vector_size

LIMIT_WHERE_NONE = 1000
MOST_NUMBERS = 4096


@functools.lru_cache(maxsize=256)
def examine(env_id: str) -> EnvInfo:
    """What an environment says of itself when it is made; made once, then remembered.

    Episodes of an environment that names no limit are cut after 1,000 steps.

    Raises:
        ConfigError: not installed, cannot be made, or has spaces that cannot be used.
    """
    spec = _spec(env_id)
    try:
        env: Any = _build(spec, None)
    except Unusable as error:
        raise _refusal(env_id, str(error)) from None
    except Exception as error:  # whatever a package not written here may raise
        raise _refusal(env_id, _why_not_made(error)) from None
    try:
        obs_dim = vector_size(env.env.observation_space)
        action_dim, discrete, parts = action_parts(env.env.action_space)
        image = SHAPE if isinstance(env.env, Pixels) else ()
        largest = max(0 if image else obs_dim, action_dim)
        if largest > MOST_NUMBERS:
            raise _refusal(env_id, f"it has {largest:,} numbers where {MOST_NUMBERS:,} are the most")
        text = text_parts(env.env.observation_space)
        if not obs_dim or not action_dim:
            raise _refusal(env_id, "its observations are text" if text else "its observations or its actions are empty")
        skip = SKIP.get(spec.id, 1) if image else 1
        names = tuple(f"action {number}" for number in range(action_dim))
        if parts:
            names = tuple(f"part {part}: {choice}" for part, count in enumerate(parts) for choice in range(count))
        return EnvInfo(
            env_id, obs_dim, action_dim, discrete, names, spec.reward_threshold,
            (spec.max_episode_steps or LIMIT_WHERE_NONE) // skip, int(env.metadata.get("render_fps") or 30) // skip,
            parts, one_hot(env.env.observation_space), image, _note(text),
        )  # fmt: skip
    finally:
        env.close()


def make(env_id: str, render_mode: str | None = None, limited: bool = True) -> gymnasium.Env:
    """One environment with plain spaces and its registered wrappers, with the limit of steps if ``limited``."""
    limit = examine(env_id).max_episode_steps
    env = _build(_spec(env_id), render_mode)
    return gymnasium.wrappers.TimeLimit(env, limit) if limited else env


def _build(spec: Any, render_mode: str | None) -> PlainSpaces:
    """Without the registry's time limit and order check: the caller counts, and resets before it steps."""
    bare = copy.deepcopy(spec)
    bare.max_episode_steps, bare.order_enforce = None, False
    rendering = {} if render_mode is None else {"render_mode": render_mode}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that there is a newer version, or no list of render modes
        env = gymnasium.make(bare, disable_env_checker=True, **rendering)
    if is_image(env.observation_space):
        return PlainSpaces(Pixels(env, SKIP.get(spec.id, 1)), np.uint8)
    return PlainSpaces(env)


def _spec(env_id: str) -> Any:
    """The registry's entry; the module before a colon is imported, which ``check_env_id`` has allowed or not."""
    import_named_modules()
    module, _, name = env_id.rpartition(":")
    if module:
        try:
            importlib.import_module(module)
        except Exception as error:
            raise _refusal(env_id, f"importing {module} says {_one_line(error)}") from None
    if name in gymnasium.registry:
        return gymnasium.registry[name]
    refuse_missing(env_id, gymnasium.registry)


def import_named_modules() -> dict[str, str]:
    """Import the modules that ``PPO_MODULES`` names, once; those that cannot be imported, with what they say."""
    return _import_once(named_modules())


@functools.lru_cache(maxsize=8)
def _import_once(names: tuple[str, ...]) -> dict[str, str]:
    failed = {}
    for name in names:
        try:
            importlib.import_module(name)
        except Exception as error:
            failed[name] = f"importing it says {_one_line(error)}"
    return failed


def newest_ids() -> list[str]:
    """Every registered id in alphabetical order, of each family only the newest version."""
    import_named_modules()
    newest: dict[str, tuple[int, str]] = {}
    for env_id, spec in gymnasium.registry.items():
        family = env_id.rsplit("-v", 1)[0]
        newest[family] = max(newest.get(family, (-1, "")), (spec.version or 0, env_id))
    return sorted((env_id for _, env_id in newest.values()), key=str.lower)


def _note(left_out: list[str]) -> str:
    if not left_out:
        return ""
    return f"Its text ({', '.join(left_out)}) is left out: the agent acts without having read it."


def _why_not_made(error: Exception) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name:
        return f"it needs the package {error.name}, which is not installed"
    if isinstance(error, gymnasium.error.DependencyNotInstalled):
        return " ".join(str(error).split()).rstrip(".")
    return f"it cannot be made, as it says {_one_line(error)}"


def _refusal(env_id: str, reason: str) -> ConfigError:
    return ConfigError("env_id", env_id, NOT_USABLE + reason)


def _one_line(error: Exception) -> str:
    words = " ".join(f"{type(error).__name__}: {error}".split())
    return words if len(words) <= 160 else words[:159] + "…"
