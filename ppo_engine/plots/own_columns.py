"""The columns behind the chart that each objective has for itself: the band, β with its decisions, line searches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ppo_engine.config import TrainConfig
from ppo_engine.plots import packets
from ppo_engine.plots.controller import decisions, targets
from ppo_engine.plots.line_search import SEARCH

BAND = ("clip_fraction", "killed_fraction", "active_outside_fraction")


def own_columns(
    config: TrainConfig, updates: np.ndarray, rows: np.ndarray, changes: Iterable[Mapping[str, Any]],
    searches: np.ndarray | None = None,
) -> dict[str, np.ndarray]:  # fmt: skip
    """Columns ``(k,)`` by name for ``updates`` ``(k,)`` and their scalars ``rows``: no chart is sent what it lacks.

    ``changes`` are the applied live knobs; ``searches`` ``(k, len(SEARCH))`` are TRPO's line searches, where kept.
    """
    if config.objective == "trpo" and searches is not None:
        return dict(zip(SEARCH, searches.T, strict=True))
    if config.objective == "ppo_kl_adaptive":
        decided = decisions(packets.column(rows, "kl"), targets(updates, config.d_targ, changes))
        return {"kl_coef": packets.column(rows, "kl_coef"), "decision": decided}
    return {name: packets.column(rows, name) for name in BAND}
