"""Columns beside the report's that only some objectives have: TRPO's line searches, an adaptive β's decisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ppo_engine.config import TrainConfig
from ppo_engine.plots import packets
from ppo_engine.plots.controller import decisions, targets
from ppo_engine.plots.line_search import SEARCH


def own_columns(
    config: TrainConfig, updates: np.ndarray, rows: np.ndarray, changes: Iterable[Mapping[str, Any]],
    searches: np.ndarray | None = None,
) -> dict[str, np.ndarray]:  # fmt: skip
    """Columns ``(k,)`` by name for ``updates`` ``(k,)`` and their scalars ``rows``; for most objectives none.

    ``changes`` are the applied live knobs; ``searches`` ``(k, len(SEARCH))`` are TRPO's line searches, where kept.
    """
    if config.objective == "trpo" and searches is not None:
        return dict(zip(SEARCH, searches.T, strict=True))
    if config.objective == "ppo_kl_adaptive":
        return {"decision": decisions(packets.column(rows, "kl"), targets(updates, config.d_targ, changes))}
    return {}
