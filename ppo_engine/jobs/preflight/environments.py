"""Whether every environment of the table can be made, stepped and drawn."""

from __future__ import annotations

import os
import time

os.environ["SDL_VIDEODRIVER"] = "dummy"

import numpy as np  # noqa: E402  (the video driver is chosen before anything can import pygame)

from ppo_engine.envs import ENVIRONMENTS, make_env  # noqa: E402
from ppo_engine.jobs.preflight import Context, Mend  # noqa: E402

STEPS = 5


def check(context: Context) -> str:
    """Some steps and a picture of each."""
    began = time.monotonic()
    for env_id in ENVIRONMENTS:
        try:
            env = make_env(env_id, render_mode="rgb_array")
            try:
                env.reset(seed=1)
                env.action_space.seed(1)
                for _ in range(STEPS):
                    env.step(env.action_space.sample())
                picture = np.asarray(env.render())
            finally:
                env.close()
        except Exception as error:  # whatever a package not written here may raise
            raise Mend(
                f"{env_id} cannot be made or drawn ({type(error).__name__}: {error}): run pip install -r"
                " requirements.txt again (gymnasium[box2d] brings Box2D and pygame)."
            ) from error
        if picture.ndim != 3 or picture.min() == picture.max():
            raise Mend(f"{env_id} draws an empty picture: install gymnasium[box2d] as pinned.")
    return f"All {len(ENVIRONMENTS)} environments step and are drawn, in {time.monotonic() - began:.1f} s together."
