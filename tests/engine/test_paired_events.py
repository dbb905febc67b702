"""McNemar's exact test on twins, against the binomial tail by hand."""

from __future__ import annotations

import math

import pytest

from ppo_engine.paired_events import paired_events

NAMES = ("clipped", "unclipped")


def test_only_pairs_that_differ_say_something():
    first = [True, True] + [False] * 18
    second = [True, False] + [True] * 9 + [False] * 9
    found = paired_events(first, second, NAMES)
    assert (found.n, found.only_first, found.only_second) == (20, 1, 9)
    # Of ten coins one or fewer, or nine or more, heads.
    assert found.p_value == pytest.approx(2 * (math.comb(10, 0) + math.comb(10, 1)) / 2**10)
    assert found.words == (
        "in 9 of 20 pairs only the unclipped one, in 1 only the clipped one (McNemar's exact test, p = 0.021)"
    )
    more = paired_events(first + [True] * 30 + [False] * 30, second + [True] * 30 + [False] * 30, NAMES)
    assert more.p_value == found.p_value, "pairs in which both or neither met it add nothing"


def test_too_few_pairs_equal_pairs_and_pairs_that_do_not_belong_together():
    few = paired_events([False] * 4, [True] * 4, NAMES)
    assert few.p_value == 1.0 and few.words.endswith(": 4 seeds, too few for a claim")
    assert paired_events([True] * 9, [True] * 9, NAMES).p_value == 1.0
    assert "p < 0.0001" in paired_events([False] * 20, [True] * 20, NAMES).words
    with pytest.raises(ValueError, match="3 and 2 seeds cannot be paired"):
        paired_events([True] * 3, [True] * 2, NAMES)
