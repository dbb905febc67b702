"""The trimmed steps give Gymnasium's observations and rewards, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest

from ppo_engine.envs import make_env
from ppo_engine.slim_steps import step_of


@pytest.mark.parametrize(
    ("env_id", "steps"),
    [("LunarLander-v3", 6000), ("LunarLanderContinuous-v3", 6000), ("BipedalWalker-v3", 4000), ("CartPole-v1", 6000)],
)
def test_a_trimmed_step_is_the_original(env_id, steps):
    theirs, ours = make_env(env_id).unwrapped, make_env(env_id).unwrapped
    trimmed, long = step_of(ours), 2 if env_id.startswith("Lunar") else 1
    assert trimmed != ours.step
    rng, ended = np.random.default_rng(0), 0
    np.testing.assert_array_equal(theirs.reset(seed=4)[0], ours.reset(seed=4)[0])
    for index in range(steps):
        if theirs.action_space.shape:
            action = rng.standard_normal(theirs.action_space.shape, np.float32).clip(-1, 1)
        else:
            # Long stretches of one engine: landings and flights as well as tumbles.
            action = int(rng.integers(0, theirs.action_space.n)) if index % 40 < 20 else long
        left, right = theirs.step(action), trimmed(action)
        np.testing.assert_array_equal(left[0], right[0])
        assert float(left[1]) == float(right[1]) and left[2:4] == right[2:4], f"step {index}"
        if left[2] or index % 1600 == 1599:
            ended += 1
            np.testing.assert_array_equal(theirs.reset()[0], ours.reset()[0])
    assert ended > 3
