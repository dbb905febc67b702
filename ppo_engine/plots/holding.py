"""What holds the KL down, in words: which stabiliser's absence would have moved the policy further, and by how much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ppo_engine.plots.packets import knob_value
from ppo_engine.plots.verdicts import percent, show
from ppo_engine.stabilisers import LEASHES, SWITCHES

# The factor by which PPO's adaptive penalty calls a KL off its target; below HARDLY the policy has hardly moved at all.
FACTOR, HARDLY = 1.5, 0.002
NAMES = {
    "clip_range": "the clip", "kl_coef": "the KL penalty", "max_kl": "the trust region",
    "max_grad_norm": "gradient clipping", "anneal_lr": "annealing", "target_kl": "the KL stop",
    "clip_range_vf": "the value clip", "normalize_advantage": "advantage normalisation",
    "normalize_observation": "observation normalisation",
}  # fmt: skip
NOT_ALONE = "The network has learned from scaled observations: one update without them would say nothing."


class Cell(NamedTuple):
    """One stabiliser in one run: the KL without it as text and as a number (None: not finite), and what it did."""

    text: str
    kl: float | None
    holds: bool
    doing: str


def kl_text(kl: float | None) -> str:
    """A KL in nats with the digits that its size leaves room for; what is no finite number breaks the policy."""
    if kl is None:
        return "not finite"
    return show(kl, 1 if kl >= 10 else 2 if kl >= 0.1 else 3 if kl >= 0.01 else 4)


def matters(kl: float | None, bare: float | None) -> bool:
    """Whether ``bare``, the KL without something, is so much above ``kl`` that this something held it down."""
    if kl is None:
        return False
    return bare is None or (bare >= FACTOR * kl and bare >= HARDLY)


def holders(found: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The rows of a measurement that hold its KL down, the strongest first."""
    rows = [row for row in found.get("rows", ()) if "kl" in row and matters(found["kl"], row["kl"])]
    return sorted(rows, key=lambda row: -(float("inf") if row["kl"] is None else row["kl"]))


def sentence(found: Mapping[str, Any]) -> str:
    """What holds the KL of the measured update down; empty where nothing was measured."""
    if not found:
        return ""
    if found.get("error"):
        return str(found["error"])
    kl, update, rows = found["kl"], found["update"], found["rows"]
    held = holders(found)
    if held:
        told = [f"{NAMES[row['name']]} ({_without(row['kl'], kl if row is held[0] else None)})" for row in held]
        return f"Holding the KL down at update {update}: {', then '.join(told)}."
    region = next((row for row in rows if row["name"] == "max_kl"), None)
    if region:
        return f"Holding the KL down at update {update}: the trust region; every step is scaled to δ " \
               f"{knob_value('max_kl', region['value'])} (KL {kl_text(kl)})."  # fmt: skip
    if "together" in found and matters(kl, found["together"]):
        return (
            f"At update {update} no single stabiliser holds the KL down ({kl_text(kl)}): each is covered by another. "
            f"Without all of them it would have been {kl_text(found['together'])}."
        )
    if not any("kl" in row for row in rows):
        return f"At update {update} no stabiliser is on that could hold the KL ({kl_text(kl)}) down."
    bare = [row for row in rows if "kl" in row]
    last = found.get("together", bare[0]["kl"])
    who = "all of them" if "together" in found else NAMES[bare[0]["name"]]
    held_at = f"At update {update} no stabiliser holds the KL down: it is {kl_text(kl)}"
    return f"{held_at}, and without {who} {kl_text(last)}."


def _without(bare: float | None, kl: float | None) -> str:
    if bare is None:
        return "without it the update breaks"
    return f"without it {kl_text(bare)}" if kl is None else (
        f"without it the KL would have been {kl_text(bare)} instead of {kl_text(kl)}"
    )  # fmt: skip


def doing(name: str, acted: Mapping[str, Any]) -> str:
    """What a stabiliser did in the measured update, in a few words; empty where there is nothing to count."""
    if name == "clip_range":
        return f"silences {percent(acted['killed'])} of samples"
    if name == "max_grad_norm" and acted:
        return f"shortens {percent(acted['share'])} of gradients, to {percent(acted['left'])} on average"
    if name == "anneal_lr":
        return f"learning rate at {percent(acted['share'])}"
    if name == "target_kl":
        stopped = acted["steps"] < acted["planned"]
        return f"stopped after {acted['steps']} of {acted['planned']} steps" if stopped else \
               f"let through all {acted['planned']} steps"  # fmt: skip
    if name == "clip_range_vf":
        return f"holds {percent(acted['share'])} of values"
    if name == "normalize_advantage":
        return f"divides by {show(acted['deviation'])}"
    if name == "normalize_observation":
        return f"divides by {acted['smallest']:.2g} to {acted['largest']:.2g}"
    return ""


def table(found: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[Cell | None]]]:
    """For each stabiliser that is on in any measured run: its knob's name, and a cell for each run, None if off.

    A run without a measurement has None everywhere.
    """
    by_run = [{row["name"]: row for row in one.get("rows", ())} for one in found]
    lines: list[tuple[str, list[Cell | None]]] = []
    for name in (*LEASHES, *SWITCHES):
        cells = [_cell(one, rows.get(name)) for one, rows in zip(found, by_run, strict=True)]
        if any(cells):
            lines.append((name, cells))
    return lines


def _cell(found: Mapping[str, Any], row: Mapping[str, Any] | None) -> Cell | None:
    if row is None:
        return None
    if "kl" not in row:
        return Cell("–", None, False, doing(row["name"], row["acted"]) or "scales every step")
    return Cell(kl_text(row["kl"]), row["kl"], matters(found["kl"], row["kl"]), doing(row["name"], row["acted"]))
