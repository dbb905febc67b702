"""The KL penalty on a policy small enough to draw: where β lets it go, and the rule that adapts β, batch after batch.

One state, three actions. With fixed advantages Â the surrogate Σ π_old r Â is Σ π Â, and the policy that maximises
Σ π Â − β KL(π_old ‖ π) has a closed form: setting the derivative by π(a) to the multiplier ν of Σ π = 1 gives
π(a) = β π_old(a) / (ν − Â(a)), with the one ν > max Â at which the probabilities sum to 1.
Source of the objective and the rule: Schulman et al. 2017, arXiv 1707.06347, section 4.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ppo_engine.objectives import PPOKLAdaptive

# Two batches of the same policy: the advantages of the second are thirty times those of the first.
OLD = np.array([0.25, 0.5, 0.25])
TASTE = np.array([1.0, -0.4, -0.2])
SCALES = {"small": 0.1, "large": 3.0}
# The batches that the rule meets, unless something disturbs them.
USUAL = 0.2


class Update(NamedTuple):
    """What one update did: the ``kl_coef`` it used, the ``kl`` it reached, and what the rule decided from it."""

    kl_coef: float
    kl: float
    decision: str


def penalised(old: np.ndarray, advantages: np.ndarray, kl_coef: float) -> np.ndarray:
    """The policy ``(A,)`` that maximises Σ π Â − β KL(π_old ‖ π); β > 0, every π_old(a) > 0.

    Σ β π_old/(ν − Â) falls from ∞ to 0 as ν rises from max Â, so bisection finds ν; it lies in (max Â, max Â + β].
    """
    below = advantages.max() - advantages
    low, high = 0.0, kl_coef
    for _ in range(200):
        middle = 0.5 * (low + high)
        if (kl_coef * old / (below + middle)).sum() > 1:
            low = middle
        else:
            high = middle
    found = kl_coef * old / (below + high)
    return found / found.sum()


def kl(old: np.ndarray, new: np.ndarray) -> float:
    """KL(π_old ‖ π_new) in nats."""
    return float(old @ np.log(old / new))


def controlled(scales: np.ndarray, kl_coef: float, d_targ: float, adaptive: bool = True) -> list[Update]:
    """One update for each batch scale: the policy goes where β lets it, then the engine's own rule sets the next β.

    Each update starts from ``OLD``, so that only β and the batch's scale decide how far it goes.
    """
    objective, updates = PPOKLAdaptive(kl_coef=kl_coef, d_targ=d_targ), []
    for scale in scales:
        reached = kl(OLD, penalised(OLD, scale * TASTE, objective.kl_coef))
        updates.append(Update(objective.kl_coef, reached, objective.decision(reached) if adaptive else "hold"))
        if adaptive:
            objective = objective.after_update(reached)
    return updates
