"""The difference strip: how much more one run earns than another, at equal environment steps."""

from __future__ import annotations

import numpy as np

MOST_POINTS = 240


def difference(
    steps: np.ndarray, returns: np.ndarray, reference_steps: np.ndarray, reference_returns: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Environment steps ``(k,)`` and return minus the reference's return there ``(k,)``.

    The steps are those of the run that reports less often, within what both have reached; the other is read between
    its reports in a straight line. Updates without a finished episode (NaN) are left out; at most MOST_POINTS are kept.
    """
    known, known_reference = np.isfinite(returns), np.isfinite(reference_returns)
    steps, returns = np.asarray(steps, float)[known], np.asarray(returns, float)[known]
    reference_steps = np.asarray(reference_steps, float)[known_reference]
    reference_returns = np.asarray(reference_returns, float)[known_reference]
    if not len(steps) or not len(reference_steps):
        return np.zeros(0), np.zeros(0)
    low, high = max(steps[0], reference_steps[0]), min(steps[-1], reference_steps[-1])
    within = [grid[(grid >= low) & (grid <= high)] for grid in (steps, reference_steps)]
    grid = min(within, key=len)
    if len(grid) > MOST_POINTS:
        grid = grid[np.unique(np.linspace(0, len(grid) - 1, MOST_POINTS).round().astype(int))]
    return grid, np.interp(grid, steps, returns) - np.interp(grid, reference_steps, reference_returns)
