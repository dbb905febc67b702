"""Policy gradients on two problems small enough to be exact: a landscape with a cliff, and eight steps of two actions.

The eight steps: action a ∈ {0, 1}, the same π(1) = p at each; step t pays BASE[t] + NOW a_t + LATER a_{t−1}. With one
logit θ for all steps ∇ log π(a) = a − p, and all 2⁸ trajectories can be listed, so every mean and variance is exact.
"""

from __future__ import annotations

import itertools
import math

import numpy as np

from ppo_engine.advantages import estimate

BASE = np.array([2.0, -1.0, 1.5, 0.5, -2.0, 3.0, 1.0, -0.5])
NOW, LATER = 0.4, 1.0
CREDITS = ("episode_return", "reward_to_go", "baseline", "gae")
STEEP, EDGE = 20.0, 1.1


def cliff(x: float, y: float) -> float:
    """J = exp(−(x−1)²/8 − y²/4) σ(20 (1.1 − x)): a rising ridge, and behind its top a fall to a floor without slope."""
    return math.exp(-((x - 1) ** 2) / 8 - y * y / 4) * _before_the_edge(x)


def cliff_gradient(x: float, y: float) -> tuple[float, float]:
    """∇J, by the derivatives of its logarithm."""
    height, share = cliff(x, y), _before_the_edge(x)
    return height * (-(x - 1) / 4 - STEEP * (1 - share)), -height * y / 2


def _before_the_edge(x: float) -> float:
    return 1 / (1 + math.exp(min(700.0, -STEEP * (EDGE - x))))


def climb(x: float, y: float, learning_rate: float, steps: int) -> np.ndarray:
    """Gradient ascent from (x, y): θ ← θ + α ∇J, ``(steps + 1, 2)``."""
    path = [(x, y)]
    for _ in range(steps):
        slope = cliff_gradient(*path[-1])
        path.append((path[-1][0] + learning_rate * slope[0], path[-1][1] + learning_rate * slope[1]))
    return np.array(path)


def trajectories(p: float) -> tuple[np.ndarray, np.ndarray]:
    """All action sequences ``(256, 8)`` and their probabilities ``(256,)``."""
    actions = np.array(list(itertools.product((0, 1), repeat=len(BASE))))
    return actions, np.prod(np.where(actions == 1, p, 1 - p), axis=1)


def gradient_estimates(p: float, credit: str, gae_lambda: float = 0.95) -> np.ndarray:
    """Σ_t (a_t − p) Ψ_t of every trajectory, ``(256,)``; Ψ as the engine's ``credit`` computes it, V exact, γ = 1."""
    actions, _ = trajectories(p)
    before = np.column_stack([np.zeros(len(actions), int), actions[:, :-1]])
    rewards = (BASE + NOW * actions + LATER * before).T
    steps = len(BASE)
    ahead = np.array([BASE[t:].sum() + NOW * p * (steps - t) + LATER * p * (steps - t - 1) for t in range(steps)])
    values = np.vstack([ahead[:, None] + LATER * before.T, np.zeros(len(actions))])
    dones = np.zeros(rewards.shape, bool)
    dones[-1] = True
    weights, _ = estimate(credit, rewards, values, dones, np.zeros_like(rewards), 1.0, gae_lambda)
    return ((actions - p).T * weights).sum(axis=0)


def true_gradient(p: float) -> float:
    """dJ/dθ = p (1 − p) (8 NOW + 7 LATER)."""
    return p * (1 - p) * (len(BASE) * NOW + (len(BASE) - 1) * LATER)
