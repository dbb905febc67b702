"""Environments whose answer is known: the right action is what is shown, or every step pays 1."""

from __future__ import annotations

import gymnasium
import numpy as np
from gymnasium import spaces

SPACES = {
    "discrete": spaces.Discrete(4),
    "box": spaces.Box(-1, 1, (2,), np.float32),
    "multidiscrete": spaces.MultiDiscrete([3, 2]),
    "multibinary": spaces.MultiBinary(3),
}


class Identity(gymnasium.Env):
    """Shows a sample of its action space and pays for naming it: 1 for each part that is right, or −(a − o)²."""

    def __init__(self, kind: str):
        self.observation_space = SPACES[kind]
        self.action_space = SPACES[kind]

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        space = self.observation_space
        if isinstance(space, spaces.Discrete):
            self.shown = self.np_random.integers(space.n)
        elif isinstance(space, spaces.Box):
            self.shown = self.np_random.uniform(-1, 1, space.shape).astype(np.float32)
        else:
            parts = space.nvec if isinstance(space, spaces.MultiDiscrete) else np.full(space.shape, 2)
            self.shown = self.np_random.integers(parts).astype(space.dtype)
        return self.shown, {}

    def step(self, action):
        if isinstance(self.action_space, spaces.Box):
            reward = -float(np.square(action - self.shown).mean())
        else:
            reward = float(np.mean(np.asarray(action) == self.shown))
        # One step an episode: then the whole episode's return is this action's own, whatever the credit.
        return self.shown, reward, True, False, {}


class Endless(gymnasium.Env):
    """Pays 1 a step and never ends by itself."""

    observation_space = spaces.Box(-1, 1, (1,), np.float32)
    action_space = spaces.Discrete(2)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return np.zeros(1, np.float32), {}

    def step(self, action):
        return np.zeros(1, np.float32), 1.0, False, False, {}
