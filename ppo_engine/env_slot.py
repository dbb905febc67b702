"""One training environment that can be rebuilt exactly: its generator's state at the last reset, and the actions since.

Box2D objects cannot be stored: they unpickle without an error and then fail. Replaying the actions is exact.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ppo_engine.envs import describe, make_env
from ppo_engine.slim_steps import step_of


class EnvSlot:
    """An environment stepped without its wrappers (their checks cost more than CartPole); the caller counts time."""

    def __init__(self, env_id: str, seed: int, index: int):
        self.env = make_env(env_id).unwrapped
        self.step = step_of(self.env)
        self.limit = describe(env_id).max_episode_steps
        self.noise = np.random.default_rng([seed, index, 77])
        self.actions: list[Any] = []
        self.total, self.length = 0.0, 0
        self.env.reset(seed=int(np.random.SeedSequence([seed, index]).generate_state(1)[0]))
        self._generator_at_reset: dict[str, Any] = {}
        self.observation = self.reset()

    def reset(self) -> np.ndarray:
        """Begins an episode and remembers the generator's state before it; returns the first observation ``(D,)``."""
        self._generator_at_reset = self.env.np_random.bit_generator.state
        self.actions.clear()
        self.total, self.length = 0.0, 0
        self._renew_world()
        self.observation = self.env.reset()[0]
        return self.observation

    def _renew_world(self) -> None:
        """A Box2D world remembers, in the order of its contacts, the bodies it once held: BipedalWalker reuses one
        for all episodes, so an episode would depend on those before it. LunarLander makes its own at every reset."""
        if hasattr(self.env, "_generate_terrain") and hasattr(self.env, "world"):
            self.env._destroy()
            self.env.terrain = []
            self.env.world = type(self.env.world)()

    def state(self) -> tuple[np.ndarray, dict[str, Any]]:
        """The actions of the running episode, and the JSON-able rest."""
        meta = {"generator": self._generator_at_reset, "noise": self.noise.bit_generator.state}
        return np.asarray(self.actions), meta

    def restore(self, actions: np.ndarray, meta: dict[str, Any]) -> None:
        """Brings the environment to where ``state`` was taken, by playing the episode again."""
        self.noise.bit_generator.state = meta["noise"]
        self.env.np_random.bit_generator.state = meta["generator"]
        self.reset()
        discrete = actions.ndim == 1
        for action in actions.tolist() if discrete else actions:
            self.observation, reward, *_ = self.step(action)
            self.total += reward
            self.length += 1
            self.actions.append(action)
