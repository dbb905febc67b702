"""Twins of the same seeds, and an event that either may meet: how often only one met it, and could it be chance?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from scipy import stats

from ppo_engine.statistics import FOR_AN_INTERVAL, too_few


class PairedEvents(NamedTuple):
    """Of ``n`` pairs, how many only the first and only the second met the event in; p value (1: too few), and words."""

    n: int
    only_first: int
    only_second: int
    p_value: float
    words: str


def paired_events(first: Sequence[bool], second: Sequence[bool], names: tuple[str, str]) -> PairedEvents:
    """McNemar's exact test of pairs: under chance, of the pairs in which just one twin met the event, each is a coin.

    p = P(as lopsided or more | b + c tosses of a fair coin), two-sided, b and c the pairs in which only the first and
    only the second met it; pairs in which both or neither did say nothing. ``names`` are what the twins are called.

    Raises:
        ValueError: samples of different sizes, in which the i-th values do not belong together.

    Source: McNemar 1947, Psychometrika 12, in its exact form.
    """
    if len(first) != len(second):
        raise ValueError(f"{len(first)} and {len(second)} seeds cannot be paired.")
    n = len(first)
    b = sum(one and not two for one, two in zip(first, second, strict=True))
    c = sum(two and not one for one, two in zip(first, second, strict=True))
    counts = f"in {c} of {n} pairs only the {names[1]} one, in {b} only the {names[0]} one"
    if n < FOR_AN_INTERVAL:
        return PairedEvents(n, b, c, 1.0, f"{counts}: {too_few(n)}")
    chance = float(stats.binomtest(b, b + c, 0.5).pvalue) if b + c else 1.0
    return PairedEvents(n, b, c, chance, f"{counts} (McNemar's exact test, {_p(chance)})")


def _p(value: float) -> str:
    return f"p = {value:.2g}" if value >= 1e-4 else "p < 0.0001"
