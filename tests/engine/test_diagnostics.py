"""Diagnostics: every number in a case whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from ppo_engine.diagnostics import (
    HISTOGRAM_BINS,
    HISTOGRAM_EDGES,
    approx_kl,
    clip_account,
    effective_sample_size,
    explained_variance,
    ratio_histogram,
    ratio_sample,
)
from ppo_engine.distributions import Categorical
from ppo_engine.objectives import OBJECTIVES, PPOClip, Surrogate, Terms


def some_terms(count=1000, scale=0.5):
    rng = np.random.default_rng(0)
    return Terms(rng.normal(scale=scale, size=count).astype(np.float32), rng.normal(size=count).astype(np.float32))


def test_explained_variance():
    returns = np.random.default_rng(1).normal(size=500).astype(np.float32)
    assert explained_variance(returns, returns) == 1
    assert explained_variance(returns + 3, returns) == pytest.approx(1, abs=1e-6)
    assert explained_variance(np.zeros(500, np.float32), returns) == pytest.approx(0, abs=1e-6)
    assert explained_variance(-returns, returns) == pytest.approx(-3, abs=1e-4)
    assert np.isnan(explained_variance(returns, np.ones(500, np.float32)))


def test_clip_fraction_is_killed_plus_still_pushing():
    for objective in (PPOClip(clip_range=0.2), *(kind() for kind in OBJECTIVES.values())):
        account = clip_account(objective, some_terms(), 0.2)
        assert account.clip_fraction == pytest.approx(account.killed_fraction + account.active_outside_fraction)


def test_the_clip_kills_half_of_what_is_outside_by_symmetry_and_the_surrogate_nothing():
    terms = some_terms(20_000)
    clipped, unclipped = clip_account(PPOClip(clip_range=0.2), terms, 0.2), clip_account(Surrogate(), terms, 0.2)
    assert clipped.clip_fraction == unclipped.clip_fraction > 0.5
    assert clipped.killed_fraction == pytest.approx(clipped.clip_fraction / 2, rel=0.05)
    assert unclipped.killed_fraction == 0


def test_clip_account_by_hand():
    ratio = np.array([1.0, 1.5, 1.5, 0.5, 0.5], np.float32)
    account = clip_account(PPOClip(clip_range=0.2), Terms(np.log(ratio), np.float32([1, 1, -1, 1, -1])), 0.2)
    assert account == pytest.approx((0.8, 0.4, 0.4))


def test_approx_kl_estimates_the_exact_kl():
    rng = np.random.default_rng(2)
    old, new = (Categorical(rng.normal(scale=s, size=(1, 5)).astype(np.float32).repeat(200_000, 0)) for s in (1, 1))
    actions = rng.choice(5, size=200_000, p=old.probs[0].astype(float) / old.probs[0].astype(float).sum())
    estimate = approx_kl(new.log_prob(actions) - old.log_prob(actions))
    assert estimate == pytest.approx(float(old.kl(new)[0]), rel=0.05)
    assert approx_kl(np.zeros(10, np.float32)) == 0


def test_effective_sample_size():
    assert effective_sample_size(np.zeros(64, np.float32)) == pytest.approx(1)
    one_weighs_all = np.array([50.0] + [0.0] * 99, np.float32)
    assert effective_sample_size(one_weighs_all) == pytest.approx(0.01, rel=1e-3)
    assert effective_sample_size(np.array([1000.0, 1000.0], np.float32)) == pytest.approx(1), "no overflow"


def test_histogram_counts_every_sample_once_and_splits_by_sign():
    terms = some_terms(5000, scale=1.5)
    histogram = ratio_histogram(terms.log_ratio, terms.advantage)
    assert histogram.shape == (2, HISTOGRAM_BINS + 2) and histogram.dtype == np.int32
    assert histogram.sum() == 5000
    assert histogram[0].sum() == (terms.advantage > 0).sum()
    assert histogram[:, 0].sum() == (terms.log_ratio < HISTOGRAM_EDGES[0]).sum() > 0
    assert histogram[:, -1].sum() == (terms.log_ratio >= HISTOGRAM_EDGES[-1]).sum() > 0
    inside, _ = np.histogram(terms.log_ratio, HISTOGRAM_EDGES)
    assert np.abs(histogram[:, 1:-1].sum(axis=0) - inside).sum() <= 2, "at most a sample on an edge may differ"


def test_histogram_of_what_is_not_a_number_is_overflow():
    histogram = ratio_histogram(np.array([np.nan, np.inf, -np.inf, 0], np.float32), np.array([1, 1, 1, 0], np.float32))
    assert (histogram[0, -1], histogram[0, 0], histogram[1].sum()) == (2, 1, 1)


def test_sample_carries_the_slope_of_its_own_rows():
    terms, objective = some_terms(5000), PPOClip(clip_range=0.2)
    sample = ratio_sample(objective, terms)
    assert sample.shape == (256, 3) and sample.dtype == np.float32
    np.testing.assert_allclose(sample[:, 2], objective.slope(Terms(sample[:, 0], sample[:, 1])), rtol=1e-6)
    assert (sample[:, 2] == 0).any() and (sample[:, 2] != 0).any()
    assert ratio_sample(objective, some_terms(10)).shape == (10, 3)
