"""What the seeds of one setting say together: a centre, an interval where there are enough of them, and the words.

The rules: every seed counts. Fewer than 5 seeds: their mean, no interval, and the words "3 seeds, too few for a
claim". From 5 to 9: the mean and its t interval. From 10: the interquartile mean and its percentile bootstrap interval,
resampled within each environment where several are pooled (Agarwal et al. 2021, arXiv 2108.13264). The bootstrap's
generator is fixed, so the same values give the same digits everywhere.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

FOR_AN_INTERVAL, FOR_BOOTSTRAP = 5, 10
LEVEL, TRIM = 0.95, 0.25
RESAMPLES, RESAMPLES_OF_A_CURVE = 9999, 1999
GENERATOR_SEED = 20_170_707


class Summary(NamedTuple):
    """``n`` seeds (of the environment that has fewest), their centre and its 95 % interval (None: too few seeds).

    ``kind`` says what the centre is: ``mean``, or from 10 seeds ``interquartile mean``; ``mean``, ``iqm`` and ``sd``
    (of single seeds around their environment's mean) are there for any number of seeds, NaN where they mean nothing.
    """

    n: int
    centre: float
    low: float | None
    high: float | None
    kind: str
    mean: float
    iqm: float
    sd: float
    words: str


class Share(NamedTuple):
    """``k`` of ``n`` seeds with the 95 % Wilson interval of the share (None: too few seeds), and the words."""

    k: int
    n: int
    low: float | None
    high: float | None
    words: str


class Band(NamedTuple):
    """A centre for each point of a curve, with its interval (None: too few seeds); NaN where a seed has no value."""

    centre: np.ndarray
    low: np.ndarray | None
    high: np.ndarray | None


def interquartile_mean(values: Any, axis: int = -1) -> Any:
    """The mean of the middle half: the lowest and the highest ⌊n/4⌋ values are left out."""
    return stats.trim_mean(values, TRIM, axis=axis)


def summarise(*environments: Sequence[float]) -> Summary:
    """The values of some seeds by the rules above; one sequence for each environment that is pooled.

    Raises ValueError for a value that is not finite: a run that diverged counts with the last return it had.
    """
    return _summary(tuple(tuple(map(float, values)) for values in environments))


@functools.lru_cache(maxsize=4096)
def _summary(environments: tuple[tuple[float, ...], ...]) -> Summary:
    samples = [_finite(values) for values in environments]
    pooled = np.concatenate(samples) if samples else np.empty(0)
    n = min((len(sample) for sample in samples), default=0)
    if n == 0:
        nan = float("nan")
        return Summary(0, nan, None, None, "mean", nan, nan, nan, "no seed yet")
    mean, iqm, sd = float(pooled.mean()), float(interquartile_mean(pooled)), _deviation(samples)
    if n < FOR_AN_INTERVAL:
        return Summary(n, mean, None, None, "mean", mean, iqm, sd, too_few(n))
    if n < FOR_BOOTSTRAP:
        low, high = _t_interval(samples)
        return Summary(n, mean, low, high, "mean", mean, iqm, sd, _words("mean", mean, "t", low, high, n))
    low, high = bootstrap_interval(_pooled_iqm, samples)
    kind = "interquartile mean"
    return Summary(n, iqm, low, high, kind, mean, iqm, sd, _words(kind, iqm, "bootstrap", low, high, n))


def summarise_curve(curves: Any) -> Band:
    """The same rules at every point of ``curves`` (seeds, points)."""
    curves = np.asarray(curves, dtype=float)
    n = len(curves)
    if n < FOR_BOOTSTRAP:
        centre = curves.mean(axis=0)
        if n < FOR_AN_INTERVAL:
            return Band(centre, None, None)
        half = stats.t.ppf(0.5 + LEVEL / 2, n - 1) * curves.std(axis=0, ddof=1) / np.sqrt(n)
        return Band(centre, centre - half, centre + half)
    centre = np.full(curves.shape[1], np.nan)
    low, high = centre.copy(), centre.copy()
    whole = np.isfinite(curves).all(axis=0)
    if whole.any():
        centre[whole] = interquartile_mean(curves[:, whole], axis=0)
        low[whole], high[whole] = bootstrap_interval(
            interquartile_mean, [curves[:, whole].T], n_resamples=RESAMPLES_OF_A_CURVE, batch=100
        )
    return Band(centre, low, high)


def share(k: int, n: int) -> Share:
    """How many of ``n`` seeds it happened to: with the Wilson score interval from 5 seeds on."""
    if not 0 <= k <= n:
        raise ValueError(f"{k} of {n} is no share.")
    if n < FOR_AN_INTERVAL:
        return Share(k, n, None, None, f"{k} of {n}: {too_few(n)}" if n else "no seed yet")
    ends = stats.binomtest(k, n).proportion_ci(LEVEL, method="wilson")
    low, high = float(ends.low), float(ends.high)
    return Share(k, n, low, high, f"{k} of {n}, 95 % interval {100 * low:.0f} to {100 * high:.0f} %")


def too_few(n: int) -> str:
    """The words for fewer than 5 seeds."""
    return f"{n} {'seed' if n == 1 else 'seeds'}, too few for a claim"


def number(value: float, digits: int = 1) -> str:
    """A return in words: so many decimals, a true minus sign, no minus before zero."""
    text = f"{value:.{digits}f}"
    return (text if float(text) else text.lstrip("-")).replace("-", "−")


def bootstrap_interval(statistic: Any, samples: Sequence[Any], **options: Any) -> tuple[Any, Any]:
    """The percentile bootstrap's 95 % interval of ``statistic(*samples, axis)``, each sample resampled by itself."""
    options = {"n_resamples": RESAMPLES, "batch": 1000, **options}
    ends = stats.bootstrap(
        samples, statistic, confidence_level=LEVEL, method="percentile", vectorized=True, axis=-1,
        rng=np.random.default_rng(GENERATOR_SEED), **options,
    ).confidence_interval  # fmt: skip
    return (ends.low, ends.high) if np.ndim(ends.low) else (float(ends.low), float(ends.high))


def _finite(values: Sequence[float]) -> np.ndarray:
    found = np.asarray(values, dtype=float)
    if not np.isfinite(found).all():
        raise ValueError("Only finite values can be summarised; a diverged run counts with the last return it had.")
    return found


def _pooled_iqm(*samples: np.ndarray, axis: int) -> Any:
    return interquartile_mean(np.concatenate(samples, axis=axis), axis=axis)


def _deviation(samples: list[np.ndarray]) -> float:
    free = sum(len(sample) - 1 for sample in samples)
    return float(np.sqrt(sum(((s - s.mean()) ** 2).sum() for s in samples) / free)) if free else float("nan")


def _t_interval(samples: list[np.ndarray]) -> tuple[float, float]:
    """Student's interval of the pooled mean; over several environments with Welch and Satterthwaite's degrees."""
    total = sum(len(sample) for sample in samples)
    parts = [len(sample) / total**2 * float(sample.var(ddof=1)) for sample in samples]
    mean, variance = float(np.concatenate(samples).mean()), sum(parts)
    if variance == 0:
        return mean, mean
    degrees = variance**2 / sum(part**2 / (len(sample) - 1) for part, sample in zip(parts, samples, strict=True))
    half = float(stats.t.ppf(0.5 + LEVEL / 2, degrees)) * variance**0.5
    return mean - half, mean + half


def _words(kind: str, centre: float, method: str, low: float, high: float, n: int) -> str:
    return f"{kind} {number(centre)}, 95 % {method} interval {number(low)} to {number(high)}, {n} seeds"
