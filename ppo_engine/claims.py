"""Which setting may be called the best, or why none may and how many seeds it would take to know.

A winner is named only where its 95 % interval overlaps no other's and Welch's test, Holm-adjusted over the comparisons,
agrees. Returns are "the more the better" throughout.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

from ppo_engine.comparisons import holm, p_value
from ppo_engine.statistics import FOR_AN_INTERVAL, LEVEL, Summary, number, summarise, too_few

POWER, MOST_SEEDS = 0.8, 10_000


class Verdict(NamedTuple):
    """The winner's name (None: nobody may be named), how many seeds each would need (None: unknown), and the words."""

    winner: str | None
    needed: int | None
    words: str


def seeds_needed(gap: float, first_sd: float, second_sd: float) -> int | None:
    """Seeds that each of two settings needs for their 95 % intervals to part with a power of 80 %.

    The intervals part where gap ≥ t (σ₁ + σ₂)/√n beside the noise of the gap itself, so the smallest n ≥ 5 with
    gap √n ≥ t₀.₉₇₅,ₙ₋₁ (σ₁ + σ₂) + z₀.₈ √(σ₁² + σ₂²). None where the gap or a deviation says nothing, or beyond 10,000.
    """
    if not math.isfinite(first_sd + second_sd) or not gap:
        return None
    sum_of_both, noise, gap = first_sd + second_sd, math.hypot(first_sd, second_sd), abs(gap)
    z_power = float(stats.norm.ppf(POWER))
    # With z for t the answer is closed, and t only adds to it.
    about = ((float(stats.norm.ppf(0.5 + LEVEL / 2)) * sum_of_both + z_power * noise) / gap) ** 2
    n = max(FOR_AN_INTERVAL, math.floor(min(about, MOST_SEEDS + 1)))
    while n <= MOST_SEEDS:
        if gap * math.sqrt(n) >= float(stats.t.ppf(0.5 + LEVEL / 2, n - 1)) * sum_of_both + z_power * noise:
            return n
        n += 1
    return None


def overlap(one: Summary, two: Summary) -> bool:
    """Whether two intervals overlap; a missing one overlaps everything."""
    if one.low is None or one.high is None or two.low is None or two.high is None:
        return True
    return one.low <= two.high and two.low <= one.high


def verdict(seeds: Mapping[str, Sequence[float]], digits: int = 1) -> Verdict:
    """Which of several settings may be called the best, or why none and how many seeds it would take.

    ``digits``: how many decimals the words give a gap.
    """
    found = {name: summarise(values) for name, values in seeds.items() if len(values)}
    if len(found) < 2:
        return Verdict(None, None, "There is nothing to compare yet.")
    ranked = sorted(found, key=lambda name: found[name].centre, reverse=True)
    best, others = ranked[0], ranked[1:]
    p_values = holm([p_value(np.asarray(seeds[best]), np.asarray(seeds[name])) for name in others])
    rivals = [
        name for name, p in zip(others, p_values, strict=True) if overlap(found[best], found[name]) or p > 1 - LEVEL
    ]
    if not rivals:
        beaten = others[0] if len(others) == 1 else f"each of the other {len(others)}"
        return Verdict(best, None, f"{best} does better than {beaten}: its 95 % interval overlaps with no other.")
    rival = rivals[0]
    one, two = found[best], found[rival]
    needed = seeds_needed(one.centre - two.centre, one.sd, two.sd)
    if needed is not None:
        # The formula is of means of normal seeds; where it promises too much, the seeds at hand know better.
        needed = max(needed, min(one.n, two.n) + 1)
    words = f"No winner: {_why(best, rival, one, two, rivals)}. {_how_many(one, two, needed, digits)}"
    return Verdict(None, needed, words)


def _why(best: str, rival: str, one: Summary, two: Summary, rivals: list[str]) -> str:
    n = min(one.n, two.n)
    if n < FOR_AN_INTERVAL:
        return too_few(n)
    more = f" and {len(rivals) - 1} more" if len(rivals) > 1 else ""
    if overlap(one, two):
        return f"the 95 % interval of {best} overlaps with that of {rival}{more}"
    return f"{best} and {rival}{more} differ by less than chance explains (Welch's test, adjusted by Holm)"


def _how_many(one: Summary, two: Summary, needed: int | None, digits: int) -> str:
    gap = one.centre - two.centre
    if not math.isfinite(one.sd + two.sd) or (gap == 0 and min(one.n, two.n) < FOR_AN_INTERVAL):
        return f"At least {FOR_AN_INTERVAL} seeds each are needed."
    if gap == 0:
        return "Their centres are equal, so there is no gap for more seeds to show."
    if needed is None:
        return f"A gap of {number(gap, digits)} would take more than {MOST_SEEDS:,} seeds each."
    power = f"(power {100 * POWER:.0f} %)"
    return f"If the gap of {number(gap, digits)} is real, about {needed:,} seeds each would show it {power}."
