"""The collapse study in words: how many runs ended destroyed with and without the clip, and could it be chance?"""

from __future__ import annotations

from typing import Any

from ppo_engine.jobs.collapse import OBJECTIVES, SEEDS, collapsed, level
from ppo_engine.paired_events import PairedEvents, paired_events
from ppo_engine.statistics import Share, number, share

CALLED = {"ppo_clip": "clipped", "surrogate": "unclipped"}


def counts(rows: list[dict[str, Any]], env_id: str) -> dict[str, Share]:
    """Objective → how many of its runs in an environment ended destroyed, with the interval of the rate."""
    below = level(rows, env_id)
    found = {}
    for objective in OBJECTIVES:
        mine = [row for row in rows if (row["env_id"], row["objective"]) == (env_id, objective)]
        found[objective] = share(sum(collapsed(row, below) for row in mine), len(mine))
    return found


def twins(rows: list[dict[str, Any]], env_id: str) -> PairedEvents:
    """The seeds that both objectives have trained: in how many only one of the twins ended destroyed."""
    below = level(rows, env_id)
    ended = {
        objective: {
            row["seed"]: collapsed(row, below)
            for row in rows if (row["env_id"], row["objective"]) == (env_id, objective)
        }
        for objective in OBJECTIVES
    }  # fmt: skip
    one, other = OBJECTIVES
    both = sorted(set(ended[one]) & set(ended[other]))
    return paired_events([ended[one][s] for s in both], [ended[other][s] for s in both], (CALLED[one], CALLED[other]))


def sentence(rows: list[dict[str, Any]], env_id: str) -> str:
    """What was counted in one environment, with every interval and the paired test."""
    found = counts(rows, env_id)
    said = "; ".join(f"**{found[one].words.replace(',', f' {CALLED[one]},', 1)}**" for one in reversed(OBJECTIVES))
    few = "" if min(share.n for share in found.values()) == SEEDS else f" {missing_words(rows, env_id)}"
    below = number(level(rows, env_id), 0)
    return f"Ended destroyed, below {below}: {said}. As twins: {twins(rows, env_id).words}.{few}"


def missing_words(rows: list[dict[str, Any]], env_id: str) -> str:
    """Which runs of an environment are not there yet, in one sentence; empty if none is missing."""
    there = {(row["objective"], row["seed"]) for row in rows if row["env_id"] == env_id}
    count = len(OBJECTIVES) * SEEDS - len(there)
    return f"{count} of {len(OBJECTIVES) * SEEDS} runs are not trained yet." if count else ""
