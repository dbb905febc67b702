"""What a comparison says: how runs are called, the knobs that differ, knobs nothing reads, one true sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ppo_engine.config import KNOBS, TrainConfig
from ppo_engine.knob_use import unread_knobs
from ppo_engine.objectives import OBJECTIVES
from ppo_engine.plots.packets import knob_value
from ppo_engine.plots.partings import Parting
from ppo_engine.plots.verdicts import show

LETTERS = "ABCD"
SHORT = {
    "ppo_clip": "Clipped", "surrogate": "Unclipped", "ppo_kl": "Fixed KL", "ppo_kl_adaptive": "Adaptive KL",
    "trpo": "TRPO", "policy_gradient": "Policy gradient", "reinforce": "REINFORCE",
}  # fmt: skip


HALVED = ("clip_range", "learning_rate", "kl_coef", "d_targ", "max_kl", "n_epochs", "ent_coef")


class Row(NamedTuple):
    """One knob that differs: its name, and each run's value; a run that does not read it has that said in place."""

    label: str
    values: list[str]


def value_text(name: str, value: object) -> str:
    """A knob's value as a table shows it."""
    if name == "objective":
        return OBJECTIVES[str(value)].title
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return "-".join(str(width) for width in value)
    if isinstance(value, int) and name != "seed":
        return show(value, 0)
    return knob_value(name, value) if value is None or isinstance(value, float) else str(value)


def differing(configs: Sequence[TrainConfig]) -> list[str]:
    """Names of the knobs in which the configs differ and that at least one of those who differ reads."""
    unread = [unread_knobs(config) for config in configs]
    found = []
    for name in KNOBS:
        read = [getattr(config, name) for config, reasons in zip(configs, unread, strict=True) if name not in reasons]
        # A knob that only some read is told by the objective's own name, unless those who read it differ in it.
        if len({repr(value) for value in read}) > 1 and name != "env_id":
            found.append(name)
    return found


def knob_table(configs: Sequence[TrainConfig]) -> list[Row]:
    """The knobs that differ between runs, and what each run has; also those that only some of them read."""
    unread, apart = [unread_knobs(config) for config in configs], differing(configs)
    rows = []
    for name, knob in KNOBS.items():
        reads = [name not in reasons for reasons in unread]
        values = [getattr(config, name) for config in configs]
        texts = [value_text(name, v) if r else "not read" for v, r in zip(values, reads, strict=True)]
        # An objective's own knob belongs into the table, unless it does nothing where it is read.
        partly = bool(knob.symbol) and len(set(reads)) == 2 and set(texts) != {"not read", "off"}
        idle = not any(reads) and len({repr(value) for value in values}) > 1
        if name in apart or partly or idle:
            label = knob.label if knob.symbol in knob.label else f"{knob.label} {knob.symbol}".strip()
            rows.append(Row(label, texts))
    return rows


def names(configs: Sequence[TrainConfig]) -> list[str]:
    """What each run is called on the page: its objective, and what tells it from the others of that objective."""
    told = []
    for config in configs:
        kin = [other for other in configs if other.objective == config.objective]
        apart = [name for name in differing(kin) if name != "objective"] if len(kin) > 1 else []
        if config.objective == "ppo_clip" and "clip_range" not in apart:
            apart = ["clip_range", *apart]
        parts = [f"{KNOBS[n].symbol or KNOBS[n].label.lower()} {value_text(n, getattr(config, n))}" for n in apart[:3]]
        told.append(" ".join([SHORT.get(config.objective, config.objective), ", ".join(parts)]).strip())
    return told


def suggestion(name: str, value: object) -> object:
    """Another value worth trying: half of it for steps, bands and prices, a switch turned; else the value itself."""
    if isinstance(value, bool):
        return not value
    if name in HALVED and isinstance(value, (int, float)) and value:
        return max(1, value // 2) if isinstance(value, int) else value / 2
    return value


def unread_by_all(configs: Sequence[TrainConfig], name: str) -> str:
    """One sentence if no compared run reads a knob, else empty."""
    if not all(name in unread_knobs(config) for config in configs):
        return ""
    who = ", ".join(dict.fromkeys(OBJECTIVES[config.objective].title for config in configs))
    return f"{KNOBS[name].label}: no compared objective ({who}) reads it, so it would change nothing."


def start_sentence(configs: Sequence[TrainConfig], partings: Sequence[Parting]) -> str:
    """What the runs share at their start, and where each other run parts from the first; ``partings`` one for each."""
    if len(configs) < 2:
        return ""
    if not all(found.same_start for found in partings):
        seeds = len({config.seed for config in configs}) > 1
        why = "different seeds" if seeds else "different weights or first batches"
        return f"{why[0].upper()}{why[1:]}: part of what you see is chance."
    groups: dict[str, list[str]] = {}
    for letter, found in zip(LETTERS[1:], partings, strict=False):
        if found.update is not None:
            groups.setdefault(f"parted at update {found.update}", []).append(letter)
        elif found.compared:
            groups.setdefault(f"identical so far ({found.compared} updates)", []).append(letter)
    told = [f"{', '.join(letters)} {what}" for what, letters in groups.items()]
    return "Same seed, same weights, same first batch" + (": " + "; ".join(told) if told else "") + "."


def difference_sentence(called: Sequence[str], steps: float, ahead: Sequence[float]) -> str:
    """Who earns more after ``steps``: ``ahead`` is each other run's return minus the first's; NaN where unknown."""
    # With more than two the names would fill lines: their letters stand at the heads of the curves.
    names = list(called) if len(called) == 2 else LETTERS[: len(called)]
    known = [(name, lead) for name, lead in zip(names[1:], ahead, strict=True) if np.isfinite(lead)]
    if not known:
        return ""
    told = [
        f"{name} earns as much as {names[0]}" if abs(lead) < 0.05
        else f"{name} earns {show(abs(lead), 1)} {'more' if lead > 0 else 'less'} than {names[0]}"
        for name, lead in known
    ]  # fmt: skip
    return f"After {show(steps / 1000, 0)} k steps {', '.join(told)}. One seed is no evidence: another may differ."
