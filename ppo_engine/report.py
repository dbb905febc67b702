"""What one policy update says of itself: the numbers by name, the ratio histogram, a sample, the ended episodes."""

from __future__ import annotations

import dataclasses
from typing import Any, NamedTuple

import numpy as np


class Episode(NamedTuple):
    """One ended episode. ``step`` is its last step's index in the rollout of ``update``, in environment ``env``;
    ``timesteps`` counts the steps of all environments until then; ``ret`` is the undiscounted return."""

    update: int
    step: int
    env: int
    timesteps: int
    ret: float
    length: int


@dataclasses.dataclass(frozen=True)
class Report:
    """One policy update, each quantity computed once, where it arises. KLs and the entropy are in nats.

    Over all minibatches of all epochs: ``policy_gradient_loss`` (−mean gain), ``value_loss`` (mean squared error),
    ``clip_fraction`` (share with |r − 1| > ε), split into ``killed_fraction`` (slope 0) and
    ``active_outside_fraction`` (outside, still pushing), ``grad_norm`` (mean, before clipping); ``approx_kl`` over the
    last epoch (mean (r−1) − log r, http://joschu.net/blog/kl-approx.html). On the whole batch after the update:
    ``kl`` (exact KL(old ‖ new)), ``entropy``, ``ratio_max``, ``ess`` ((Σr)²/(B Σr²)), ``histogram``, ``sample``.
    ``explained_variance`` is of the critic before the update; ``ep_rew_mean`` and ``ep_len_mean`` are over the last
    100 episodes (NaN before the first ends); ``fps`` is environment steps per second of this update.
    ``histogram`` int32 ``(2, BINS + 2)``: row 0 Â > 0, row 1 Â ≤ 0, on log r, with underflow and overflow at the ends.
    ``sample`` float32 ``(S, 3)``: log r, Â as the objective saw it, slope. ``detail`` is JSON-able: the self-checks'
    numbers, trajectory products, and what only one method knows (TRPO: residuals, improvements, line search).
    """

    update: int
    timesteps: int
    ep_rew_mean: float
    ep_len_mean: float
    policy_gradient_loss: float
    value_loss: float
    entropy: float
    kl: float
    approx_kl: float
    clip_fraction: float
    killed_fraction: float
    active_outside_fraction: float
    ratio_max: float
    ess: float
    explained_variance: float
    grad_norm: float
    learning_rate: float
    clip_range: float
    kl_coef: float
    fps: float
    histogram: np.ndarray
    sample: np.ndarray
    episodes: tuple[Episode, ...] = ()
    detail: dict[str, Any] = dataclasses.field(default_factory=dict)

    def scalars(self) -> dict[str, float]:
        """The pinned report keys and their numbers, in their order."""
        return {key: getattr(self, key) for key in REPORT_KEYS}


REPORT_KEYS: tuple[str, ...] = tuple(
    field.name for field in dataclasses.fields(Report) if field.type in ("int", "float")
)


class Diverged(Exception):
    """NaN or infinity was caught before it reached the parameters; ``report`` holds the guilty update's numbers."""

    def __init__(self, update: int, reason: str, report: Report):
        super().__init__(f"diverged at update {update}: {reason}")
        self.update, self.reason, self.report = update, reason, report
