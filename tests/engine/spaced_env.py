"""A made-up environment with any observation and action space, for the tests of environments outside the table."""

from __future__ import annotations

import copy

import gymnasium
import numpy as np
from gymnasium import spaces

SEEN = {
    "dict": spaces.Dict({"a": spaces.Box(-1, 1, (2, 3)), "b": spaces.Discrete(4, start=2)}),
    "tuple": spaces.Tuple([spaces.MultiDiscrete([2, 3]), spaces.MultiBinary(4), spaces.Box(0, 255, (5,), np.uint8)]),
    "text": spaces.Dict({"a": spaces.Text(5)}),
    "mission": spaces.Dict(
        {"image": spaces.Box(0, 9, (7, 7, 3), np.uint8), "way": spaces.Discrete(4), "mission": spaces.Text(9)}
    ),
    "deep": spaces.Tuple([spaces.Text(4), spaces.Dict({"x": spaces.Box(-np.inf, np.inf, (2,)), "y": spaces.Text(4)})]),
    "unread": spaces.Text(5),
    "wide": spaces.Box(-1, 1, (4097,)),
    "empty": spaces.Box(-1, 1, (0,)),
    "nothing": None,
    "image": spaces.Box(0, 255, (64, 64, 4), np.uint8),
    "sequence": spaces.Sequence(spaces.Discrete(3)),
    "box": spaces.Box(-1, 1, (3,)),
}
DONE = {
    "multi": spaces.MultiDiscrete([3, 2], start=[1, 0]),
    "grid": spaces.MultiDiscrete([[3, 2], [2, 2]]),
    "binary": spaces.MultiBinary(3),
    "start": spaces.Discrete(3, start=-1),
    "box": spaces.Box(np.float64([[-1.0], [-2.0]]), np.float64([[1.0], [2.0]]), dtype=np.float64),
    "free": spaces.Box(-np.inf, np.inf, (2,), np.float64),
    "tuple": spaces.Tuple([spaces.Discrete(2), spaces.Discrete(2)]),
    "whole": spaces.Box(0, 3, (2,), np.int64),
}
USABLE = [("dict", "multi"), ("tuple", "binary"), ("box", "grid"), ("dict", "start"), ("tuple", "box")]
REFUSED = {
    ("text", "start"): "observations are text",
    ("unread", "start"): "observations are text",
    ("image", "start"): "images of 64 × 64 × 4",
    ("sequence", "start"): "Sequence",
    ("wide", "start"): "4,097 numbers where 4,096 are the most",
    ("empty", "start"): "observations or its actions are empty",
    ("nothing", "start"): "holds NoneType",
    ("box", "tuple"): "action space is Tuple",
    ("box", "whole"): "whole numbers",
}


class Spaced(gymnasium.Env):
    """Shows samples of one space and takes actions of another; pays for the first component of an action.

    It draws from a generator of its own and counts its steps, so only a seed and the actions rebuild it.
    """

    def __init__(self, seen: str, done: str):
        # Every environment its own space, since a space samples from its own generator.
        self.observation_space, self.action_space = copy.deepcopy(SEEN[seen]), DONE[done]

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        if seed is not None:
            self.observation_space.seed(seed)
        self.steps = 0
        return self.observation_space.sample(), {}

    def step(self, action):
        assert self.action_space.contains(action), (self.action_space, action)
        self.steps += 1
        first = float(np.asarray(action).reshape(-1)[0])
        return self.observation_space.sample(), first, self.steps >= 23, False, {}
