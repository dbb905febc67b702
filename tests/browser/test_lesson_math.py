"""The formulas that lessons evaluate in the browser, in Chromium, against the engine's Python on a grid."""

from __future__ import annotations

import numpy as np
import pytest

from pages.shared.lesson_figure import script_text
from ppo_engine.lessons import (
    clip_cases,
    clipped_epochs,
    importance,
    landscapes,
    small_policy,
    trajectory,
    trust_steps,
)  # fmt: skip
from ppo_engine.objectives import PPOClip, Surrogate
from ppo_engine.values import value_error

SCRIPTS = ("codec", "theme", "lesson/chart", "lesson/importance_math", "lesson/trajectory_math", "objective",
           "lesson/clip_math", "lesson/trust_math", "lesson/policy_math")  # fmt: skip

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def maths(chromium):
    """Evaluates JavaScript with a lesson's formulas at hand; an argument arrives as ``a``."""
    tab = chromium.new_page()
    tab.add_script_tag(content=script_text(*SCRIPTS))
    yield lambda code, argument=None: tab.evaluate(f"(a) => {code}", argument)
    tab.close()


PROPOSALS = [
    (mean, std, cut) for mean in (-1.0, 3.85, 6.0, 11.0) for std in (0.9, 1.5, 2.0, 4.0) for cut in (None, 1.0, 3.5)
]


def in_browser(mean, std, cut):
    return {"mean": mean, "std": std, "cut": "-Infinity" if cut is None else cut}


FROM = "a.map((q) => ({ ...q, cut: Number(q.cut) }))"


def test_importance_sampling(maths):
    normals = [importance.Normal(m, s, -np.inf if c is None else c) for m, s, c in PROPOSALS]
    sent = [in_browser(*q) for q in PROPOSALS]
    calls = "M.weightedMoment(q, 1), M.weightedMoment(q, 2), M.standardError(q, 1000), M.effectiveShare(q)"
    found = maths(f"((M) => {FROM}.map((q) => [{calls}, M.density(2.5, q)]))(L.importance)", sent)
    wanted = [
        [importance.weighted_moment(q, 1), importance.weighted_moment(q, 2), importance.standard_error(q, 1000),
         importance.effective_share(q), float(importance.density(np.array([2.5]), q)[0])] for q in normals
    ]  # fmt: skip
    np.testing.assert_allclose(np.array(found), np.array(wanted), rtol=1e-7, atol=1e-12)
    x = np.linspace(-2, 10, 97)
    np.testing.assert_allclose(maths("a.map(L.importance.f)", x.tolist()), importance.piecewise(x))
    z = np.linspace(-6, 6, 61)
    shares = [importance.normal_cdf(v) for v in z]
    np.testing.assert_allclose(maths("a.map(L.importance.cdf)", z.tolist()), shares, rtol=1e-9)


@pytest.mark.parametrize("q", [(6.0, 2.0, None), (3.85, 1.48, None), (6.0, 2.0, 3.0), (4.0, 0.9, 1.0)])
def test_estimates_from_the_same_stream(maths, q):
    z = np.random.default_rng(1).standard_normal(4000)
    code = "L.importance.estimates(a[1], 100, { ...a[0], cut: Number(a[0].cut) }).means"
    found = maths(code, [in_browser(*q), z.tolist()])
    normal = importance.Normal(q[0], q[1], -np.inf if q[2] is None else q[2])
    np.testing.assert_allclose(found, importance.estimates(z, 100, normal), rtol=1e-10)


def test_the_browsers_own_normals_are_normal(maths):
    z = np.array(maths("Array.from(L.importance.normals(60000, 7))"))
    assert abs(z.mean()) < 4 / np.sqrt(60000) and abs(z.std() - 1) < 4 / np.sqrt(120000)
    assert np.mean(z < 1) == pytest.approx(importance.normal_cdf(1), abs=0.008)
    assert abs(np.corrcoef(z[:-1], z[1:])[0, 1]) < 0.017


def test_trajectories(maths):
    for delta in (0.0, 0.05, 0.1, 0.4):
        uniforms = np.random.default_rng(3).random(60)
        path = maths("L.trajectory.logProducts(a[0], a[1])", [uniforms.tolist(), delta])
        np.testing.assert_allclose(path, trajectory.log_products(uniforms[None], delta)[0], atol=1e-12)
        found = maths("((M) => [M.drift(a), M.secondMoment(a, 70), M.effectiveShare(a, 70)])(L.trajectory)", delta)
        wanted = [trajectory.drift(delta), trajectory.second_moment(delta, 70), trajectory.effective_share(delta, 70)]
        np.testing.assert_allclose(found, wanted, rtol=1e-10, atol=1e-15)


