"""How much of a batch's policy gradient is chance, for every way of assigning credit: measured at the old policy.

The batch is cut into K groups of equal size, each of environments of its own (or of stretches of one, where there are
fewer than eight), since the steps of one trajectory hang together. With gₖ the groups' gradients of mean Â log π and ḡ
their mean, S = Σ|gₖ − ḡ|²/(K−1) estimates the trace of a group's covariance, so S/K is the variance of ḡ, and
E|ḡ|² = |G|² + tr Σ/K says how much of |ḡ|² it is. Advantages are taken as they come, before any normalisation: R(τ),
Gₜ, Gₜ − Vₜ and GAE all estimate one gradient in one unit, so on one rollout their variances compare.
Source: McCandlish et al. 2018, arXiv 1812.06162, appendix A, with groups in place of two batch sizes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ppo_engine.advantages import estimate
from ppo_engine.envs import describe

if TYPE_CHECKING:
    from ppo_engine.trainer import Trainer

CREDITS = ("episode_return", "reward_to_go", "baseline", "gae")
EVERY = 8  # updates: one measurement costs 5 to 12 % of an update, and all of them together must stay below 2 %
FEWEST_GROUPS, MOST_GROUPS = 8, 16


class Noise(NamedTuple):
    """``variance`` is the trace of ḡ's covariance, ``square`` is |ḡ|², of which it is a part."""

    variance: float
    square: float


def groups(steps: int, envs: int) -> list[tuple[slice, slice]]:
    """Stretches (time, environments) of a ``(T, N)`` rollout, all of one size; what does not divide is left out."""
    if envs >= FEWEST_GROUPS:
        width = -(-envs // MOST_GROUPS)
        return [(slice(0, steps), slice(i * width, (i + 1) * width)) for i in range(envs // width)]
    parts = min(steps, -(-FEWEST_GROUPS // envs))
    length = steps // parts
    return [(slice(i * length, (i + 1) * length), slice(e, e + 1)) for e in range(envs) for i in range(parts)]


def spread(sum_of_squares: float, square_of_sum: float, count: int) -> Noise:
    """The noise of a mean of ``count`` vectors from Σ|gₖ|² and |Σ gₖ|²."""
    square = square_of_sum / count**2
    return Noise(max(0.0, sum_of_squares - count * square) / (count - 1) / count, square)


def measure(network: Any, distribution: Any, observations: np.ndarray, actions: np.ndarray,
            advantages: dict[str, np.ndarray]) -> dict[str, Noise]:  # fmt: skip
    """The noise of mean Â ∇log π over a rollout for each named ``(T, N)`` of ``advantages``; empty below two groups.

    ``observations`` ``(T, N, D)`` and ``actions`` ``(T, N, …)``. Draws nothing and moves nothing: only the network's
    own workspaces are used.
    """
    cut = groups(*observations.shape[:2])
    if len(cut) < 2:
        return {}
    sums = {name: np.zeros(network.size) for name in advantages}
    squares = dict.fromkeys(advantages, 0.0)
    for where in cut:
        seen = _flat(observations[where])
        done = _flat(actions[where])
        outputs = network.forward(seen)
        policy = distribution(outputs.policy, outputs.log_std)
        for name, values in advantages.items():
            weight = values[where].reshape(-1) / np.float32(len(seen))
            by_policy, by_log_std = policy.grad_log_prob(done, weight)
            gradient = network.vjp(by_policy, np.zeros(len(seen), np.float32), by_log_std).astype(np.float64)
            sums[name] += gradient
            squares[name] += float(gradient @ gradient)
    return {name: spread(squares[name], float(sums[name] @ sums[name]), len(cut)) for name in advantages}


def measured(trainer: Trainer) -> dict[str, Any]:
    """What the report keeps of the rollout that ``trainer`` has just credited, in every EVERY-th update; else nothing.

    ``gradient_noise``: ``credit`` the run's own, ``samples`` how many steps, ``by_credit`` name → (variance, |ḡ|²), all
    on the same rollout. Images are measured with the run's own credit alone, since their networks are dear.
    """
    config, arrays = trainer.config, trainer.rollout
    if trainer.updates % EVERY:
        return {}
    own = trainer.objective.credit or config.credit
    image = describe(config.env_id).image
    advantages = {name: estimate(name, **trainer.credited)[0] for name in ((own,) if image else CREDITS)}
    found = measure(
        trainer.network, trainer.learner.distribution, arrays["observations"], arrays["actions"], advantages
    )
    if not found:
        return {}
    by_credit = {name: list(noise) for name, noise in found.items()}
    return {"gradient_noise": {"credit": own, "samples": config.batch, "by_credit": by_credit}}


def _flat(rows: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(rows).reshape(-1, *rows.shape[2:])
