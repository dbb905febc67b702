"""The importance-sampling lesson against SciPy's integration, repetition, and the article's own code."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from ppo_engine.lessons.best_proposal import best_normal
from ppo_engine.lessons.importance import (
    ARTICLE_Q,
    Normal,
    P,
    article_run,
    density,
    effective_share,
    estimates,
    exact_mean,
    piecewise,
    plain_standard_error,
    standard_error,
    weighted_moment,
)  # fmt: skip

PROPOSALS = [
    ARTICLE_Q, Normal(4, 2), Normal(3.85, 1.48), Normal(2, 3), Normal(6, 2, 3.0), Normal(5, 1.6, -1.0), Normal(8, 1),
]  # fmt: skip


def integral(function, low=-40.0, high=40.0):
    value, _ = quad(function, low, high, points=[p for p in (0, 2, 4, 8) if low < p < high], limit=400, epsabs=1e-12)
    return value


def pdf(q: Normal, x: float) -> float:
    return norm.pdf(x, q.mean, q.std) / norm.sf(q.cut, q.mean, q.std) if x >= q.cut else 0.0


def f(x: float) -> float:
    """The article's own function, as its code has it."""
    if 0 <= x <= 2:
        return 2
    if 2 <= x <= 8:
        return 4 - abs(x - 4)
    return 0


def test_f_is_the_articles():
    x = np.linspace(-2, 10, 241)
    same = [f(v) for v in x]
    same[40] = 0  # at 0 itself the article's text and its code differ
    np.testing.assert_allclose(piecewise(x), same)


def test_the_exact_mean_is_that_of_an_independent_integration():
    assert exact_mean() == pytest.approx(integral(lambda x: f(x) * norm.pdf(x, 4, 2)), abs=1e-9)
    assert exact_mean(Normal(1.3, 0.7)) == pytest.approx(integral(lambda x: f(x) * norm.pdf(x, 1.3, 0.7)), abs=1e-9)


@pytest.mark.parametrize("q", PROPOSALS)
def test_moments_and_spread_are_those_of_an_independent_integration(q):
    low = max(0.0, q.cut)
    first = integral(lambda x: f(x) * norm.pdf(x, 4, 2), low, 8)
    second = integral(lambda x: (f(x) * norm.pdf(x, 4, 2)) ** 2 / pdf(q, x), low, 8)
    assert weighted_moment(q, 1) == pytest.approx(first, abs=1e-6)
    assert weighted_moment(q, 2) == pytest.approx(second, rel=1e-5)
    assert standard_error(q, 1000) == pytest.approx(math.sqrt((second - first**2) / 1000), rel=1e-5)
    x = np.linspace(-3, 11, 29)
    np.testing.assert_allclose(density(x, q), [pdf(q, v) for v in x], rtol=1e-9)


@pytest.mark.parametrize("q", PROPOSALS)
def test_effective_share_is_that_of_an_independent_integration(q):
    if q.std**2 <= P.std**2 / 2:
        assert effective_share(q) == 0, "the weights have no finite second moment"
        return
    low = max(q.cut, -40)
    first = quad(lambda x: norm.pdf(x, 4, 2), low, 60, limit=400)[0]
    second = quad(lambda x: norm.pdf(x, 4, 2) ** 2 / pdf(q, x), max(low, -30), 35, limit=400)[0]
    assert effective_share(q) == pytest.approx(first**2 / second, rel=1e-5)


def test_the_articles_numbers_come_out_and_its_spread_is_the_computed_one():
    weighted, plain = article_run()
    assert len(weighted) == len(plain) == 1000
    for found, error in ((weighted, standard_error(ARTICLE_Q, 1000)), (plain, plain_standard_error(1000))):
        assert abs(found.mean() - exact_mean()) < 4 * error / math.sqrt(1000)
        # A deviation estimated from n repetitions has a relative error of about 1/√(2n).
        assert found.std(ddof=1) == pytest.approx(error, rel=4 / math.sqrt(2000))
    np.random.seed(0)  # noqa: NPY002 (the article's own lines)
    x = np.random.normal(loc=6, scale=2, size=1000)  # noqa: NPY002
    weights = norm.pdf(x, 4, 2) / (norm.pdf(x, 6, 2) + 1e-7)
    assert weighted[0] == pytest.approx(np.mean([f(v) for v in x] * weights), rel=1e-12)
    x = np.random.normal(loc=4, scale=2, size=1000)  # noqa: NPY002
    assert plain[0] == pytest.approx(np.mean([f(v) for v in x]), rel=1e-12)


def test_higher_variance_here_lower_for_a_better_q():
    """Demonstrated twice: by integration, and by a thousand repetitions of either kind."""
    best, here = best_normal(), plain_standard_error(1000)
    assert standard_error(ARTICLE_Q, 1000) > 3 * here
    assert standard_error(best, 1000) < here / 2
    z = np.random.default_rng(5).standard_normal(1_000_000)
    spread = {q: estimates(z, 1000, q).std(ddof=1) for q in (ARTICLE_Q, best)}
    plain = piecewise(4 + 2 * z).reshape(-1, 1000).mean(axis=1).std(ddof=1)
    assert spread[best] < 0.6 * plain < 0.6 * spread[ARTICLE_Q]
    for q, found in spread.items():
        assert found == pytest.approx(standard_error(q, 1000), rel=4 / math.sqrt(2000))


def test_no_normal_nearby_beats_the_best_one():
    best = best_normal()
    least = standard_error(best, 1000)
    for mean, std in ((0.02, 0), (-0.02, 0), (0, 0.02), (0, -0.02)):
        assert standard_error(Normal(best.mean + mean, best.std + std), 1000) > least


def test_a_cut_moves_the_mean_by_what_it_hides():
    q = Normal(6, 2, 3.0)
    hidden = integral(lambda x: f(x) * norm.pdf(x, 4, 2), 0, 3)
    assert weighted_moment(q, 1) == pytest.approx(exact_mean() - hidden, abs=1e-6)
    found = estimates(np.random.default_rng(2).standard_normal(600_000), 1000, q)
    assert found.mean() == pytest.approx(weighted_moment(q, 1), abs=4 * standard_error(q, 1000) / math.sqrt(len(found)))
    assert abs(found.mean() - exact_mean()) > 0.5