def test_the_six_cases(maths):
    grid = [(r, a, eps) for r in (0.1, 0.5, 0.85, 1.0, 1.15, 1.4, 1.9) for a in (-2.0, -0.3, 0.6, 1.5)
            for eps in (0.05, 0.2, 0.5)]  # fmt: skip
    found = maths("a.map(([r, x, eps]) => L.clip.caseOf(r, x, eps))", grid)
    for got, (r, a, eps) in zip(found, grid, strict=True):
        wanted = clip_cases.case_of(r, a, eps)
        assert (got["region"], got["branch"]) == (wanted.region, wanted.branch)
        np.testing.assert_allclose([got["gain"], got["slope"]], [wanted.gain, wanted.slope], rtol=1e-12)


def test_epochs_on_a_batch(maths):
    batch = clipped_epochs.small_batch()
    sent = {name: value.tolist() for name, value in batch._asdict().items()}
    for eps, rate in ((0.1, 1.0), (0.2, 3.0), (0.35, 5.0), (None, 3.0)):
        objective = Surrogate() if eps is None else PPOClip(clip_range=eps)
        found = maths("L.clip.logRatios(a[0], a[1], a[2], 40).map((row) => Array.from(row))", [sent, eps, rate])
        wanted = clipped_epochs.log_ratios(batch, objective, rate, 40)
        np.testing.assert_allclose(found, wanted, rtol=1e-7, atol=1e-8)


def test_value_clipping(maths):
    v = np.linspace(-2, 3, 26)
    for limit in (None, 0.3, 1.0):
        error, bend = value_error(v, np.full(26, 0.7), np.full(26, 0.25), limit)
        found = np.array(maths("a[0].map((v) => L.clip.valueError(v, 0.7, 0.25, a[1]))", [v.tolist(), limit]))
        np.testing.assert_allclose(found[:, 0], error, atol=1e-12)
        np.testing.assert_allclose(found[:, 1], np.broadcast_to(bend, 26))


def trials_of(land, start, radius, solve):
    trials = trust_steps.minimise(landscapes.LANDSCAPES[land], np.array(start), radius, solve, 4.0)
    return [[*t.x, t.radius, *t.step, t.predicted, t.real, t.next_radius] for t in trials]


@pytest.mark.parametrize(
    ("land", "start", "radius"),
    [("rosenbrock", [-1.2, 1.0], 0.5), ("rosenbrock", [0.4, -0.3], 1.0), ("quadratic", [-2.4, 1.7], 0.5),
     ("wells", [0.55], 0.6), ("wells", [-0.4], 2.0)],
)  # fmt: skip
@pytest.mark.parametrize(("name", "ours"), [("exactStep", "exact_step"), ("doglegStep", "best_step")])
def test_trust_region_steps(maths, land, start, radius, name, ours):
    wanted = trials_of(land, start, radius, getattr(trust_steps, ours))
    found = maths(
        "L.trust.minimise(L.trust.landscapes[a[0]], a[1], a[2], L.trust[a[3]], 4)"
        ".map((t) => [...t.x, t.radius, ...t.step, t.predicted, t.real, t.nextRadius])", [land, start, radius, name],
    )  # fmt: skip
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-7)


def test_a_policy_of_three_actions(maths):
    for theta in ([0.0, 0.0], [-1.3, 1.4], [2.0, -1.0], [3.4, 2.2]):
        for max_kl in (0.001, 0.1, 1.0):
            wanted = small_policy.policy_step(np.array(theta), max_kl)
            found = maths("L.smallPolicy.step(a[0], a[1])", [theta, max_kl])
            for name in ("gradient", "natural", "full", "reached", "walk", "residuals"):
                np.testing.assert_allclose(found[name], getattr(wanted, name), rtol=1e-6, atol=1e-9, err_msg=name)
            for mine, theirs in zip(found["tries"], wanted.tries, strict=True):
                np.testing.assert_allclose([mine["fraction"], mine["improvement"], mine["kl"]], theirs[:3], atol=1e-9)
                assert mine["accepted"] == theirs.accepted
        for angle in (0.0, 1.0, 2.5, 4.0):
            far = maths("L.smallPolicy.reach(a[0], a[1], 0.1)", [theta, angle])
            assert far == pytest.approx(small_policy.reach(np.array(theta), angle, 0.1), rel=1e-9)
