"""One training environment that can be rebuilt exactly: its generator's state at the last reset, and the actions since.

Environments outside the table may keep generators of their own, so each of their episodes begins from a seed instead,
made of the run's seed, the environment's index and the episode's number: that number is all there is to remember.
Box2D objects cannot be stored: they unpickle without an error and then fail. Replaying the actions is exact.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ppo_engine.envs import ENVIRONMENTS, describe, make_bare
from ppo_engine.slim_steps import step_of


class EnvSlot:
    """An environment stepped as ``make_bare`` makes it; the caller counts time."""

    def __init__(self, env_id: str, seed: int, index: int):
        self.env = make_bare(env_id)
        self.step = step_of(self.env)
        self.limit = describe(env_id).max_episode_steps
        self.noise = np.random.default_rng([seed, index, 77])
        self.actions: list[Any] = []
        self.total, self.length = 0.0, 0
        self._seeds = (seed, index)
        self._episode: int | None = None if env_id in ENVIRONMENTS else 0
        if self._episode is None:
            self.env.reset(seed=_seed(seed, index))
        self._generator_at_reset: dict[str, Any] = {}
        self.observation = self.reset()

    def reset(self) -> np.ndarray:
        """Begins an episode and remembers what it begins from; returns the first observation ``(D,)``."""
        seed = None
        if self._episode is None:
            self._generator_at_reset = self.env.np_random.bit_generator.state
        else:
            self._episode += 1
            seed = _seed(*self._seeds, self._episode)
        self.actions.clear()
        self.total, self.length = 0.0, 0
        self._renew_world()
        self.observation = self.env.reset(seed=seed)[0]
        return self.observation

    def _renew_world(self) -> None:
        """A Box2D world remembers, in the order of its contacts, the bodies it once held: BipedalWalker reuses one
        for all episodes, so an episode would depend on those before it; so does CarRacing. LunarLander makes its own at
        every reset."""
        env: Any = self.env.unwrapped
        if hasattr(env, "_create_track") and hasattr(env, "world"):
            env._destroy()
            env.road = None
            env.world = type(env.world)((0, 0))
        if hasattr(env, "_generate_terrain") and hasattr(env, "world"):
            env._destroy()
            env.terrain = []
            env.world = type(env.world)()

    def state(self) -> tuple[np.ndarray, dict[str, Any]]:
        """The actions of the running episode, and the JSON-able rest."""
        begins = {"generator": self._generator_at_reset} if self._episode is None else {"episode": self._episode}
        return np.asarray(self.actions), {**begins, "noise": self.noise.bit_generator.state}

    def restore(self, actions: np.ndarray, meta: dict[str, Any]) -> None:
        """Brings the environment to where ``state`` was taken, by playing the episode again."""
        self.noise.bit_generator.state = meta["noise"]
        if self._episode is None:
            self.env.np_random.bit_generator.state = meta["generator"]
        else:
            self._episode = meta["episode"] - 1
        self.reset()
        discrete = actions.ndim == 1
        for action in actions.tolist() if discrete else actions:
            self.observation, reward, *_ = self.step(action)
            self.total += reward
            self.length += 1
            self.actions.append(action)


def _seed(*path: int) -> int:
    return int(np.random.SeedSequence(path).generate_state(1)[0])
