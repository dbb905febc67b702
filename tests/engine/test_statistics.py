"""Centres, intervals and shares over seeds, against numbers worked by hand, closed forms and a second bootstrap."""

import math

import numpy as np
import pytest
from scipy import stats

from ppo_engine.statistics import interquartile_mean, share, summarise, summarise_curve

FOUR = [10.0, 20.0, 30.0, 41.0]
FIVE = [1.0, 2.0, 3.0, 4.0, 5.0]
TEN = [12.0, 480.0, 500.0, 500.0, 455.0, 470.0, 500.0, 9.0, 490.0, 500.0]


def bootstrap_by_hand(samples, resamples=20_000, seed=3):
    """Percentile bootstrap of the pooled interquartile mean, written without SciPy."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(resamples):
        drawn = np.sort(np.concatenate([rng.choice(sample, len(sample)) for sample in samples]))
        cut = len(drawn) // 4
        found.append(drawn[cut : len(drawn) - cut].mean())
    return np.percentile(found, [2.5, 97.5])


def test_the_interquartile_mean_leaves_out_the_outer_quarters():
    assert interquartile_mean([1, 2, 3, 4, 5, 6, 7, 1000]) == pytest.approx(4.5)  # (3 + 4 + 5 + 6) / 4
    assert interquartile_mean([5.0, 1.0, 3.0]) == pytest.approx(3.0)  # with 3 seeds nothing is left out


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([], "no seed yet"),
        ([7.0], "1 seed, too few for a claim"),
        ([7.0, 9.0], "2 seeds, too few for a claim"),
        ([1.0, 2.0, 6.0], "3 seeds, too few for a claim"),
        (FOUR, "4 seeds, too few for a claim"),
    ],
)
def test_fewer_than_five_seeds_have_no_interval(values, words):
    found = summarise(values)
    assert (found.low, found.high, found.words, found.n) == (None, None, words, len(values))
    assert math.isnan(found.centre) if not values else found.centre == pytest.approx(sum(values) / len(values))


def test_five_seeds_have_students_interval():
    found = summarise(FIVE)
    half = 2.776445 * math.sqrt(2.5 / 5)  # t with 4 degrees of freedom; the variance of 1..5 is 2.5
    assert (found.kind, found.centre, found.n) == ("mean", 3.0, 5)
    assert (found.low, found.high) == pytest.approx((3 - half, 3 + half), abs=1e-5)
    assert found.words == "mean 3.0, 95 % t interval 1.0 to 5.0, 5 seeds"
    assert found.sd == pytest.approx(math.sqrt(2.5))


def test_nine_seeds_keep_to_the_t_interval_and_ten_go_to_the_bootstrap():
    assert summarise(TEN[:9]).kind == "mean"
    found = summarise(TEN)
    # Sorted: 9 12 | 455 470 480 490 500 500 | 500 500.
    assert (found.kind, found.centre) == ("interquartile mean", pytest.approx((455 + 470 + 480 + 490 + 500 + 500) / 6))
    assert (found.low, found.high) == pytest.approx(bootstrap_by_hand([TEN]), abs=6)
    assert found.low < found.centre < found.high
    assert summarise(TEN) == found, "the same values must give the same digits everywhere"
    assert found.mean == pytest.approx(391.6)


def test_golden_digits_of_the_bootstrap():
    """What README and pages print must not move by itself."""
    assert summarise(TEN).words == "interquartile mean 482.5, 95 % bootstrap interval 247.7 to 498.3, 10 seeds"


def test_seeds_that_are_all_equal_have_an_interval_of_no_width():
    for n in (5, 9, 10, 20):
        found = summarise([500.0] * n)
        assert (found.low, found.centre, found.high, found.sd) == (500.0, 500.0, 500.0, 0.0)


def test_a_value_that_is_not_finite_is_refused():
    with pytest.raises(ValueError, match="diverged run counts"):
        summarise([1.0, float("nan"), 2.0])


def test_pooled_environments_are_not_one_sample():
    """Two environments far apart: their distance is no uncertainty, so the interval is that of each one's seeds."""
    near, far = [0.0, 1.0, 2.0, 3.0, 4.0], [100.0, 101.0, 102.0, 103.0, 104.0]
    found = summarise(near, far)
    variance = 2 * 0.25 * 2.5 / 5  # each environment weighs a half, and a mean of five has variance 2.5/5
    half = stats.t.ppf(0.975, 8) * math.sqrt(variance)
    assert (found.n, found.centre) == (5, 52.0)
    assert (found.low, found.high) == pytest.approx((52 - half, 52 + half))
    rng = np.random.default_rng(1)
    samples = [rng.normal(0, 1, 10), rng.normal(50, 1, 12)]
    found = summarise(*samples)
    assert (found.low, found.high) == pytest.approx(bootstrap_by_hand(samples), abs=0.5)
    together = summarise(np.concatenate(samples))
    assert found.high - found.low < 0.5 * (together.high - together.low)


def test_the_fewest_seeds_of_any_environment_decide():
    assert summarise(FIVE * 4, FOUR).words == "4 seeds, too few for a claim"


def test_wilson_intervals_of_a_share():
    z, n = 1.959963984540054, 20
    middle, half = (19 + z * z / 2) / (n + z * z), z * math.sqrt(19 * 1 / n + z * z / 4) / (n + z * z)
    found = share(19, 20)
    assert (found.low, found.high) == pytest.approx((middle - half, middle + half))
    assert found.words == "19 of 20, 95 % interval 76 to 99 %"
    assert share(0, 20).low == 0 and share(0, 20).high == pytest.approx(z * z / (20 + z * z))
    assert share(1, 3).words == "1 of 3: 3 seeds, too few for a claim" and share(1, 3).low is None
    with pytest.raises(ValueError):
        share(4, 3)


def test_bands_follow_the_same_rules_at_every_point():
    rng = np.random.default_rng(2)
    curves = rng.normal([0, 10, 20], [1, 2, 3], (12, 3))
    few, some, many = summarise_curve(curves[:4]), summarise_curve(curves[:6]), summarise_curve(curves)
    assert few.low is None and few.centre == pytest.approx(curves[:4].mean(axis=0))
    for point in range(3):
        single = summarise(curves[:6, point])
        assert (some.low[point], some.high[point]) == pytest.approx((single.low, single.high))
        single = summarise(curves[:, point])
        assert many.centre[point] == pytest.approx(single.centre)
        assert (many.low[point], many.high[point]) == pytest.approx((single.low, single.high), abs=0.15)


def test_a_band_is_silent_where_a_seed_has_no_value_yet():
    curves = np.arange(24.0).reshape(12, 2)
    curves[3, 0] = np.nan
    band = summarise_curve(curves)
    assert np.isnan(band.low[0]) and np.isnan(band.centre[0]) and np.isfinite(band.low[1])
