"""The trust-region lesson against SciPy's own trust-region methods, optimality conditions and finite differences."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import approx_fprime, minimize

from ppo_engine.lessons.landscapes import LANDSCAPES, QUADRATIC, ROSENBROCK, WELLS
from ppo_engine.lessons.trust_steps import (
    attempt,
    best_step,
    dogleg_step,
    exact_step,
    minimise,
    predicted_decrease,
    reached,
)  # fmt: skip

START = np.array([-1.2, 1.0])


def scipys(method, landscape, start, radius=1.0):
    return minimize(
        landscape.value, start, method=method, jac=landscape.gradient, hess=landscape.hessian,
        options={"return_all": True, "initial_trust_radius": radius, "gtol": 1e-4},
    )  # fmt: skip


@pytest.mark.parametrize("name", LANDSCAPES)
def test_gradients_and_hessians_are_those_of_the_function(name):
    land = LANDSCAPES[name]
    for seed in range(5):
        x = np.random.default_rng(seed).uniform(-1.5, 1.5, len(land.minimum))
        np.testing.assert_allclose(land.gradient(x), approx_fprime(x, land.value, 1e-7), rtol=1e-4, atol=1e-4)
        for k in range(len(x)):
            column = approx_fprime(x, lambda v, k=k: land.gradient(v)[k], 1e-7)
            np.testing.assert_allclose(land.hessian(x)[k], column, rtol=1e-4, atol=1e-3)
    assert np.linalg.norm(land.gradient(land.minimum)) < 1e-9 and np.linalg.eigvalsh(land.hessian(land.minimum))[0] > 0


@pytest.mark.parametrize("solve", [exact_step, dogleg_step, best_step])
def test_the_minimum_of_rosenbrock_is_reached(solve):
    trials = minimise(ROSENBROCK, START, solve=solve)
    np.testing.assert_allclose(reached(trials), [1, 1], atol=1e-4)
    assert any(not trial.accepted for trial in trials), "some steps are rejected on the way"
    values = [ROSENBROCK.value(trial.x) for trial in trials]
    assert all(later <= earlier for earlier, later in zip(values, values[1:], strict=False)), "f never rises"


def test_the_minimum_of_the_quadratic_is_reached_and_the_ball_only_grows():
    trials = minimise(QUADRATIC, np.array([-2.4, 1.7]), radius=0.5)
    np.testing.assert_allclose(reached(trials), QUADRATIC.minimum, atol=1e-8)
    assert all(trial.ratio == pytest.approx(1) and trial.accepted for trial in trials), "the model is the function"
    assert [trial.radius for trial in trials] == [0.5, 1.0, 2.0][: len(trials)] and len(trials) <= 4


def test_the_radius_history_follows_the_rule():
    trials = minimise(ROSENBROCK, START, radius=0.5)
    for trial, after in zip(trials, trials[1:], strict=False):
        assert after.radius == trial.next_radius
        stopped = np.linalg.norm(trial.step) > 0.999 * trial.radius
        factor = 0.25 if trial.ratio < 0.25 else 2.0 if trial.ratio > 0.75 and stopped else 1.0
        assert trial.next_radius == pytest.approx(factor * trial.radius)
        np.testing.assert_array_equal(after.x, trial.x + trial.step if trial.ratio > 0.15 else trial.x)
    assert {trial.next_radius / trial.radius for trial in trials} == {0.25, 1.0, 2.0}, "all three things happen"


@pytest.mark.parametrize("radius", [0.25, 1.0])
def test_dogleg_takes_scipys_very_steps(radius):
    ours, theirs = minimise(ROSENBROCK, START, radius, dogleg_step), scipys("dogleg", ROSENBROCK, START, radius)
    points = [*(trial.x for trial in ours), reached(ours)]
    np.testing.assert_allclose(points, theirs.allvecs, atol=1e-8)
    assert len(ours) == theirs.nit


def test_the_exact_step_goes_where_scipys_goes():
    ours, theirs = minimise(ROSENBROCK, START), scipys("trust-exact", ROSENBROCK, START)
    np.testing.assert_allclose(reached(ours), theirs.x, atol=1e-5)
    assert abs(len(ours) - theirs.nit) <= 3, "SciPy stops its inner search at 10 %"


@pytest.mark.parametrize("seed", range(12))
def test_the_exact_step_meets_the_optimality_conditions(seed):
    """(B + λI) p = −g, λ ≥ 0, λ (Δ − ‖p‖) = 0, B + λI ⪰ 0; and no point of the ball is better."""
    rng = np.random.default_rng(seed)
    half = rng.standard_normal((2, 2))
    hessian, gradient, radius = half + half.T, rng.standard_normal(2), float(rng.uniform(0.2, 2))
    step, on_boundary = exact_step(gradient, hessian, radius)
    assert np.linalg.norm(step) <= radius * (1 + 1e-9)
    shift = -float(step @ (hessian @ step + gradient)) / float(step @ step)
    np.testing.assert_allclose((hessian + shift * np.eye(2)) @ step, -gradient, atol=1e-6)
    assert shift >= -1e-9 and np.linalg.eigvalsh(hessian)[0] + shift >= -1e-7
    assert on_boundary == (shift > 1e-7)
    angles = np.linspace(0, 2 * np.pi, 721)
    others = [r * np.array([np.cos(a), np.sin(a)]) for r in (0.3 * radius, radius) for a in angles]
    best = max(predicted_decrease(gradient, hessian, other) for other in others)
    assert predicted_decrease(gradient, hessian, step) >= best - 1e-9


def test_the_hard_case_goes_along_the_lowest_eigenvector():
    step, on_boundary = exact_step(np.array([0.0, 1.0]), np.diag([-1.0, 2.0]), 2.0)
    assert on_boundary and np.linalg.norm(step) == pytest.approx(2.0)
    assert step[1] == pytest.approx(-1 / 3) and abs(step[0]) == pytest.approx(np.sqrt(4 - 1 / 9))


def test_dogleg_is_between_the_cauchy_point_and_the_exact_step():
    gradient, hessian = ROSENBROCK.gradient(START), ROSENBROCK.hessian(START)
    for radius in (0.05, 0.2, 0.5):
        decrease = [predicted_decrease(gradient, hessian, s(gradient, hessian, radius).step) for s in
                    (dogleg_step, exact_step)]  # fmt: skip
        longest = gradient @ gradient / (gradient @ hessian @ gradient)
        along = -gradient * min(radius / np.linalg.norm(gradient), longest)
        assert predicted_decrease(gradient, hessian, along) <= decrease[0] + 1e-12 <= decrease[1] + 1e-9
    with pytest.raises(ValueError, match="positive definite"):
        dogleg_step(gradient, -hessian, 1.0)


def test_on_the_hill_between_two_wells_the_ball_makes_the_step():
    trial = attempt(WELLS, np.array([0.0]), 0.5, exact_step, 4.0)
    assert abs(trial.step[0]) == pytest.approx(0.5) and WELLS.hessian(trial.x)[0, 0] < 0
    np.testing.assert_allclose(reached(minimise(WELLS, np.array([0.0]), 0.5)), WELLS.minimum, atol=1e-4)
