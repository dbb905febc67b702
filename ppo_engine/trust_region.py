"""The TRPO step: natural gradient by conjugate gradient, scaled to the radius, then a backtracking line search."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

BACKTRACK = 0.8
BACKTRACKS = 10


class Try(NamedTuple):
    """One point of the line search: the share of the full step, what it gained, its KL, and whether it was taken."""

    fraction: float
    improvement: float
    kl: float
    accepted: bool


class Step(NamedTuple):
    """A trust-region step. ``residuals`` are CG's ‖b − Fx‖ from the start on; ``predicted`` is gᵀs of the full step."""

    direction: np.ndarray
    residuals: tuple[float, ...]
    predicted: float
    tries: tuple[Try, ...]

    def summary(self) -> dict[str, Any]:
        """What the report keeps: residuals, the predicted gain of the point reached, and every try."""
        taken = self.accepted
        return {
            "cg_residuals": list(self.residuals),
            "predicted_improvement": self.predicted * (taken.fraction if taken else 1.0),
            "improvement": taken.improvement if taken else 0.0,
            "line_search": [list(attempt) for attempt in self.tries],
            "accepted": taken is not None,
        }

    @property
    def accepted(self) -> Try | None:
        """The point that was taken, or None when the line search failed and nothing moved."""
        return self.tries[-1] if self.tries and self.tries[-1].accepted else None


def conjugate_gradient(
    product: Callable[[np.ndarray], np.ndarray], b: np.ndarray, iterations: int, tolerance: float = 1e-10
) -> tuple[np.ndarray, tuple[float, ...]]:
    """x with A x ≈ b for a symmetric positive definite A known only by its products ``product(v) = A v``.

    ``b`` ``(P,)``. Returns x and the residual norms ‖b − A x‖, one for the start and one for each iteration. Stops
    early when the squared residual falls below ``tolerance`` times the first. Source: Hestenes and Stiefel 1952.
    """
    x = np.zeros_like(b)
    residual, direction = b.copy(), b.copy()
    square = first = float(residual @ residual)
    norms = [math.sqrt(square)]
    for _ in range(iterations):
        if square <= tolerance * first:
            break
        image = product(direction)
        curvature = float(direction @ image)
        if curvature <= 0:
            break
        length = square / curvature
        x += length * direction
        residual -= length * image
        square, before = float(residual @ residual), square
        direction = residual + (square / before) * direction
        norms.append(math.sqrt(square))
    return x, tuple(norms)


def scale_to_radius(direction: np.ndarray, curvature: float, max_kl: float) -> np.ndarray:
    """√(2δ / xᵀFx) x: the longest step along x whose quadratic model of the KL stays within δ.

    ``curvature`` is xᵀFx. Source: Schulman et al. 2015, arXiv 1502.05477, appendix C.
    """
    return math.sqrt(2 * max_kl / curvature) * direction


def line_search(evaluate: Callable[[float], tuple[float, float]], max_kl: float) -> tuple[Try, ...]:
    """Shares 1, 0.8, 0.64 … of the full step until the surrogate rises and KL ≤ δ; at most ten.

    ``evaluate(fraction)`` returns (surrogate's improvement, mean KL) at that share. The last try is the accepted one,
    if any is. Source: Schulman et al. 2015, arXiv 1502.05477, appendix C; factors as Spinning Up.
    """
    tries = []
    for attempt in range(BACKTRACKS):
        fraction = BACKTRACK**attempt
        improvement, kl = evaluate(fraction)
        good = improvement > 0 and kl <= max_kl
        tries.append(Try(fraction, improvement, kl, good))
        if good:
            break
    return tuple(tries)
