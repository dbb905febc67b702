"""Importance sampling on one number: the mean of a piecewise f under p = N(4, 2²), from samples of another normal q.

Notation: f is the function whose mean is wanted, p the density it is wanted under, q the density that samples come
from, w = p/q the weight of a sample. q may be cut: nothing below ``cut`` is ever drawn, and it is scaled up to
integrate to 1 above. Source: "Understanding Proximal Policy Optimization Part 2", whose example this is; Owen 2013,
Monte Carlo theory, methods and examples, chapter 9.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

KNOTS = (0.0, 2.0, 4.0, 8.0)
SIMPSON = 96


class Normal(NamedTuple):
    """N(mean, std²), with nothing below ``cut``."""

    mean: float
    std: float
    cut: float = -math.inf

    @property
    def kept(self) -> float:
        """The share of the uncut normal that lies above the cut."""
        return 1 - normal_cdf((self.cut - self.mean) / self.std)


P = Normal(4.0, 2.0)
ARTICLE_Q = Normal(6.0, 2.0)


def piecewise(x: np.ndarray) -> np.ndarray:
    """f: 0 up to 0, 2 up to 2, x up to 4, 8 − x up to 8, 0 beyond; the shape of ``x``."""
    x = np.asarray(x, float)
    return np.where((x > 0) & (x <= 2), 2.0, np.where((x > 2) & (x <= 8), 4 - np.abs(x - 4), 0.0))


def normal_cdf(z: float) -> float:
    """Φ(z), the share of a standard normal below z."""
    return 0.5 * math.erfc(-z / math.sqrt(2))


def density(x: np.ndarray, normal: Normal) -> np.ndarray:
    """The density of a normal, cut or not, at ``x``."""
    x = np.asarray(x, float)
    z = (x - normal.mean) / normal.std
    whole = np.exp(-0.5 * z * z) / (normal.std * math.sqrt(2 * math.pi))
    return np.where(x >= normal.cut, whole / normal.kept, 0.0)


def exact_mean(p: Normal = P) -> float:
    """E_p[f] in closed form, for an uncut p: 2 P(0..2) + E[x; 2..4] + E[8 − x; 4..8].

    On an interval, E[x] = μ (Φ(b) − Φ(a)) − σ (φ(b) − φ(a)) with a and b its standardised ends.
    """

    def share(low: float, high: float) -> float:
        return normal_cdf((high - p.mean) / p.std) - normal_cdf((low - p.mean) / p.std)

    def first(low: float, high: float) -> float:
        slope = density(np.array([high, low]), p)
        return p.mean * share(low, high) - p.std**2 * float(slope[0] - slope[1])

    return 2 * share(0, 2) + first(2, 4) + 8 * share(4, 8) - first(4, 8)


def _integral(values: np.ndarray, low: float, high: float) -> float:
    """Simpson's rule on equally spaced ``values`` (an odd number of them) from ``low`` to ``high``."""
    weights = np.ones(len(values))
    weights[1:-1:2], weights[2:-1:2] = 4, 2
    return float(weights @ values) * (high - low) / (3 * (len(values) - 1))


def weighted_moment(q: Normal, power: int, p: Normal = P) -> float:
    """E_q[(f w)^power], by Simpson's rule on each piece of f that q reaches; power 1 is the mean the estimator has.

    For power 1 this is E_p[f] where q covers f's support, and less where the cut takes some of it away.
    """
    total = 0.0
    for low, high in zip(KNOTS[:-1], KNOTS[1:], strict=True):
        low = max(low, q.cut)
        if low >= high:
            continue
        x = np.linspace(low, high, SIMPSON + 1)
        f = np.array([2.0] * len(x)) if high == 2 else x if high == 4 else 8 - x
        log_p = -0.5 * ((x - p.mean) / p.std) ** 2 - math.log(p.std)
        log_q = -0.5 * ((x - q.mean) / q.std) ** 2 - math.log(q.std * q.kept)
        with np.errstate(over="ignore"):
            values = f**power * np.exp(power * log_p - (power - 1) * log_q) / math.sqrt(2 * math.pi)
        total += _integral(values, low, high)
    return total


def standard_error(q: Normal, n: int, p: Normal = P) -> float:
    """The deviation of the mean of n weighted samples from q: √((E_q[(f w)²] − E_q[f w]²) / n)."""
    return math.sqrt(max(weighted_moment(q, 2, p) - weighted_moment(q, 1, p) ** 2, 0.0) / n)


def plain_standard_error(n: int, p: Normal = P) -> float:
    """The deviation of the mean of n samples of f drawn from p itself."""
    return standard_error(p, n, p)


def effective_share(q: Normal, p: Normal = P) -> float:
    """E_q[w]² / E_q[w²]: how many equally weighted samples one weighted sample is worth.

    With precisions, p²/q is a normal of precision κ = 2/σ_p² − 1/σ_q² times a constant; κ ≤ 0 means that the weights
    have no finite second moment, and the share is 0. Source: Kish 1965.
    """
    precision = 2 / p.std**2 - 1 / q.std**2
    if precision <= 0:
        return 0.0
    middle = (2 * p.mean / p.std**2 - q.mean / q.std**2) / precision
    exponent = -(p.mean**2) / p.std**2 + 0.5 * q.mean**2 / q.std**2 + 0.5 * precision * middle**2
    above = 1 - normal_cdf((q.cut - middle) * math.sqrt(precision))
    second = q.kept * q.std / p.std**2 * math.exp(exponent) / math.sqrt(precision) * above
    first = 1 - normal_cdf((q.cut - p.mean) / p.std)
    return first**2 / second if second else 0.0


def estimates(z: np.ndarray, n: int, q: Normal, p: Normal = P) -> np.ndarray:
    """Means of f w over n samples each, for samples q.mean + q.std z; those below the cut are drawn again.

    ``z`` is a flat stream of standard normals, read in order; returns as many estimates as it suffices for.
    """
    x = q.mean + q.std * np.asarray(z, float)
    x = x[x >= q.cut]
    x = x[: len(x) // n * n]
    with np.errstate(over="ignore"):
        weighted = piecewise(x) * density(x, p) / density(x, q)
    return weighted.reshape(-1, n).mean(axis=1)


def article_run(n: int = 1000, repetitions: int = 1000) -> tuple[np.ndarray, np.ndarray]:
    """The article's experiment number by number: its generator, its seed, its order of draws and its 1e-7 beside q.

    Returns the estimates from q and those from p itself, ``(repetitions,)`` each.
    """
    generator = np.random.RandomState(0)  # noqa: NPY002 (the article's own generator, or its numbers differ)
    weighted, plain = np.empty(repetitions), np.empty(repetitions)
    for at in range(repetitions):
        x = generator.normal(ARTICLE_Q.mean, ARTICLE_Q.std, n)
        weighted[at] = (piecewise(x) * density(x, P) / (density(x, ARTICLE_Q) + 1e-7)).mean()
        plain[at] = piecewise(generator.normal(P.mean, P.std, n)).mean()
    return weighted, plain
