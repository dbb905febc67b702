"""Any environment of plain spaces as one that shows a vector and takes a number, several numbers, or a vector."""

from __future__ import annotations

import math
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces

SMALLEST_IMAGE = 32


class Unusable(ValueError):
    """A space that no network here can read or write; ``str()`` says which, to follow a colon."""


class NotANumber(ValueError):
    """An environment gave a reward or an observation that is not a finite number."""


def is_text(space: Any) -> bool:
    """Whether observations of ``space`` are text, which no network here reads."""
    return getattr(getattr(space, "dtype", None), "kind", "") == "U"


def text_parts(space: Any) -> list[str]:
    """Names of the parts of a Dict or Tuple ``space`` that are text and are therefore left out."""
    named: Any = ()
    if isinstance(space, spaces.Dict):
        named = space.spaces.items()
    elif isinstance(space, spaces.Tuple):
        named = list(enumerate(space.spaces))
    return [str(name) for name, part in named if is_text(part)] + [
        f"{name}.{inner}" for name, part in named for inner in text_parts(part)
    ]


def vector_size(space: Any) -> int:
    """How many numbers an observation of ``space`` has when flattened, every choice as a one-hot vector.

    Text in a Dict or Tuple counts nothing: it is left out.

    Raises:
        Unusable: an image, or a space other than Box, Discrete, MultiDiscrete, MultiBinary, and Dict or Tuple of them.
    """
    if isinstance(space, spaces.Dict):
        return sum(vector_size(part) for part in space.spaces.values() if not is_text(part))
    if isinstance(space, spaces.Tuple):
        return sum(vector_size(part) for part in space.spaces if not is_text(part))
    if is_text(space):
        raise Unusable("its observations are text")
    if isinstance(space, spaces.Box):
        # An image that is_image knows is shown as a vector of bytes already, so this one has another form.
        if space.dtype == np.uint8 and len(space.shape) > 1 and min(space.shape[:2]) >= SMALLEST_IMAGE:
            raise Unusable(f"its observations are images of {' × '.join(map(str, space.shape))}")
        return math.prod(space.shape)
    if isinstance(space, (spaces.Discrete, spaces.MultiDiscrete, spaces.MultiBinary)):
        return spaces.flatdim(space)
    raise Unusable(f"its observation space holds {type(space).__name__}, which has no fixed numbers to read")


def one_hot(space: Any) -> bool:
    """Whether an observation of ``space`` is made of choices alone."""
    if isinstance(space, spaces.Dict):
        return all(one_hot(part) for part in space.spaces.values() if not is_text(part))
    if isinstance(space, spaces.Tuple):
        return all(one_hot(part) for part in space.spaces if not is_text(part))
    return not isinstance(space, spaces.Box)


def numbers(space: Any, observation: Any) -> np.ndarray:
    """An observation of ``space`` as one vector ``(D,)``: as ``gymnasium.spaces.flatten``, with text left out."""
    if isinstance(space, spaces.Dict):
        parts = [numbers(part, observation[key]) for key, part in space.spaces.items() if not is_text(part)]
    elif isinstance(space, spaces.Tuple):
        pairs = zip(space.spaces, observation, strict=True)
        parts = [numbers(part, seen) for part, seen in pairs if not is_text(part)]
    else:
        return spaces.flatten(space, observation)
    return np.concatenate(parts) if parts else np.zeros(0)


def action_parts(space: Any) -> tuple[int, bool, tuple[int, ...]]:
    """``(action_dim, discrete, parts)`` of an action space: width of the policy head, whether it is logits, and the
    number of choices in each part where several are made at once.

    Raises:
        Unusable: a space other than Discrete, MultiDiscrete, MultiBinary and Box of real numbers.
    """
    if isinstance(space, spaces.Discrete):
        return int(space.n), True, ()
    if isinstance(space, spaces.MultiDiscrete):
        parts = tuple(int(n) for n in space.nvec.reshape(-1))
        return sum(parts), True, parts
    if isinstance(space, spaces.MultiBinary):
        parts = (2,) * math.prod(space.shape)
        return sum(parts), True, parts
    if isinstance(space, spaces.Box) and np.issubdtype(space.dtype, np.floating):
        return math.prod(space.shape), False, ()
    whole = " of whole numbers" if isinstance(space, spaces.Box) else ""
    raise Unusable(f"its action space is {type(space).__name__}{whole}")


class PlainSpaces(gymnasium.Wrapper):
    """``env`` showing vectors ``(D,)``, float32 or of another ``kind``, and taking actions as the policy draws them.

    An action is a number from 0, one such number for each part ``(I,)``, or a vector ``(K,)``; it is given the shape,
    type and first value that the environment's own space has. Raises NotANumber for a reward or an observation that
    is not finite, since one of them would spoil every parameter.
    """

    def __init__(self, env: Any, kind: Any = np.float32):
        super().__init__(env)
        self._kind = kind
        self._seen, self._done = env.observation_space, env.action_space
        size = vector_size(self._seen)
        self.observation_space = spaces.Box(-np.inf, np.inf, (size,), np.float32)
        if kind is not np.float32:
            self.observation_space = self._seen
        width, discrete, parts = action_parts(self._done)
        if parts:
            self.action_space: Any = spaces.MultiDiscrete(parts)
        elif discrete:
            self.action_space = spaces.Discrete(width)
        else:
            low, high = self._done.low.reshape(-1), self._done.high.reshape(-1)
            self.action_space = spaces.Box(low, high, (width,), self._done.dtype)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[np.ndarray, dict]:
        """A new episode's first observation as a vector ``(D,)``, and the environment's notes."""
        observation, info = self.env.reset(seed=seed, options=options)
        return self._vector(observation), info

    def step(self, action: Any) -> tuple[np.ndarray, float, bool, bool, dict]:
        """One step with an action as the policy draws it."""
        observation, reward, terminated, truncated, info = self.env.step(self._own(action))
        reward = float(reward)
        if not math.isfinite(reward):
            raise NotANumber(f"the environment gave a reward of {reward}")
        return self._vector(observation), reward, bool(terminated), bool(truncated), info

    def _vector(self, observation: Any) -> np.ndarray:
        with np.errstate(over="ignore"):
            vector = np.asarray(numbers(self._seen, observation), self._kind)
        if not np.isfinite(vector).all():
            raise NotANumber("the environment gave an observation with a number that is not finite")
        return vector

    def _own(self, action: Any) -> Any:
        space = self._done
        if isinstance(space, spaces.Discrete):
            return int(action) + int(space.start)
        own = np.asarray(action).reshape(space.shape).astype(space.dtype)
        return own + space.start if isinstance(space, spaces.MultiDiscrete) else own


def own_action_space(env: Any) -> Any:
    """The action space of the environment itself, as it is without the wrappers of this file."""
    while env is not env.unwrapped:
        if isinstance(env, PlainSpaces):
            return env.env.action_space
        env = env.env
    return env.action_space
