"""What the figures need from the engine: the same numbers for a lesson and for a scene of a talk."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ppo_engine.lessons.best_proposal import best_normal
from ppo_engine.lessons.importance import article_run, exact_mean, plain_standard_error
from ppo_engine.lessons.landscapes import LANDSCAPES
from ppo_engine.lessons.penalised_step import OLD, SCALES, TASTE, USUAL


@st.cache_data(show_spinner=False)
def importance() -> dict[str, Any]:
    """The article's own run, the exact mean, the best normal."""
    weighted, plain = article_run()
    best = best_normal()
    return {
        "exact": exact_mean(), "plainError": plain_standard_error(1000), "best": {"mean": best.mean, "std": best.std},
        "weighted": [round(v, 5) for v in weighted.tolist()], "plain": [round(v, 5) for v in plain.tolist()],
    }  # fmt: skip


def trust() -> dict[str, Any]:
    """Where each landscape is lowest, and how low."""
    return {
        "minimum": {name: land.minimum.tolist() for name, land in LANDSCAPES.items()},
        "lowest": {name: land.value(land.minimum) for name, land in LANDSCAPES.items()},
    }


def penalty() -> dict[str, Any]:
    """The old policy, its taste, and how large the advantages are."""
    return {"old": OLD.tolist(), "taste": TASTE.tolist(), "scales": SCALES, "usual": USUAL}
