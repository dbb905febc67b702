"""Advantages as the browser computes them, in Chromium, against the engine's own on a grid."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ppo_engine.advantages import gae, reward_to_go
from ppo_engine.lessons.credit import REWARDS, VALUES, weights
from ppo_engine.recordings.landing import landing

ASSETS = Path(__file__).resolve().parents[2] / "pages" / "shared" / "assets"
SCRIPTS = ("codec", "theme", "lesson/chart", "lesson/credit_math")

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def maths(chromium):
    """Evaluates JavaScript with the lessons' formulas at hand; an argument arrives as ``a``."""
    tab = chromium.new_page()
    tab.add_script_tag(content="\n".join((ASSETS / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS))
    yield lambda code, argument=None: tab.evaluate(f"(a) => {code}", argument)
    tab.close()


EPISODES = {"ten": (REWARDS, VALUES), "landing": tuple(map(np.array, (landing().rewards, landing().values)))}


@pytest.mark.parametrize("episode", EPISODES)
@pytest.mark.parametrize("terminated", [True, False])
def test_advantages_are_the_engines(maths, episode, terminated):
    rewards, values = EPISODES[episode]
    column, dones = rewards[:, None], np.zeros((len(rewards), 1), bool)
    dones[-1] = True
    for gamma in (0.5, 0.83, 0.99, 1.0):
        for lam in (0.0, 0.4, 0.95, 1.0):
            bootstraps = np.zeros_like(column)
            bootstraps[-1] = 0 if terminated else np.float32(gamma) * values[-1]
            rollout = (column, values[:, None], dones, bootstraps)
            found = maths("L.credit.all(...a)", [rewards.tolist(), values.tolist(), gamma, lam, terminated])
            wanted = {
                "deltas": gae(*rollout, gamma, 0.0)[0], "advantages": gae(*rollout, gamma, lam)[0],
                "toGo": reward_to_go(*rollout, gamma),
            }  # fmt: skip
            for name, numbers in wanted.items():
                np.testing.assert_allclose(found[name], numbers[:, 0], rtol=1e-9, atol=1e-11, err_msg=name)
    np.testing.assert_allclose(maths("L.credit.weights(0.9, 0.8, 7)"), weights(0.9, 0.8, 7))
