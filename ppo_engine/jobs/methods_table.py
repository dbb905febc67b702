"""The table of methods in words: interquartile means with intervals, every seed, and where the clip is not best."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ppo_engine.claims import verdict
from ppo_engine.jobs.methods import ARENAS, METHODS, Arena
from ppo_engine.statistics import FOR_AN_INTERVAL, bootstrap_interval, interquartile_mean, too_few

CLIPPED = "ppo_clip"


def interval(values: Sequence[float]) -> tuple[float, float] | None:
    """The interquartile mean's 95 % percentile bootstrap interval over seeds; None below 5 seeds."""
    return None if len(values) < FOR_AN_INTERVAL else bootstrap_interval(interquartile_mean, [list(values)])


def sentence(arena: Arena, seeds: dict[str, list[float]]) -> str:
    """Whether the clip has the highest interquartile mean in ``arena``, and whether anybody may be called the best."""
    if CLIPPED not in seeds or len(seeds) < 2:
        return f"{arena.env_id}: not every method has been trained yet."
    centres = {method: float(interquartile_mean(values)) for method, values in seeds.items()}
    best, clipped = max(centres, key=lambda method: centres[method]), centres[CLIPPED]
    if clipped >= centres[best]:
        ahead = "the clip has the highest interquartile mean"
        ahead += "" if sum(centre == clipped for centre in centres.values()) == 1 else ", with others level"
    else:
        ahead = f"**the clip is not the best**: {METHODS[best]} reaches {centres[best]:.1f}, the clip {clipped:.1f}"
    return f"{arena.env_id}: {ahead}. {verdict({METHODS[method]: values for method, values in seeds.items()}).words}"


def markdown(rows: list[dict[str, Any]]) -> str:
    """One table of every environment and method, and a sentence for each environment, as README shows them."""
    lines = [
        "| environment, steps | method | interquartile mean [95 % bootstrap interval] | each seed | published |",
        "|---|---|---|---|---|",
    ]
    said = []
    for arena in ARENAS:
        seeds = {method: means(rows, arena.env_id, method) for method in METHODS}
        seeds = {method: values for method, values in seeds.items() if values}
        for method, values in seeds.items():
            ends = interval(values)
            within = f"[{ends[0]:.1f}, {ends[1]:.1f}]" if ends else f"({too_few(len(values))})"
            each = " · ".join(f"{value:.1f}" for value in values)
            name = f"{METHODS[method]} `{method}`"
            place = f"{arena.env_id}, {arena.total_timesteps:,}"
            published = arena.published.get(method, "")
            lines.append(f"| {place} | {name} | {interquartile_mean(values):.1f} {within} | {each} | {published} |")
        if seeds:
            said.append(f"- {sentence(arena, seeds)}")
    return re.sub(r"(?<=[ \[])-(?=\d)", "−", "\n".join([*lines, "", *said])) + "\n"


def readme_with(readme: str, rows: list[dict[str, Any]]) -> str:
    """README's text with the table between its two marks."""
    before, rest = readme.split("<!-- methods -->")
    return f"{before}<!-- methods -->\n{markdown(rows)}<!-- /methods -->{rest.split('<!-- /methods -->')[1]}"


def means(rows: list[dict[str, Any]], env_id: str, method: str) -> list[float]:
    """The greedy mean of each seed of a method in an environment."""
    return [row["mean"] for row in rows if (row["env_id"], row["method"]) == (env_id, method)]
