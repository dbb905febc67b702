"""Gradient noise as columns: its variance under each way of assigning credit, and its share of the gradient."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ppo_engine.gradient_noise import CREDITS

NOISE = tuple(f"noise_{name}" for name in CREDITS)
KEPT = (*NOISE, "own_variance", "own_square")
WINDOW = 8  # measurements: a single one is as uncertain as what it measures


def noise_rows(details: Iterable[Mapping[str, Any]]) -> np.ndarray:
    """Updates' details to rows ``(k, len(KEPT))``; NaN for an update in which nothing was measured."""
    return np.array([_row(detail) for detail in details], dtype=float).reshape(-1, len(KEPT))


def _row(detail: Mapping[str, Any]) -> list[float]:
    found = detail.get("gradient_noise")
    if not found:
        return [float("nan")] * len(KEPT)
    by_credit = {name: [float(value) for value in pair] for name, pair in found["by_credit"].items()}
    variances = [by_credit[name][0] if name in by_credit else float("nan") for name in CREDITS]
    return [*variances, *by_credit[found["credit"]]]


def share(rows: np.ndarray) -> float:
    """tr Σ/K over |ḡ|² of the newest WINDOW measurements among ``rows`` ``(k, len(KEPT))``, at most 1; NaN before any.

    Sums are divided, not shares averaged: one batch whose gradient happens to vanish would outweigh all others.
    """
    measured = rows[np.isfinite(rows[:, -1])][-WINDOW:, -2:]
    variance, square = measured.sum(axis=0)
    return float(min(1.0, variance / square)) if square > 0 else float("nan")


def of_whole_returns(rows: np.ndarray) -> float:
    """The run's own variance as a share of that with whole-episode returns, on the same batches: the geometric mean of
    the newest WINDOW measurements among ``rows``; NaN before any."""
    pairs = rows[:, [NOISE.index("noise_episode_return"), len(NOISE)]]
    pairs = pairs[(np.isfinite(pairs) & (pairs > 0)).all(axis=1)][-WINDOW:]
    return float(np.exp(np.log(pairs[:, 1] / pairs[:, 0]).mean())) if len(pairs) else float("nan")


def held(rows: np.ndarray) -> dict[str, np.ndarray]:
    """Columns ``(k,)`` by name, the variances and ``noise_share``; each holds until the next measurement, so that
    thinning loses none."""
    measured = np.flatnonzero(np.isfinite(rows[:, -1]))
    latest = np.searchsorted(measured, np.arange(len(rows)), side="right") - 1
    found = {}
    shares = np.array([share(rows[: at + 1]) for at in measured])
    for name, values in (*zip(NOISE, rows[measured].T, strict=False), ("noise_share", shares)):
        found[name] = np.where(latest >= 0, values[np.maximum(latest, 0)], np.nan) if len(measured) else rows[:, 0]
    return found
