"""The four curves of a diagnosis, small: return, KL, entropy, explained variance, with the cited update marked."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ppo_engine.plots.packets import column
from ppo_engine.plots.symptoms import Symptom
from ppo_engine.plots.verdicts import KL_HIGH, KL_LOW, KL_SOURCE

CURVES = {
    "ep_rew_mean": "Return", "kl": "KL (nats, log scale)", "entropy": "Entropy (nats)",
    "explained_variance": "Explained variance",
}  # fmt: skip
BLUE, RED, GREY = "#0072B2", "#D62728", "rgba(128,128,128,0.22)"
FLOOR = 1e-6  # nats: what is drawn for a KL of 0 on the log scale
LOWEST = -1.0  # explained variance below this is drawn at the edge


def traces(updates: np.ndarray, rows: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Report key → updates and values as they are drawn."""
    found: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for key in CURVES:
        values = column(np.asarray(rows, float), key).copy()
        if key == "kl":
            values = np.maximum(values, FLOOR)
        if key == "explained_variance":
            values = np.maximum(values, LOWEST)
        found[key] = (np.asarray(updates), values)
    return found


def case_figure(updates: np.ndarray, rows: np.ndarray, evidence: Symptom | None, columns: int = 4) -> Any:
    """The four curves by update, ``columns`` beside each other; the cited update is a red ring on a dotted line.

    ``updates`` (k,), ``rows`` (k, len(REPORT_KEYS)). The grey band is the rule of thumb for the KL.
    """
    height = -(-len(CURVES) // columns)
    figure = make_subplots(rows=height, cols=columns, subplot_titles=list(CURVES.values()),
                           horizontal_spacing=0.055, vertical_spacing=0.3)  # fmt: skip
    for index, (key, (x, y)) in enumerate(traces(updates, rows).items()):
        at: dict[str, Any] = {"row": index // columns + 1, "col": index % columns + 1}
        line = go.Scatter(x=x, y=y, mode="lines", line={"color": BLUE, "width": 1.8}, name=CURVES[key],
                          hovertemplate="update %{x}: %{y:.3g}<extra></extra>")  # fmt: skip
        figure.add_trace(line, **at)
        if key == "kl":
            figure.add_hrect(y0=KL_LOW, y1=KL_HIGH, fillcolor=GREY, line_width=0, **at)
            low = min(-3.0, float(np.log10(np.nanmin(y))) - 0.2)
            high = max(-1.0, float(np.log10(np.nanmax(np.where(np.isfinite(y), y, np.nan)))) + 0.3)
            ticks = {"dtick": 2 if high - low > 3 else 1, "exponentformat": "power", "tickfont_size": 10}
            figure.update_yaxes(type="log", range=[low, high], **ticks, **at)
        if key == "explained_variance":
            figure.update_yaxes(range=[LOWEST, 1.05], **at)
            figure.add_hline(y=0, line={"color": "rgba(128,128,128,0.6)", "width": 1}, **at)
        if evidence is not None and key == evidence.key:
            shown = y[int(np.argmax(x == evidence.update))]
            figure.add_vline(x=evidence.update, line={"color": RED, "width": 1, "dash": "dot"}, **at)
            figure.add_trace(go.Scatter(
                x=[evidence.update], y=[shown], mode="markers", name=f"update {evidence.update}",
                marker={"symbol": "circle-open", "size": 12, "color": RED, "line": {"width": 2.5}},
                hovertemplate=f"cited: update {evidence.update}<extra></extra>"), **at)  # fmt: skip
    end = int(updates[-1]) if len(updates) else 1
    figure.update_xaxes(nticks=4, zeroline=False, showgrid=False, range=[0, end + 1])
    figure.update_yaxes(nticks=4, zeroline=False)
    figure.update_annotations(font_size=13)
    figure.update_layout(showlegend=False, height=40 + 120 * height, margin={"l": 34, "r": 8, "t": 26, "b": 22},
                         font_size=12)  # fmt: skip
    return figure


def described(evidence: Symptom | None) -> str:
    """The figure in words, for those who do not see it."""
    names = ", ".join(name.lower() for name in CURVES.values())
    if evidence is None:
        return f"Curves by update: {names}; nothing is marked."
    return f"Curves by update: {names}; update {evidence.update} is marked on {CURVES[evidence.key]}."


SOURCE = f"Grey band: {KL_SOURCE}."
