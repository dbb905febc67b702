"""What became of one run, in the measures fixed before it starts: its curve, its final return, whether it collapsed."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

PIECES = 40
LAST_PIECES = PIECES // 10
FEW = 10
COLLAPSE_LINE = 0.5


class Outcome(NamedTuple):
    """``curve``: the mean return of the episodes that ended in each fortieth of the run (NaN where none did); ``first``
    and ``final`` returns (NaN where no episode ended); whether the run ``collapsed``."""

    curve: np.ndarray
    first: float
    final: float
    collapsed: bool


def measure(timesteps: Any, returns: Any, steps: int, goal: float | None, diverged: bool = False) -> Outcome:
    """The outcome of a run from its ended episodes, given by when they ended and what they returned, in that order.

    ``steps`` are those the run was to take in all; ``goal`` is the return that solves its environment (None: the best
    fortieth that the run itself reached). ``final`` is the mean return of the episodes that ended in the last tenth of
    the run; where there are none, or the run diverged, that of its last ten episodes. ``first`` is the mean return of
    its first ten.
    """
    values = np.asarray(returns, dtype=float)
    piece = np.minimum((np.asarray(timesteps, dtype=np.int64) - 1) * PIECES // steps, PIECES - 1)
    counts = np.bincount(piece, minlength=PIECES)
    sums = np.bincount(piece, weights=values, minlength=PIECES)
    curve = np.divide(sums, counts, out=np.full(PIECES, np.nan), where=counts > 0)
    if not len(values):
        return Outcome(curve, float("nan"), float("nan"), diverged)
    late = values[piece >= PIECES - LAST_PIECES]
    final = float(late.mean() if len(late) and not diverged else values[-FEW:].mean())
    first = float(values[:FEW].mean())
    best = float(np.nanmax(curve)) if goal is None else goal
    return Outcome(curve, first, final, diverged or collapsed(first, final, best))


def collapsed(first: float, final: float, goal: float) -> bool:
    """Whether a run ended below half-way between where it began and ``goal``."""
    return final < first + COLLAPSE_LINE * (goal - first)
