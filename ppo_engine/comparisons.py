"""Two settings over their seeds: the difference with its interval, p values, and the probability of improvement."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from ppo_engine.statistics import (
    FOR_AN_INTERVAL,
    FOR_BOOTSTRAP,
    LEVEL,
    bootstrap_interval,
    interquartile_mean,
    summarise,
    too_few,
)


class Comparison(NamedTuple):
    """First against second: the difference of their centres, its interval (None: too few), and Welch's p value.

    With ``paired`` seeds the interval is of the mean (or interquartile mean) of the paired differences instead, and
    the p value that of the paired t test.
    """

    difference: float
    low: float | None
    high: float | None
    p_value: float
    paired: bool


class Improvement(NamedTuple):
    """The probability that a seed of the first does better than one of the second, its interval, and the words."""

    probability: float
    low: float | None
    high: float | None
    words: str


def compare(first: Sequence[float], second: Sequence[float], paired: bool = False) -> Comparison:
    """Two settings: from 5 seeds Welch's (or the paired) t interval of the difference, from 10 the bootstrap's.

    Raises ValueError for paired samples of different sizes, in which the i-th values do not belong together.
    """
    one, two = summarise(first), summarise(second)
    a, b = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if paired and len(a) != len(b):
        raise ValueError(f"{len(a)} and {len(b)} seeds cannot be paired.")
    n, chance = min(one.n, two.n), p_value(a, b, paired)
    if paired:
        own = summarise(a - b)
        return Comparison(own.centre, own.low, own.high, chance, True)
    if n < FOR_BOOTSTRAP:
        difference = one.mean - two.mean
        low, high = _welch_interval(a, b) if n >= FOR_AN_INTERVAL else (None, None)
        return Comparison(difference, low, high, chance, False)
    low, high = bootstrap_interval(_difference_of_iqms, [a, b])
    return Comparison(one.iqm - two.iqm, low, high, chance, False)


def probability_of_improvement(first: Sequence[float], second: Sequence[float], paired: bool = False) -> Improvement:
    """P(X > Y) + P(X = Y)/2 for X, Y of the two settings.

    Unpaired it is Mann and Whitney's U/(n m), with a bootstrap interval from 10 seeds each; paired, the share of pairs
    in which the first does better (a tie counts half), with Wilson's interval from 5 pairs on.
    """
    a, b = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    n = min(len(a), len(b))
    if n == 0:
        return Improvement(float("nan"), None, None, "no seed yet")
    if paired and len(a) != len(b):
        raise ValueError(f"{len(a)} and {len(b)} seeds cannot be paired.")
    low = high = None
    if paired:
        found = float(np.mean((a > b) + 0.5 * (a == b)))
        if n >= FOR_AN_INTERVAL:
            low, high = _wilson(found, n)
    else:
        found = float(stats.mannwhitneyu(a, b).statistic / (len(a) * len(b)))
        if n >= FOR_BOOTSTRAP:
            low, high = bootstrap_interval(_share_of_wins, [a, b], n_resamples=1999, batch=100)
    return Improvement(found, low, high, _improvement_words(found, low, high, n))


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's adjusted p values, in the order given: what each has to be below when several are looked at."""
    order, adjusted, worst = np.argsort(p_values), [1.0] * len(p_values), 0.0
    for rank, index in enumerate(order):
        worst = max(worst, min(1.0, (len(p_values) - rank) * float(p_values[index])))
        adjusted[index] = worst
    return adjusted


def p_value(a: np.ndarray, b: np.ndarray, paired: bool = False) -> float:
    """Welch's two-sided p value, or the paired t test's; 1 where fewer than two seeds say nothing."""
    if min(len(a), len(b)) < 2:
        return 1.0
    spread = np.ptp(a - b) if paired else max(np.ptp(a), np.ptp(b))
    if spread == 0:
        return 1.0 if a.mean() == b.mean() else 0.0
    found = stats.ttest_rel(a, b) if paired else stats.ttest_ind(a, b, equal_var=False)
    return float(found.pvalue)


def _welch_interval(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    if max(np.ptp(a), np.ptp(b)) == 0:
        return float(a[0] - b[0]), float(a[0] - b[0])
    ends = stats.ttest_ind(a, b, equal_var=False).confidence_interval(LEVEL)
    return float(ends.low), float(ends.high)


def _difference_of_iqms(a: np.ndarray, b: np.ndarray, axis: int) -> Any:
    return interquartile_mean(a, axis=axis) - interquartile_mean(b, axis=axis)


def _share_of_wins(a: np.ndarray, b: np.ndarray, axis: int) -> Any:
    pairs = np.sign(a[..., :, None] - b[..., None, :])
    return 0.5 + 0.5 * pairs.mean(axis=(-2, -1))


def _wilson(found: float, n: int) -> tuple[float, float]:
    z = float(stats.norm.ppf(0.5 + LEVEL / 2))
    middle, half = found + z * z / (2 * n), z * math.sqrt(found * (1 - found) / n + z * z / (4 * n * n))
    return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)


def _improvement_words(found: float, low: float | None, high: float | None, n: int) -> str:
    text = f"{100 * found:.0f} %"
    if n < FOR_AN_INTERVAL:
        return f"{text}: {too_few(n)}"
    if low is None or high is None:
        return f"{text}, {n} seeds"
    return f"{text}, 95 % interval {100 * low:.0f} to {100 * high:.0f} %, {n} seeds"
