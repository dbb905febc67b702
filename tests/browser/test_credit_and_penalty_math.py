"""Advantages, penalised steps and gradient estimates as the browser has them, in Chromium, against the engine's."""

from __future__ import annotations

import numpy as np
import pytest

from pages.shared.lesson_figure import script_text
from ppo_engine.advantages import gae, reward_to_go
from ppo_engine.lessons import penalised_step, policy_gradients
from ppo_engine.lessons.credit import REWARDS, VALUES, weights
from ppo_engine.recordings.landing import landing

SCRIPTS = ("codec", "theme", "lesson/chart", "lesson/credit_math", "lesson/penalty_math",
           "lesson/gradient_math")  # fmt: skip

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def maths(chromium):
    """Evaluates JavaScript with the lessons' formulas at hand; an argument arrives as ``a``."""
    tab = chromium.new_page()
    tab.add_script_tag(content=script_text(*SCRIPTS))
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


def test_penalised_steps(maths):
    old, taste = penalised_step.OLD, penalised_step.TASTE
    for scale in (0.02, 0.3, 3.0, 40.0):
        betas = np.logspace(-2, 3, 11)
        found = maths("a[2].map((b) => L.penalty.penalised(a[0], a[1], b))",
                      [old.tolist(), (scale * taste).tolist(), betas.tolist()])  # fmt: skip
        wanted = [penalised_step.penalised(old, scale * taste, beta) for beta in betas]
        np.testing.assert_allclose(found, wanted, rtol=1e-9)
        kls = maths("a[1].map((p) => L.penalty.kl(a[0], p))", [old.tolist(), found])
        np.testing.assert_allclose(kls, [penalised_step.kl(old, p) for p in wanted], rtol=1e-6, atol=1e-13)
    theta = maths("L.penalty.probs(L.penalty.parameters(a))", old.tolist())
    np.testing.assert_allclose(theta, old)


def test_the_rule_that_adapts_beta(maths):
    scales = 0.3 * np.exp(np.random.default_rng(2).standard_normal(80))
    for beta, target, adaptive in ((1.0, 0.01, True), (1e-6, 0.05, True), (30.0, 0.001, True), (1.0, 0.01, False)):
        found = maths("L.penalty.controlled(...a)", [penalised_step.OLD.tolist(), penalised_step.TASTE.tolist(),
                                                     scales.tolist(), beta, target, adaptive])  # fmt: skip
        wanted = penalised_step.controlled(scales, beta, target, adaptive)
        assert [update["decision"] for update in found] == [update.decision for update in wanted]
        np.testing.assert_allclose([update["beta"] for update in found], [update.kl_coef for update in wanted])
        np.testing.assert_allclose([update["kl"] for update in found], [update.kl for update in wanted], rtol=1e-6)


def test_the_climb_beside_the_cliff(maths):
    points = np.random.default_rng(1).uniform([-3, -2], [4, 2], (40, 2))
    found = maths("a.map((p) => [L.gradients.cliff(p), ...L.gradients.slope(p)])", points.tolist())
    wanted = [[policy_gradients.cliff(*p), *policy_gradients.cliff_gradient(*p)] for p in points]
    np.testing.assert_allclose(found, wanted, rtol=1e-10, atol=1e-15)
    for rate in (0.02, 0.6):
        path = maths("L.gradients.climb([-2.2, 1.1], a, 60)", rate)
        np.testing.assert_allclose(path, policy_gradients.climb(-2.2, 1.1, rate, 60), rtol=1e-8)


def test_the_estimates_of_all_trajectories(maths):
    for p, lam in ((0.5, 0.95), (0.2, 0.0), (0.9, 1.0)):
        table = maths("L.gradients.table(...a)", [p, lam])
        np.testing.assert_allclose(table["probs"], policy_gradients.trajectories(p)[1], rtol=1e-12)
        for credit in policy_gradients.CREDITS:
            wanted = policy_gradients.gradient_estimates(p, credit, lam)
            np.testing.assert_allclose(table["estimates"][credit], wanted, rtol=1e-6, atol=1e-6, err_msg=credit)
        assert maths("L.gradients.trueGradient(a)", p) == pytest.approx(policy_gradients.true_gradient(p))
