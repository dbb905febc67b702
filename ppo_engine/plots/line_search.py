"""TRPO's line searches as columns beside the other numbers of each update, and a sentence for a refused step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

SEARCH = ("predicted", "improvement", "backtracks", "refused", "residual")


def search_rows(details: Iterable[Mapping[str, Any]]) -> np.ndarray:
    """Updates' details to rows ``(k, len(SEARCH))``; NaN for an update that kept none.

    ``predicted`` is gᵀs of the point reached and ``improvement`` what the surrogate really gained there (0 after a
    refusal, whose prediction is that of the full step); ``backtracks`` counts the points given up; ``refused`` is 1
    or 0; ``residual`` is the last conjugate-gradient residual as a share of the first.
    """
    return np.array([_row(detail) for detail in details], dtype=float).reshape(-1, len(SEARCH))


def _row(detail: Mapping[str, Any]) -> list[float]:
    if "line_search" not in detail:
        return [float("nan")] * len(SEARCH)
    taken, tries = bool(detail["accepted"]), len(detail["line_search"])
    residuals = [float(norm) for norm in detail["cg_residuals"]]
    share = residuals[-1] / residuals[0] if residuals and residuals[0] > 0 else 0.0
    predicted, improvement = float(detail["predicted_improvement"]), float(detail["improvement"])
    return [predicted, improvement, float(tries - taken), float(not taken), share]


def refusal(detail: Mapping[str, Any]) -> str:
    """A sentence for an update whose step the line search refused, else empty."""
    if detail.get("accepted", True):
        return ""
    tries = len(detail.get("line_search", ()))
    if not tries:
        return "What you see: there was no gradient to follow, so the policy stayed where it was."
    return (
        f"What you see: the line search refused this step; at none of {tries} points did the surrogate rise with"
        " KL ≤ δ, so the policy stayed where it was."
    )
