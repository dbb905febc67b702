"""Curves of twins: every run's return by environment step, clipped blue and solid, unclipped vermillion and dashed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

LOOK = {"ppo_clip": ("#0072B2", "solid"), "surrogate": ("#D55E00", "dash")}
GREY = "#808080"


def twin_curves(
    curves: Mapping[str, Sequence[Sequence[float | None]]], steps: int, levels: Mapping[float, str]
) -> Any:
    """Small lines, one a run, and each objective's median over its runs in bold.

    ``curves``: objective → its runs' returns in equal pieces of a run of ``steps``, None where no episode ended;
    ``levels``: horizontal lines by value, with their words.
    """
    figure = go.Figure()
    for objective, own in curves.items():
        colour, _ = LOOK[objective]
        for curve in own:
            figure.add_trace(go.Scatter(
                x=_middles(len(curve), steps), y=list(curve), mode="lines", connectgaps=True, hoverinfo="skip",
                line={"color": colour, "width": 1}, opacity=0.32))  # fmt: skip
    for objective, own in curves.items():
        if own:
            colour, dash = LOOK[objective]
            figure.add_trace(go.Scatter(
                x=_middles(len(own[0]), steps), y=median(own), mode="lines", connectgaps=True,
                line={"color": colour, "width": 3, "dash": dash},
                hovertemplate="median %{y:.0f} at step %{x}<extra></extra>"))  # fmt: skip
    for value, words in levels.items():
        figure.add_hline(y=value, line={"color": GREY, "width": 1, "dash": "dot"}, annotation_text=words,
                         annotation_font_size=12, annotation_position="bottom right")  # fmt: skip
    figure.update_xaxes(title="environment steps", zeroline=False, showgrid=False, range=[0, steps], tickfont_size=12)
    figure.update_yaxes(title="return", zeroline=False, tickfont_size=12)
    figure.update_layout(showlegend=False, height=270, margin={"l": 8, "r": 12, "t": 12, "b": 40})
    return figure


def median(curves: Sequence[Sequence[float | None]]) -> list[float | None]:
    """The median over runs at each point, of those that have a value there; None where none has."""
    found = []
    for values in zip(*curves, strict=True):
        known = [value for value in values if value is not None]
        found.append(float(np.median(known)) if known else None)
    return found


def _middles(pieces: int, steps: int) -> list[int]:
    return [round((piece + 0.5) * steps / pieces) for piece in range(pieces)]
