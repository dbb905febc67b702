"""Seeds as dots with their interquartile mean and its interval, one line a setting: how kept studies are drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import plotly.graph_objects as go

BLUE, VERMILLION, PURPLE, GREEN = "#0072B2", "#D55E00", "#CC79A7", "#009E73"
ORANGE, GREY = "#C28400", "#808080"
# Colour and marker together, so that none of them is told by colour alone.
MARKS = {
    "reinforce": (ORANGE, "x"), "policy_gradient": (ORANGE, "diamond"), "a2c": (ORANGE, "triangle-up"),
    "surrogate": (VERMILLION, "square"), "ppo_clip": (BLUE, "circle"), "ppo_kl": (PURPLE, "cross"),
    "ppo_kl_adaptive": (GREEN, "hexagram"), "trpo": (GREY, "pentagon"),
}  # fmt: skip


class Line(NamedTuple):
    """One setting: its words, objective, the values of seeds 1, 2, …, centre and interval (None: too few seeds)."""

    words: str
    objective: str
    values: Sequence[float]
    centre: float
    interval: tuple[float, float] | None


def dots(lines: Sequence[Line], axis: str, marks: Mapping[float, str] | None = None) -> Any:
    """Every seed of every line as a dot, its centre as a bar, the interval as a stroke through it.

    ``marks`` are vertical lines by value, with their words. The best is not marked: whether there is one is for the
    sentence beside the figure to say.
    """
    figure = go.Figure()
    for line in lines:
        colour, symbol = MARKS[line.objective]
        names = [line.words] * len(line.values)
        if line.interval:
            figure.add_trace(go.Scatter(
                x=list(line.interval), y=[line.words] * 2, mode="lines", line={"color": colour, "width": 7},
                opacity=0.35, hovertemplate=f"95 % interval %{{x:.1f}}<extra>{line.words}</extra>"))  # fmt: skip
        figure.add_trace(go.Scatter(
            x=list(line.values), y=names, mode="markers", marker={"symbol": symbol, "size": 9, "color": colour},
            customdata=[seed + 1 for seed in range(len(line.values))],
            hovertemplate=f"seed %{{customdata}}: %{{x:.1f}}<extra>{line.words}</extra>"))  # fmt: skip
        figure.add_trace(go.Scatter(
            x=[line.centre], y=[line.words], mode="markers",
            marker={"symbol": "line-ns", "size": 22, "line": {"width": 3, "color": colour}},
            hovertemplate=f"interquartile mean %{{x:.1f}}<extra>{line.words}</extra>"))  # fmt: skip
    for value, words in (marks or {}).items():
        figure.add_vline(x=value, line={"color": GREY, "width": 1, "dash": "dot"}, annotation_text=words,
                         annotation_font_size=12)  # fmt: skip
    figure.update_yaxes(autorange="reversed", title="", tickfont_size=14)
    figure.update_xaxes(title=axis, zeroline=False, tickfont_size=13)
    figure.update_layout(showlegend=False, height=70 + 38 * len(lines), margin={"l": 8, "r": 12, "t": 24, "b": 40})
    return figure


def described(lines: Sequence[Line]) -> str:
    """The figure in words, for those who do not see it."""
    return "Interquartile means over seeds: " + "; ".join(f"{line.words} {line.centre:.1f}" for line in lines) + "."
