"""The columns behind the chart that each objective has for itself: the band, β's decisions, line searches, noise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ppo_engine.config import TrainConfig
from ppo_engine.objectives import OBJECTIVES
from ppo_engine.plots import packets
from ppo_engine.plots.controller import decisions, recorded, targets
from ppo_engine.plots.gradient_noise import KEPT, held, noise_rows
from ppo_engine.plots.line_search import SEARCH, search_rows

BAND = ("clip_fraction", "killed_fraction", "active_outside_fraction")
DETAIL = (*SEARCH, "decision", *KEPT)


def detail_rows(details: Iterable[Mapping[str, Any]]) -> np.ndarray:
    """Updates' details to rows ``(k, len(DETAIL))``: what charts draw of them; NaN for what one did not keep."""
    details = list(details)
    return np.column_stack([search_rows(details), recorded(details), noise_rows(details)])


def own_columns(
    config: TrainConfig, updates: np.ndarray, rows: np.ndarray, changes: Iterable[Mapping[str, Any]],
    kept: np.ndarray | None = None,
) -> dict[str, np.ndarray]:  # fmt: skip
    """Columns ``(k,)`` by name for ``updates`` ``(k,)`` and their scalars ``rows``: no chart is sent what it lacks.

    ``changes`` are the applied live knobs; ``kept`` ``(k, len(DETAIL))`` is what the updates' details kept. A decision
    of β that was not recorded is told from the KL.
    """
    if kept is not None and config.objective == "trpo":
        return dict(zip(SEARCH, kept[:, : len(SEARCH)].T, strict=True))
    if config.objective == "ppo_kl_adaptive":
        decided = decisions(packets.column(rows, "kl"), targets(updates, config.d_targ, changes)).astype(float)
        if kept is not None:
            told = kept[:, DETAIL.index("decision")]
            decided = np.where(np.isnan(told), decided, told)
        return {"kl_coef": packets.column(rows, "kl_coef"), "decision": decided}
    if kept is not None and OBJECTIVES[config.objective].single_pass:
        noise = kept[:, -len(KEPT) :]
        if not len(noise) or np.isfinite(noise).any():
            return held(noise)
    return {name: packets.column(rows, name) for name in BAND}
