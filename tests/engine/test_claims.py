"""Claims over seeds: who may be called the best, how many seeds it would take, and what is refused."""

import numpy as np
import pytest
from scipy import stats

from ppo_engine.claims import overlap, seeds_needed, verdict
from ppo_engine.statistics import summarise

HIGH, LOW = [180.0, 190.0, 200.0, 210.0, 220.0], [80.0, 90.0, 100.0, 110.0, 120.0]


def test_seeds_needed_is_the_closed_form_where_t_is_z():
    # Equal deviations: √n = (1.96 · 2 + 0.8416 · √2) σ / gap; with gap 0.5 σ, n = 104.4, a little more with t.
    assert seeds_needed(0.5, 1, 1) == pytest.approx(((1.959964 * 2 + 0.841621 * 2**0.5) / 0.5) ** 2, rel=0.03)
    assert seeds_needed(0.05, 0.1, 0.1) == seeds_needed(-50, 100, 100) == seeds_needed(0.5, 1, 1)
    assert seeds_needed(1000, 1, 1) == 5, "never fewer than an interval takes"
    assert seeds_needed(0.0, 1, 1) is None and seeds_needed(1.0, float("nan"), 1) is None
    assert seeds_needed(1e-6, 1, 1) is None, "more than ten thousand"


@pytest.mark.parametrize(("gap", "sds"), [(2.0, (1, 1)), (3.0, (2, 0.5)), (1.0, (1, 1))])
def test_seeds_needed_keep_their_promise(gap, sds):
    """With that many seeds, four of five repetitions part; with half as many clearly fewer."""

    def parted(n):
        rng = np.random.default_rng(n)
        a, b = rng.normal(gap, sds[0], (4000, n)), rng.normal(0, sds[1], (4000, n))
        reach = stats.t.ppf(0.975, n - 1) / n**0.5 * (a.std(axis=1, ddof=1) + b.std(axis=1, ddof=1))
        return np.mean(a.mean(axis=1) - b.mean(axis=1) > reach)

    n = seeds_needed(gap, *sds)
    assert 0.77 < parted(n) < 0.86 and parted(max(3, n // 2)) < 0.6


def test_intervals_overlap_or_not():
    assert overlap(summarise([0.0, 1, 2, 3, 4]), summarise([3.0, 4, 5, 6, 7]))
    assert not overlap(summarise(LOW), summarise(HIGH))
    assert overlap(summarise(LOW[:4]), summarise(HIGH)), "what has no interval cannot be apart"


def test_a_winner_is_named_where_nothing_overlaps():
    found = verdict({"Clipped": HIGH, "Unclipped": LOW})
    assert found == ("Clipped", None, "Clipped does better than Unclipped: its 95 % interval overlaps with no other.")
    three = verdict({"A": HIGH, "B": LOW, "C": [0.0, 1, 2, 3, 4]})
    assert three.words.startswith("A does better than each of the other 2")


def test_no_winner_where_intervals_overlap_and_how_many_seeds_it_would_take():
    a, b = [190.0, 210.0, 180.0, 220.0, 200.0], [170.0, 200.0, 160.0, 210.0, 185.0]
    found = verdict({"Clipped": a, "Unclipped": b})
    needed = seeds_needed(15.0, np.std(a, ddof=1), np.std(b, ddof=1))
    assert found.winner is None and found.needed == needed > 30
    assert found.words == (
        "No winner: the 95 % interval of Clipped overlaps with that of Unclipped. "
        f"If the gap of 15.0 is real, about {needed} seeds each would show it (power 80 %)."
    )


def test_three_seeds_name_nobody_however_far_apart():
    found = verdict({"Clipped": [500.0, 500.0, 499.0], "Unclipped": [9.0, 10.0, 9.0]})
    assert found.winner is None and found.needed == 5
    assert found.words.startswith("No winner: 3 seeds, too few for a claim.")
    assert verdict({"A": [1.0], "B": [2.0]}).words.endswith("At least 5 seeds each are needed.")


def test_equal_settings_promise_nothing():
    found = verdict({"A": [500.0] * 6, "B": [500.0] * 6})
    assert found.winner is None and found.needed is None and "centres are equal" in found.words
    assert verdict({"A": HIGH}).words == "There is nothing to compare yet."


def test_the_nearest_rival_is_the_one_named():
    found = verdict({"A": HIGH, "B": [v - 1 for v in HIGH], "C": [v - 2 for v in HIGH], "D": LOW})
    assert "overlaps with that of B and 1 more" in found.words
