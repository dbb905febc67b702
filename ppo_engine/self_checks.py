"""What must hold in every update if the picture is the algorithm: a number for each, and the bound it must keep."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ppo_engine.objectives import TRPO, Objective, Terms


class Check(NamedTuple):
    """A check's name, what it says, its number, and the bound; it holds while |value| ≤ bound."""

    name: str
    says: str
    value: float
    bound: float

    @property
    def holds(self) -> bool:
        """Whether the number keeps its bound; a number that is not one never does."""
        return bool(abs(self.value) <= self.bound)


SAYS = {
    "first_ratio": "The ratio is 1 in the first minibatch: largest |r − 1| before any step.",
    "negative_kl": "KL is never negative: how far below 0 it fell.",
    "advantage_mean": "Normalised advantages have mean 0.",
    "advantage_deviation": "Normalised advantages have deviation 1: distance from it.",
    "clip_above": "The clipped gain never exceeds the unclipped: largest excess over all samples.",
    "first_slope": "At the old policy the objective's gradient is the policy gradient: largest |slope − Â|.",
    "beyond_radius": "TRPO's step stays within δ: the share of δ by which KL exceeds it.",
    "surrogate_fell": "No step that TRPO accepts lowers the surrogate: by how much one did.",
    "autograd": "NumPy equals torch on this very batch: |difference of the gradients| as a share of their length.",
}
BOUNDS = {"first_ratio": 1e-4, "negative_kl": 1e-5, "advantage_mean": 1e-4, "advantage_deviation": 1e-3,
          "clip_above": 1e-5, "first_slope": 1e-6, "beyond_radius": 0.01, "surrogate_fell": 1e-6,
          "autograd": 1e-4}  # fmt: skip
QUANTILES = {"min": 0.0, "low": 0.25, "median": 0.5, "high": 0.75, "max": 1.0}


def measure(objective: Objective, seen: Terms, first: int, kl: float, normalised: bool) -> dict[str, float]:
    """The numbers behind the checks, by name; a check that does not apply to this run is left out.

    ``seen`` are all minibatches' log-ratios and advantages in their order, the ``first`` samples of them one minibatch;
    ``kl`` is the exact KL after the update; ``normalised`` says whether advantages were normalised by minibatch.
    """
    opening = Terms(seen.log_ratio[:first], seen.advantage[:first])
    found = {"negative_kl": min(kl, 0.0)}
    if not objective.trust_region:
        found["first_ratio"] = float(np.abs(np.expm1(opening.log_ratio)).max())
    if normalised and len(opening.advantage) > 1:
        found["advantage_mean"] = float(opening.advantage.mean(dtype=np.float64))
        spread = float(opening.advantage.std(ddof=1, dtype=np.float64))
        # A batch of equal rewards has nothing to normalise: its advantages are all 0, and so they should be.
        found["advantage_deviation"] = spread - 1 if spread > 0.01 else 0.0
    if hasattr(objective, "clip_range"):
        unclipped = np.exp(seen.log_ratio) * seen.advantage
        found["clip_above"] = max(0.0, float((objective.gain(seen) - unclipped).max()))
    at_old = Terms(np.zeros_like(opening.log_ratio), opening.advantage)
    found["first_slope"] = float(np.abs(objective.slope(at_old) - opening.advantage).max())
    if isinstance(objective, TRPO):
        found["beyond_radius"] = max(0.0, kl / objective.max_kl - 1) if kl == kl else kl
        rise = objective.gain(seen).mean(dtype=np.float64) - seen.advantage.mean(dtype=np.float64)
        found["surrogate_fell"] = float(np.minimum(rise, 0.0))
    return found


def checks(found: dict[str, float]) -> list[Check]:
    """The checks behind ``measure``'s numbers, in their fixed order."""
    return [Check(name, says, found[name], BOUNDS[name]) for name, says in SAYS.items() if name in found]


def trajectory_products(log_ratio: np.ndarray, dones: np.ndarray) -> dict[str, float]:
    """log ∏ₜ rₜ of every trajectory piece in a rollout: how importance weights of whole trajectories die or explode.

    ``log_ratio`` and ``dones`` ``(T, N)``. A piece ends with its episode or with the rollout. Returns ``pieces`` (how
    many), ``mean_length`` in steps, the quantiles (min, low, median, high, max: 0, ¼, ½, ¾, 1) of ``log_product`` over
    the pieces and of ``log_step``, log rₜ itself, over the steps, and ``log_step_mean``. Source: the importance weight
    of a trajectory, e.g. Jie and Abbeel 2010; PPO's per-step ratio replaces it.
    """
    steps = log_ratio.astype(np.float64)
    sums = np.cumsum(steps, axis=0)
    ends = dones.copy()
    ends[-1] = True
    at_ends = sums.T[ends.T]
    firsts = np.r_[0, np.cumsum(ends.sum(axis=0))[:-1]]
    products = at_ends.copy()
    products[1:] -= at_ends[:-1]
    products[firsts] = at_ends[firsts]
    found = {"pieces": len(products), "mean_length": log_ratio.size / len(products), "log_step_mean": steps.mean()}
    for name, values in (("log_product", products), ("log_step", steps)):
        quantiles = _quantiles(values)
        found |= {f"{name}_{part}": value for part, value in zip(QUANTILES, quantiles, strict=True)}
    return {name: float(value) for name, value in found.items()}


def _quantiles(values: np.ndarray) -> list[float]:
    """np.quantile at QUANTILES' places, for the many small calls of a run: linear between neighbours in order."""
    ordered = np.sort(values, axis=None)
    places = [share * (len(ordered) - 1) for share in QUANTILES.values()]
    below = [int(place) for place in places]
    above = [min(at + 1, len(ordered) - 1) for at in below]
    parts = zip(ordered[below].tolist(), ordered[above].tolist(), places, below, strict=True)
    return [low + (high - low) * (place - at) if place > at else low for low, high, place, at in parts]
