"""An evaluation in words: the mean of fresh episodes with its interval, and the share that solved the task."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ppo_engine.plots.verdicts import percent, show


def score(result: Mapping[str, Any]) -> str:
    """Mean, 95 % interval and share solved: "251.3 [245.0, 257.6], solved 98 %"."""
    low, high = (float(end) for end in result["ci95"])
    solved = float(result["share_solved"])
    # The number and its sign stay together where the line is broken.
    tail = f", solved {percent(solved)}".replace(" %", "\u00a0%") if math.isfinite(solved) else ""
    return f"{show(float(result['mean']), 1)} [{show(low, 1)}, {show(high, 1)}]{tail}"


def lines(going: bool, last: Mapping[str, Any] | None) -> list[str]:
    """At most two lines on a run's evaluation; ``last`` is the newest entry, finished or not, ``going`` while it runs.

    None at all before the first.
    """
    if last is None:
        return ["evaluating…"] if going else []
    if last.get("error"):
        return [str(last["error"])]
    update = "" if last.get("update") is None else f"update {last['update']}, "
    greedy, stochastic = last.get("greedy"), last.get("stochastic")
    if not going and not (greedy and stochastic):
        return ["The evaluation ended before it was done: Evaluate begins it again."]
    if not greedy:
        return ["evaluating " + update.rstrip(", ") + "…" if update else "evaluating…"]
    return [
        f"greedy, {greedy['n']} fresh episodes: {score(greedy)}",
        f"{update}stochastic: " + (score(stochastic) if stochastic else "evaluating…"),
    ]
