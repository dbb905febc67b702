"""Two settings over their seeds, against numbers worked by hand, closed forms and large-sample theory."""

import numpy as np
import pytest
from scipy import stats

from ppo_engine.comparisons import compare, holm, probability_of_improvement
from ppo_engine.statistics import summarise

HIGH, LOW = [180.0, 190.0, 200.0, 210.0, 220.0], [80.0, 90.0, 100.0, 110.0, 120.0]


def test_welch_from_five_seeds():
    found = compare(HIGH, [100.0, 120.0, 60.0, 140.0, 20.0])
    # Variances 250 and 2320 (mean 88), so se² = 50 + 464, and Welch's degrees are 514² / ((50² + 464²) / 4).
    degrees = 514**2 / ((50**2 + 464**2) / 4)
    half = stats.t.ppf(0.975, degrees) * 514**0.5
    assert found.difference == pytest.approx(112)
    assert (found.low, found.high) == pytest.approx((112 - half, 112 + half))
    assert found.p_value == pytest.approx(2 * stats.t.sf(112 / 514**0.5, degrees))


def test_few_seeds_have_a_difference_but_no_interval():
    found = compare(HIGH[:3], LOW[:4])
    assert (found.low, found.high) == (None, None) and found.difference == pytest.approx(95)


def test_pairs_take_out_what_the_seeds_share():
    luck = np.array([0.0, 50.0, 100.0, 150.0, 200.0])
    apart, together = compare(luck + [5, 6, 7, 8, 9], luck), compare(luck + [5, 6, 7, 8, 9], luck, paired=True)
    assert apart.low < 0 < apart.high
    assert together.low == pytest.approx(summarise([5, 6, 7, 8, 9]).low) and together.low > 0
    with pytest.raises(ValueError, match="5 and 4 seeds cannot be paired"):
        compare(HIGH, LOW[:4], paired=True)


def test_from_ten_seeds_the_difference_is_of_interquartile_means():
    rng = np.random.default_rng(0)
    a, b = rng.normal(10, 1, 15), rng.normal(7, 1, 15)
    a[0] = -1000.0  # one lost seed of fifteen moves the mean by 67 and the interquartile mean hardly
    found = compare(a, b)
    assert found.low > 1.5 and found.high < 4.5
    assert found.difference == pytest.approx(summarise(a).iqm - summarise(b).iqm)


def test_probability_of_improvement_counts_pairs_and_half_the_ties():
    # 3 > 2 is the one win of nine, 2 = 2 and 3 = 3 are ties.
    assert probability_of_improvement([1.0, 2.0, 3.0], [2.0, 3.0, 4.0]).probability == pytest.approx(2 / 9)
    assert probability_of_improvement([1.0, 2.0, 3.0], [2.0, 3.0, 4.0]).words == "22 %: 3 seeds, too few for a claim"
    # Seed by seed it never wins.
    assert probability_of_improvement([1.0, 2.0, 3.0], [2.0, 3.0, 4.0], paired=True).probability == 0
    assert probability_of_improvement(HIGH, LOW).words == "100 %, 5 seeds"
    rng = np.random.default_rng(4)
    a, b = rng.normal(0.5, 1, 40), rng.normal(0, 1, 40)
    found = probability_of_improvement(a, b)
    assert found.probability == pytest.approx(np.mean(a[:, None] > b[None, :]))
    # Against the large-sample error of U/(n m) by placements (DeLong).
    wins = a[:, None] > b[None, :]
    error = np.sqrt(wins.mean(axis=1).var(ddof=1) / 40 + wins.mean(axis=0).var(ddof=1) / 40)
    assert (found.high - found.low) / 2 == pytest.approx(1.96 * error, rel=0.1)


def test_paired_wins_have_wilsons_interval():
    a, b = np.arange(20.0), np.arange(20.0) - 1
    b[0] = 5.0
    found = probability_of_improvement(a, b, paired=True)
    ends = stats.binomtest(19, 20).proportion_ci(method="wilson")
    assert (found.probability, found.low, found.high) == pytest.approx((0.95, ends.low, ends.high))


def test_holm_steps_down():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
