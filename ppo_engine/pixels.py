"""Image observations as a convolutional network reads them: an action lasts some frames, grey, 64 × 64, two stacked.

Source: Mnih et al. 2015, doi 10.1038/nature14236, with its skip of 4; RL-Zoo's sizes for CarRacing (64 × 64, stack 2).
"""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from PIL import Image

from ppo_engine.slim_racing import drawn_late

SIDE, STACK = 64, 2
SHAPE = (STACK, SIDE, SIDE)
SMALLEST = 32
# Frames that an action lasts; elsewhere it is part of what an environment is, and left as it is.
SKIP = {"CarRacing-v3": 4}


def is_image(space: Any) -> bool:
    """Whether observations of ``space`` are images: bytes ``(H, W)`` or ``(H, W, 1 or 3)``, at least 32 a side."""
    if not isinstance(space, spaces.Box) or space.dtype != np.uint8 or len(space.shape) not in (2, 3):
        return False
    return min(space.shape[:2]) >= SMALLEST and space.shape[2:] in ((), (1,), (3,))


class Pixels(gymnasium.Wrapper):
    """``env`` showing the last two frames as one vector of bytes ``(2·64·64,)``, the newer one last.

    Every action is held for ``skip`` frames, whose rewards add up; an episode's first frame is shown twice.
    """

    def __init__(self, env: Any, skip: int = 1):
        super().__init__(env)
        self._skip = skip
        self._late = drawn_late(env)
        self._frames = np.zeros(SHAPE, np.uint8)
        self.observation_space = spaces.Box(0, 255, (self._frames.size,), np.uint8)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[np.ndarray, dict]:
        """A new episode's first observation, and the environment's notes."""
        frame, info = self.env.reset(seed=seed, options=options)
        self._frames[:] = grey(frame)
        return self._frames.reshape(-1).copy(), info

    def step(self, action: Any) -> tuple[np.ndarray, float, bool, bool, dict]:
        """Holds ``action`` for ``skip`` frames or until the episode ends, and shows the last of them."""
        total = 0.0
        for _ in range(self._skip):
            frame, reward, terminated, truncated, info = self.env.step(action)
            total += float(reward)
            if terminated or truncated:
                break
        if self._late is not None:
            frame = self._late.frame()
        self._frames[:-1] = self._frames[1:]
        self._frames[-1] = grey(frame)
        return self._frames.reshape(-1).copy(), total, bool(terminated), bool(truncated), info


def grey(frame: np.ndarray) -> np.ndarray:
    """Luminance of a frame ``(H, W)``, ``(H, W, 1)`` or ``(H, W, 3)``, averaged down to ``(64, 64)`` bytes."""
    image = Image.fromarray(frame[:, :, 0] if frame.shape[2:] == (1,) else frame)
    return np.asarray(image.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX))
