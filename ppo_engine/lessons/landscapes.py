"""Functions to be minimised, with gradient and Hessian: one of one variable, a quadratic, and Rosenbrock's valley."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np


class Landscape(NamedTuple):
    """f, its gradient ``(n,)`` and its Hessian ``(n, n)`` at a point ``(n,)``, and where its minimum lies."""

    value: Callable[[np.ndarray], float]
    gradient: Callable[[np.ndarray], np.ndarray]
    hessian: Callable[[np.ndarray], np.ndarray]
    minimum: np.ndarray


# f(x) = 0.1 x⁴ − 0.8 x² + 0.3 x + 2: two valleys, and between them a hill on which the Taylor model opens downwards.
WELLS = Landscape(
    lambda x: float(0.1 * x[0] ** 4 - 0.8 * x[0] ** 2 + 0.3 * x[0] + 2),
    lambda x: np.array([0.4 * x[0] ** 3 - 1.6 * x[0] + 0.3]),
    lambda x: np.array([[1.2 * x[0] ** 2 - 1.6]]),
    np.array([-2.087873825041411]),
)

# f(x, y) = x² + 10 y² − 4 x y + 0.6 x: a quadratic, so its Taylor model is the function itself.
QUADRATIC = Landscape(
    lambda x: float(x[0] ** 2 + 10 * x[1] ** 2 - 4 * x[0] * x[1] + 0.6 * x[0]),
    lambda x: np.array([2 * x[0] - 4 * x[1] + 0.6, 20 * x[1] - 4 * x[0]]),
    lambda x: np.array([[2.0, -4.0], [-4.0, 20.0]]),
    np.array([-0.5, -0.1]),
)

# f(x, y) = (1 − x)² + 100 (y − x²)², minimum at (1, 1). Source: Rosenbrock 1960.
ROSENBROCK = Landscape(
    lambda x: float((1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2),
    lambda x: np.array([-2 * (1 - x[0]) - 400 * x[0] * (x[1] - x[0] ** 2), 200 * (x[1] - x[0] ** 2)]),
    lambda x: np.array([[2 - 400 * (x[1] - 3 * x[0] ** 2), -400 * x[0]], [-400 * x[0], 200.0]]),
    np.array([1.0, 1.0]),
)

LANDSCAPES = {"wells": WELLS, "quadratic": QUADRATIC, "rosenbrock": ROSENBROCK}
