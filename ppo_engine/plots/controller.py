"""What the controller of an adaptive β decided after each update: halve, hold or double, from the KL and its target."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

HALVE, HOLD, DOUBLE = -1, 0, 1


def decisions(kl: np.ndarray, d_targ: np.ndarray) -> np.ndarray:
    """HALVE where KL < d/1.5, DOUBLE where KL > 1.5 d or is not a number, else HOLD; KL and target d both ``(k,)``.

    The decision of an update holds from the next one on. Source: Schulman et al. 2017, arXiv 1707.06347, section 4.
    """
    kl, d_targ = np.asarray(kl, dtype=float), np.asarray(d_targ, dtype=float)
    double = (kl > 1.5 * d_targ) | np.isnan(kl)
    return np.where(kl < d_targ / 1.5, HALVE, np.where(double, DOUBLE, HOLD))


def recorded(details: Iterable[Mapping[str, Any]]) -> np.ndarray:
    """The decisions that updates recorded themselves, ``(k,)``; NaN where one was made before they were recorded."""
    names = {"halve": HALVE, "hold": HOLD, "double": DOUBLE}
    return np.array([names.get(detail.get("controller", {}).get("decision"), np.nan) for detail in details], float)


def targets(updates: np.ndarray, start: float, changes: Iterable[Mapping[str, Any]]) -> np.ndarray:
    """The target d in force in each of ``updates`` ``(k,)``; each change of ``d_targ`` holds from its update on."""
    in_force = np.full(len(updates), float(start))
    for change in changes:
        if change["name"] == "d_targ":
            in_force[np.asarray(updates) >= change["update"]] = float(change["new"])
    return in_force
