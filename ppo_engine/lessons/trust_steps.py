"""The trust-region method on a function: solve the Taylor model inside a ball, compare with reality, move the radius.

The model at x_k is m_k(p) = f + gᵀp + ½ pᵀB p with g the gradient and B the Hessian; the ball is ‖p‖ ≤ Δ_k. Source:
Nocedal and Wright 2006, Numerical Optimization, chapter 4; the constants are SciPy's, so that the two can be compared.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ppo_engine.lessons.landscapes import Landscape

ACCEPT, SHRINK_BELOW, GROW_ABOVE = 0.15, 0.25, 0.75
SHRINK, GROW = 0.25, 2.0
BISECTIONS = 120


class Step(NamedTuple):
    """A step ``(n,)`` of the model, and whether it ends on the boundary of the ball."""

    step: np.ndarray
    on_boundary: bool


class Trial(NamedTuple):
    """One iteration: where it began and with what radius, the step tried, the decrease that the model predicted, the
    real one, their ratio ρ, whether the step was taken, and the radius for the next one."""

    x: np.ndarray
    radius: float
    step: np.ndarray
    predicted: float
    real: float
    ratio: float
    accepted: bool
    next_radius: float


Solver = Callable[[np.ndarray, np.ndarray, float], Step]


def exact_step(gradient: np.ndarray, hessian: np.ndarray, radius: float) -> Step:
    """argmin m(p) over ‖p‖ ≤ Δ: p = −(B + λI)⁻¹ g with the smallest λ ≥ 0 that makes B + λI positive and ‖p‖ ≤ Δ.

    λ is found by bisection in the eigenbasis of B. In the hard case, where g has no part along the lowest eigenvector,
    the step is completed along it. Source: Moré and Sorensen 1983; Nocedal and Wright, theorem 4.1.
    """
    eigenvalues, vectors = np.linalg.eigh(hessian)
    along = vectors.T @ gradient
    lowest = eigenvalues[0]

    def solution(shift: float) -> np.ndarray:
        with np.errstate(divide="ignore"):
            return np.divide(-along, eigenvalues + shift, out=np.zeros_like(along), where=along != 0)

    if lowest > 0:
        newton = solution(0.0)
        if np.linalg.norm(newton) <= radius:
            return Step(vectors @ newton, False)
    low = max(0.0, -lowest)
    high = max(low, float(np.linalg.norm(gradient)) / radius - lowest) + 1e-12
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        if np.linalg.norm(solution(middle)) > radius:
            low = middle
        else:
            high = middle
    inside = solution(high)
    missing = radius**2 - float(inside @ inside)
    if missing > 1e-9 * radius**2:
        inside[0] += math.copysign(math.sqrt(missing), inside[0])
    return Step(vectors @ inside, True)


def dogleg_step(gradient: np.ndarray, hessian: np.ndarray, radius: float) -> Step:
    """Along −g to the model's minimum on that line, then towards the Newton step, as far as the ball reaches.

    Needs a positive definite B; raises ValueError otherwise. Source: Powell 1970; Nocedal and Wright, section 4.1.
    """
    if np.linalg.eigvalsh(hessian)[0] <= 0:
        raise ValueError("dogleg needs a positive definite Hessian")
    newton = -np.linalg.solve(hessian, gradient)
    if np.linalg.norm(newton) < radius:
        return Step(newton, False)
    cauchy = -(gradient @ gradient) / (gradient @ hessian @ gradient) * gradient
    length = float(np.linalg.norm(cauchy))
    if length >= radius:
        return Step(cauchy * (radius / length), True)
    leg = newton - cauchy
    a, b, c = leg @ leg, 2 * cauchy @ leg, cauchy @ cauchy - radius**2
    return Step(cauchy + (-b + math.sqrt(b * b - 4 * a * c)) / (2 * a) * leg, True)


def best_step(gradient: np.ndarray, hessian: np.ndarray, radius: float) -> Step:
    """The dogleg where it is defined, else the exact step."""
    try:
        return dogleg_step(gradient, hessian, radius)
    except ValueError:
        return exact_step(gradient, hessian, radius)


def predicted_decrease(gradient: np.ndarray, hessian: np.ndarray, step: np.ndarray) -> float:
    """m(0) − m(p) = −gᵀp − ½ pᵀB p."""
    return float(-(gradient @ step) - 0.5 * step @ hessian @ step)


def attempt(landscape: Landscape, x: np.ndarray, radius: float, solve: Solver, largest: float) -> Trial:
    """One iteration from ``x``: ρ < ¼ quarters the radius, ρ > ¾ at the boundary doubles it, ρ > 0.15 is taken."""
    gradient, hessian = landscape.gradient(x), landscape.hessian(x)
    step, on_boundary = solve(gradient, hessian, radius)
    predicted = predicted_decrease(gradient, hessian, step)
    real = landscape.value(x) - landscape.value(x + step)
    ratio = real / predicted if predicted > 0 else 0.0
    after = radius
    if ratio < SHRINK_BELOW:
        after = SHRINK * radius
    elif ratio > GROW_ABOVE and on_boundary:
        after = min(GROW * radius, largest)
    return Trial(x, radius, step, predicted, real, ratio, ratio > ACCEPT, after)


def minimise(
    landscape: Landscape, start: np.ndarray, radius: float = 1.0, solve: Solver = exact_step, largest: float = 1000.0,
    tolerance: float = 1e-4, most: int = 200,
) -> tuple[Trial, ...]:  # fmt: skip
    """Iterations until the gradient is shorter than ``tolerance``; the last one's x + step is the point reached."""
    trials: list[Trial] = []
    x = np.asarray(start, float)
    while len(trials) < most and np.linalg.norm(landscape.gradient(x)) >= tolerance:
        trial = attempt(landscape, x, radius, solve, largest)
        trials.append(trial)
        radius = trial.next_radius
        if trial.accepted:
            x = x + trial.step
    return tuple(trials)


def reached(trials: tuple[Trial, ...]) -> np.ndarray:
    """The point after the last of the trials."""
    last = trials[-1]
    return last.x + last.step if last.accepted else last.x
