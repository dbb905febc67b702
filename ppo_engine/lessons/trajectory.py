"""The weight of a whole trajectory: a product of T ratios, which dies or explodes, while each ratio is still near 1.

Two actions: the old policy takes the first with probability ½, the new one with ½ + δ. A step's ratio under the old
policy is then 1 + 2δ or 1 − 2δ, each half of the time, and everything about their product W_T is known in closed
form. Source: Udacity deep-reinforcement-learning, PPO (the reweighting factor); Owen 2013, section 9.2.
"""

from __future__ import annotations

import math

import numpy as np


def log_products(uniforms: np.ndarray, delta: float) -> np.ndarray:
    """log W_t of each path, ``(paths, T + 1)``, beginning at 0; ``uniforms`` ``(paths, T)``, the first action below ½.

    |δ| < ½, otherwise one action is never taken by the new policy and the weight of its paths is 0.
    """
    steps = np.where(np.asarray(uniforms) < 0.5, math.log1p(2 * delta), math.log1p(-2 * delta))
    return np.concatenate([np.zeros((len(steps), 1)), np.cumsum(steps, axis=1)], axis=1)


def drift(delta: float) -> float:
    """E[log r] = ½ log(1 − 4δ²) ≤ 0, which is −KL(old ‖ new): where the logarithm of the product goes, each step."""
    return 0.5 * math.log1p(-4 * delta * delta)


def second_moment(delta: float, steps: int) -> float:
    """E[W_T²] = (1 + 4δ²)^T, while E[W_T] stays exactly 1."""
    return (1 + 4 * delta * delta) ** steps


def effective_share(delta: float, steps: int) -> float:
    """1 / E[W_T²]: the share of the trajectories that a batch reweighted by W_T is worth."""
    return 1 / second_moment(delta, steps)
