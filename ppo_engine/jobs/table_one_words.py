"""Table 1 in words: each setting's score, where the order differs from the paper's, and who may be called the best."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from scipy import stats

from ppo_engine.claims import verdict
from ppo_engine.jobs.table_one import SEEDS, SETTINGS, STEPS, scores
from ppo_engine.statistics import number, summarise


def by_setting(rows: list[dict[str, Any]]) -> dict[str, dict[int, float]]:
    """Setting → seed → score, in the order of the table; only seeds with a row in every environment have one."""
    found: dict[str, dict[int, float]] = {setting: {} for setting in SETTINGS}
    for (setting, seed), score in sorted(scores(rows).items(), key=lambda item: item[0][1]):
        if setting in found:
            found[setting][seed] = score
    return found


def sentence(found: Mapping[str, Mapping[int, float]]) -> str:
    """Where the order differs from the paper's, and whether anybody may be called the best here."""
    known = {setting: list(seeds.values()) for setting, seeds in found.items() if seeds}
    if len(known) < 2:
        return "No two settings have a score yet: a score needs a run in every environment."
    centres = {setting: summarise(values).centre for setting, values in known.items()}
    ours = max(centres, key=lambda setting: centres[setting])
    theirs = max(centres, key=lambda setting: SETTINGS[setting].paper)
    if ours == theirs:
        first = f"As in the paper, {SETTINGS[ours].words} has the highest score ({number(centres[ours], 2)})."
    else:
        first = (
            f"**The order differs from the paper's**: here {SETTINGS[ours].words} has the highest score"
            f" ({number(centres[ours], 2)}), there {SETTINGS[theirs].words}, which has"
            f" {number(centres[theirs], 2)} here."
        )
    words = verdict({SETTINGS[setting].words: values for setting, values in known.items()}, 2).words
    return f"{first} {_orders(centres)} {words}"


def _orders(centres: Mapping[str, float]) -> str:
    """How far the two orders agree."""
    tau = float(stats.kendalltau(list(centres.values()), [SETTINGS[setting].paper for setting in centres]).statistic)
    clipped = [setting for setting in centres if setting.startswith("clip")]
    others = [setting for setting in centres if not setting.startswith("clip")]
    count = sum(centres[one] > centres[other] for one in clipped for other in others)
    pairs = len(clipped) * len(others)
    same = f"The two orders agree with Kendall's τ = {number(tau, 2)} over {len(centres)} settings (1: the same order)."
    return same if not pairs else f"{same} The clipped settings are ahead of the others in {count} of {pairs} pairs."


def missing_words(missing: Sequence[tuple[Any, ...]]) -> str:
    """Which rows are not there yet, in one sentence; empty if none is missing."""
    if not missing:
        return ""
    whole = len(SETTINGS) * len(STEPS) * SEEDS
    if len(missing) <= 6:
        names = "; ".join(f"{SETTINGS[setting].words}, {env}, seed {seed}" for setting, env, seed in missing)
        return f"{len(missing)} of {whole} runs are not trained yet: {names}."
    counts = Counter(env for _, env, _ in missing)
    each = ", ".join(f"{counts[env]} of {len(SETTINGS) * SEEDS} in {env}" for env in STEPS if counts[env])
    return f"{len(missing)} of {whole} runs are not trained yet: {each}."
