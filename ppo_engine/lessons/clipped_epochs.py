"""Why clipped does not mean bounded: epochs of plain gradient ascent on one batch, with parameters that samples share.

A policy with a linear softmax head, three actions and three features, begins uniform; every sample's action was drawn
from it and has an advantage. Each epoch moves all parameters along the mean gradient of the objective, slope · ∇ log π,
computed by the engine's own objective and distribution. A killed sample pushes no more, yet its ratio goes on moving,
because the others still push the parameters that it shares with them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ppo_engine.distributions import Categorical
from ppo_engine.objectives import Objective, Terms

ACTIONS = 3


class SmallBatch(NamedTuple):
    """``features`` ``(B, 3)``, a constant first; ``actions`` ``(B,)``; ``advantages`` ``(B,)``, normalised."""

    features: np.ndarray
    actions: np.ndarray
    advantages: np.ndarray


def small_batch(count: int = 96, seed: int = 4) -> SmallBatch:
    """A batch whose advantages depend on state and action, with noise, as a real one's do."""
    rng = np.random.default_rng(seed)
    features = np.column_stack([np.ones(count), rng.standard_normal((count, 2))])
    actions = rng.integers(0, ACTIONS, count)
    taste = rng.standard_normal((3, ACTIONS))
    raw = (features @ taste)[np.arange(count), actions] + 1.2 * rng.standard_normal(count)
    return SmallBatch(features.round(4), actions, ((raw - raw.mean()) / raw.std()).round(4))


def log_ratios(batch: SmallBatch, objective: Objective, learning_rate: float, epochs: int) -> np.ndarray:
    """log r of every sample before the first epoch and after each, ``(epochs + 1, B)``."""
    weights = np.zeros((batch.features.shape[1], ACTIONS))
    old = Categorical(batch.features @ weights).log_prob(batch.actions)
    found = [np.zeros(len(batch.actions))]
    for _ in range(epochs):
        policy = Categorical(batch.features @ weights)
        slope = objective.slope(Terms(policy.log_prob(batch.actions) - old, batch.advantages))
        by_logits, _ = policy.grad_log_prob(batch.actions, slope / len(slope))
        weights = weights + learning_rate * batch.features.T @ by_logits
        found.append(Categorical(batch.features @ weights).log_prob(batch.actions) - old)
    return np.array(found)
