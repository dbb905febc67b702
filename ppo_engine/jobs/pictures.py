"""What an environment shows: made so that it draws itself where it can, and its picture now, if it has one."""

from __future__ import annotations

from typing import Any

import numpy as np

from ppo_engine.envs import make_env


def with_pictures(env_id: str) -> Any:
    """The environment that draws itself, or else the one that does not."""
    try:
        return make_env(env_id, render_mode="rgb_array")
    except Exception:  # whatever a package not written here may raise; without pictures it has been made before
        return make_env(env_id)


def picture_of(env: Any) -> np.ndarray | None:
    """What the environment shows now, ``(H, W, 3)`` bytes; None if it draws no picture."""
    try:
        frame = np.asarray(env.render())
    except Exception:  # the same
        return None
    if frame.ndim != 3 or frame.shape[2] not in (3, 4):
        return None
    return frame[:, :, :3].astype(np.uint8)
