"""Where two runs part: the first update whose stored reports tell different policies."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ppo_engine.report import REPORT_KEYS

# Measured on the first batch before any gradient step: they are equal exactly if weights and batch were.
BEFORE = ("timesteps", "ep_rew_mean", "ep_len_mean", "explained_variance")
# Measured on the batch and on the policy after the update. Shares outside 1±ε and losses are left out: they differ by
# the yardstick alone, for equal policies.
AFTER = ("entropy", "kl", "ratio_max", "ess")


class Parting(NamedTuple):
    """How two runs relate. ``update`` is the first whose reports differ, None while there is none.

    ``same_start``: they had the same weights and the same first batch. ``compared``: updates that both have.
    """

    update: int | None
    same_start: bool
    compared: int


def same(one: np.ndarray, other: np.ndarray, keys: tuple[str, ...]) -> np.ndarray:
    """Which rows ``(k,)`` of two runs' scalars ``(k, len(REPORT_KEYS))`` are equal in all ``keys``; NaN equals NaN."""
    columns = [REPORT_KEYS.index(key) for key in keys]
    a, b = one[:, columns], other[:, columns]
    return ((a == b) | (np.isnan(a) & np.isnan(b))).all(axis=1)


def parting(one: np.ndarray, other: np.ndarray) -> Parting:
    """Compares the scalars ``(k, len(REPORT_KEYS))`` of two runs, each from its first update on.

    The rollout of update u comes from the policy after u − 1, so the first row that differs belongs to the first
    update whose gradient steps differed.
    """
    count = min(len(one), len(other))
    if not count:
        return Parting(None, True, 0)
    one, other = one[:count], other[:count]
    differs = np.flatnonzero(~same(one, other, BEFORE + AFTER))
    start = bool(same(one[:1], other[:1], BEFORE)[0])
    return Parting(int(differs[0]) + 1 if len(differs) else None, start, count)


def shared_until(found: Parting) -> int:
    """The last update of which two runs share every row; 0 if they share none."""
    return found.compared if found.update is None else found.update - 1
