"""TRPO on a policy small enough to draw: one state, three actions, two parameters, everything in closed form.

π_θ = softmax(θ₁, θ₂, 0). The three actions have fixed values q; Â(a) = q(a) − Σ π_old q. The surrogate Σ π_old r Â is
then Σ π_θ(a) Â(a), and the Fisher matrix by θ is F = diag(π) − π πᵀ without its third row and column. The step itself
is the engine's: conjugate gradient, scaling to the radius, line search. Source: Schulman et al. 2015, arXiv 1502.05477.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ppo_engine.distributions import Categorical
from ppo_engine.trust_region import Try, conjugate_gradient, line_search, scale_to_radius

VALUES = np.array([1.0, -0.4, 0.2])


class PolicyStep(NamedTuple):
    """``gradient`` of the surrogate, conjugate gradient's ``walk`` to ``natural`` (its iterates from 0 on) with its
    ``residuals``, the step ``full`` on the model's boundary, the line search's ``tries``, and the point ``reached``."""

    gradient: np.ndarray
    walk: np.ndarray
    natural: np.ndarray
    residuals: tuple[float, ...]
    full: np.ndarray
    tries: tuple[Try, ...]
    reached: np.ndarray


def policy(theta: np.ndarray) -> Categorical:
    """π_θ at ``theta`` ``(2,)``."""
    return Categorical(np.array([[theta[0], theta[1], 0.0]]))


def expected_value(theta: np.ndarray) -> float:
    """Σ π_θ(a) q(a)."""
    return float(policy(theta).probs[0] @ VALUES)


def kl(old: np.ndarray, new: np.ndarray) -> float:
    """KL(π_old ‖ π_new) in nats."""
    return float(policy(old).kl(policy(new))[0])


def fisher(theta: np.ndarray) -> np.ndarray:
    """diag(π) − π πᵀ by the two parameters, ``(2, 2)``."""
    probs = policy(theta).probs[0][:2]
    return np.diag(probs) - np.outer(probs, probs)


def surrogate_gradient(theta: np.ndarray) -> np.ndarray:
    """∂/∂θ Σ π_θ Â at θ_old = ``theta``: π(a) (q(a) − Σ π q), ``(2,)``."""
    probs = policy(theta).probs[0]
    return (probs * (VALUES - probs @ VALUES))[:2]


def policy_step(theta: np.ndarray, max_kl: float) -> PolicyStep:
    """One TRPO step from ``theta``: two iterations of conjugate gradient solve F x = g, here exactly."""
    matrix, gradient = fisher(theta), surrogate_gradient(theta)
    walks = [conjugate_gradient(lambda v: matrix @ v, gradient, iterations)[0] for iterations in (1, 2)]
    natural, residuals = conjugate_gradient(lambda v: matrix @ v, gradient, 2)
    full = scale_to_radius(natural, float(natural @ matrix @ natural), max_kl)
    before = expected_value(theta)

    def evaluate(fraction: float) -> tuple[float, float]:
        moved = theta + fraction * full
        return expected_value(moved) - before, kl(theta, moved)

    tries = line_search(evaluate, max_kl)
    taken = tries[-1].fraction if tries[-1].accepted else 0.0
    return PolicyStep(gradient, np.array([np.zeros(2), *walks]), natural, residuals, full, tries, theta + taken * full)


def reach(theta: np.ndarray, angle: float, max_kl: float, furthest: float = 12.0) -> float:
    """How far one may go from ``theta`` in a direction before KL(π_old ‖ π) exceeds δ; at most ``furthest``."""
    direction = np.array([math.cos(angle), math.sin(angle)])
    low, high = 0.0, furthest
    if kl(theta, theta + high * direction) <= max_kl:
        return high
    for _ in range(50):
        middle = 0.5 * (low + high)
        if kl(theta, theta + middle * direction) <= max_kl:
            low = middle
        else:
            high = middle
    return low
