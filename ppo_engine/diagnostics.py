"""What the log-ratios of an update tell: KL estimators, clip accounting, effective sample size, histograms."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ppo_engine.objectives import Objective, Terms

HISTOGRAM_BINS = 60
HISTOGRAM_RANGE = 1.5
HISTOGRAM_EDGES = np.linspace(-HISTOGRAM_RANGE, HISTOGRAM_RANGE, HISTOGRAM_BINS + 1)
SAMPLE_SIZE = 256


class ClipAccount(NamedTuple):
    """Shares of samples: outside the band, of them killed (slope 0), of them still pushing."""

    clip_fraction: float
    killed_fraction: float
    active_outside_fraction: float


def approx_kl(log_ratio: np.ndarray) -> float:
    """mean (r − 1) − log r ≥ 0, an unbiased estimate of KL(old ‖ new) in nats from samples of the old policy.

    Source: Schulman 2020, http://joschu.net/blog/kl-approx.html, k3.
    """
    log_ratio = log_ratio.astype(np.float64)
    return float(np.mean(np.expm1(log_ratio) - log_ratio))


def clip_account(objective: Objective, terms: Terms, clip_range: float) -> ClipAccount:
    """Who left the band |r − 1| ≤ ε, split by whether the objective still lets the sample push.

    ``terms`` of any shape. The usual clip fraction lumps killed samples with those that are outside and pushing back.
    """
    outside = np.abs(np.expm1(terms.log_ratio)) > clip_range
    killed = outside & (objective.slope(terms) == 0)
    share, dead = float(outside.mean()), float(killed.mean())
    return ClipAccount(share, dead, share - dead)


def effective_sample_size(log_ratio: np.ndarray) -> float:
    """(Σr)² / (B Σr²), between 1/B and 1: the share of the batch that the weights leave. Source: Kish 1965."""
    ratio = np.exp(log_ratio.astype(np.float64) - np.max(log_ratio))
    return float(ratio.sum() ** 2 / (len(ratio) * np.square(ratio).sum()))


def explained_variance(values: np.ndarray, returns: np.ndarray) -> float:
    """1 − Var(R − V)/Var(R): 1 for a perfect critic, 0 for a constant, negative for worse; NaN if R is constant."""
    spread = float(np.var(returns, dtype=np.float64))
    return 1 - float(np.var(returns - values, dtype=np.float64)) / spread if spread > 0 else float("nan")


def ratio_histogram(log_ratio: np.ndarray, advantage: np.ndarray) -> np.ndarray:
    """Counts int32 ``(2, BINS + 2)`` of log r ``(B,)``: row 0 Â > 0, row 1 Â ≤ 0; ends are under- and overflow.

    A log-ratio that is not a number counts as overflow.
    """
    width = 2 * HISTOGRAM_RANGE / HISTOGRAM_BINS
    bounded = np.clip(np.nan_to_num(log_ratio, nan=np.inf), -2 * HISTOGRAM_RANGE, 2 * HISTOGRAM_RANGE)
    place = np.clip(np.floor((bounded + HISTOGRAM_RANGE) / width) + 1, 0, HISTOGRAM_BINS + 1).astype(np.int64)
    place += (advantage <= 0) * (HISTOGRAM_BINS + 2)
    return np.bincount(place, minlength=2 * (HISTOGRAM_BINS + 2)).reshape(2, -1).astype(np.int32)


def ratio_sample(objective: Objective, terms: Terms) -> np.ndarray:
    """At most 256 evenly spaced samples of the batch as float32 ``(S, 3)``: log r, Â, slope."""
    picked = np.linspace(0, len(terms.log_ratio) - 1, min(SAMPLE_SIZE, len(terms.log_ratio))).astype(np.int64)
    few = Terms(terms.log_ratio[picked], terms.advantage[picked])
    return np.stack([few.log_ratio, few.advantage, objective.slope(few)], axis=1).astype(np.float32)
