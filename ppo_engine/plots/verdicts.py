"""What the numbers of an update mean: tiles with a warning and its sentence, and one sentence about what you see."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

# KL (nats): 0.01-0.02 is what practitioners aim at (Spinning Up's target_kl, RLHF practice); beyond 0.1 the surrogate,
# which is only a first-order picture of the return around the old policy, says little about the new one.
KL_LOW, KL_HIGH, KL_WARN = 0.01, 0.02, 0.1
CLIP_WARN = 0.35
RATIO_WARN = 5.0
ENTROPY_WARN = 0.05  # of ln(number of actions)
EXPLAINED_WARN = 0.0
PATIENCE = 10  # updates before the critic or a falling return is judged
KL_SOURCE = "rule of thumb 0.01-0.02 (Spinning Up)"


class Tile(NamedTuple):
    """One number of the row of tiles; ``warning`` is a sentence, or empty while nothing is wrong."""

    label: str
    value: str
    unit: str
    warning: str
    meaning: str


def show(value: float, digits: int = 2) -> str:
    """A number as text with a true minus sign and narrow spaces that do not break; a dash while there is none.

    Large numbers give up decimals: six figures are enough to read.
    """
    if value is None or not math.isfinite(value):
        return "–"
    digits = max(0, min(digits, 5 - len(str(int(abs(value))))))
    value = 0.0 if abs(value) < 0.5 * 10**-digits else value
    return f"{value:,.{digits}f}".replace("-", "−").replace(",", "\u202f")


def percent(value: float) -> str:
    """A share as a percentage, one decimal below ten."""
    return show(100 * value, 1 if 100 * value < 9.95 else 0) + " %" if math.isfinite(value) else "–"


def kl_warning(kl: float) -> str:
    """Sentence for a KL(old ‖ new) in nats that is too large, else empty."""
    if kl > KL_WARN:
        return f"KL {show(kl)}: the new policy has left the region where the surrogate can be believed."
    return ""


def clip_warning(fraction: float) -> str:
    """Sentence for a share of samples outside 1±ε that is too large, else empty."""
    if fraction > CLIP_WARN:
        return f"{percent(fraction)} of samples lie outside 1±ε: the step is too large for this clip range."
    return ""


def ratio_warning(ratio: float) -> str:
    """Sentence for a largest ratio that is too large, else empty."""
    if ratio > RATIO_WARN:
        return f"Max ratio {show(ratio, 1)}: one action became {show(ratio, 0)} times as likely in a single update."
    return ""


def entropy_warning(entropy: float, actions: int) -> str:
    """Sentence for a policy over ``actions`` discrete actions that has all but stopped trying; 0 actions: no limit."""
    if actions > 1 and entropy < ENTROPY_WARN * math.log(actions):
        return f"Entropy {show(entropy, 3)}: the policy hardly ever tries anything else."
    return ""


def critic_warning(explained: float, update: int) -> str:
    """Sentence for a critic that is still worse than a constant after some updates, else empty."""
    if update > PATIENCE and explained < EXPLAINED_WARN:
        return f"Explained variance {show(explained)}: the critic predicts worse than a constant would."
    return ""


def return_warning(history: np.ndarray) -> str:
    """Sentence for a mean return ``(updates,)`` that lost over half of what it had gained, else empty."""
    known = np.asarray(history, dtype=float)
    known = known[np.isfinite(known)]
    if len(known) <= PATIENCE:
        return ""
    peak = int(np.argmax(known))
    best, now, start = known[peak], known[-1], known[: peak + 1].min()
    if best - now > 0.5 * (best - start) and best - now > 0.1 * abs(best):
        return f"Return {show(now, 0)}: it has fallen from {show(best, 0)} and lost over half of what was learned."
    return ""


MEANINGS = {
    "Return": "Mean return of the last 100 episodes.",
    "KL": "KL(old ‖ new) over the whole batch after the update: how far the policy moved.",
    "Clip fraction": "Share of samples whose ratio left 1±ε, over all minibatches of the update.",
    "Entropy": "How undecided the policy is; it falls as the agent makes up its mind.",
    "Explained variance": "How much of the returns the critic predicts: 1 is perfect, 0 is no better than a constant.",
    "Max ratio": "The most that any sampled action's probability grew in this update.",
    "Gradient noise": "Variance of a batch's policy gradient, as a share of what crediting every step with the whole"
    " episode's return R(τ) would give on the same batch. Measured in every 8th update, before Â is normalised.",
}


def tiles(
    report: Mapping[str, float], history: np.ndarray, actions: int, noise: float = float("nan")
) -> list[Tile]:
    """The row of tiles from one update's scalars by report key, the mean returns so far, the number of actions and
    the gradient's ``noise`` as a share of that of whole-episode returns."""
    update = int(report["update"])
    rows = [
        ("Return", show(report["ep_rew_mean"], 1), "mean of 100", return_warning(history)),
        ("KL", show(report["kl"], 4), "nats", kl_warning(report["kl"])),
        ("Clip fraction", percent(report["clip_fraction"]), "of samples", clip_warning(report["clip_fraction"])),
        ("Entropy", show(report["entropy"]), "nats", entropy_warning(report["entropy"], actions)),
        ("Explained variance", show(report["explained_variance"]), "of 1",
         critic_warning(report["explained_variance"], update)),
        ("Max ratio", show(report["ratio_max"]), "× as likely", ratio_warning(report["ratio_max"])),
        ("Gradient noise", percent(noise), "of R(τ)'s", ""),
    ]  # fmt: skip
    return [Tile(*row, MEANINGS[row[0]]) for row in rows]


def empty_tiles() -> list[Tile]:
    """The tiles before the first update."""
    units = ("mean of 100", "nats", "of samples", "nats", "of 1", "× as likely", "of R(τ)'s")
    return [Tile(label, "–", unit, "", text) for (label, text), unit in zip(MEANINGS.items(), units, strict=True)]


def moved(kl: float) -> str:
    """How far the policy moved, in words."""
    for limit, words in ((0.002, "hardly moved"), (KL_LOW, "moved a little"), (KL_HIGH, "took a good step"),
                         (0.05, "moved a lot"), (KL_WARN, "moved very far")):  # fmt: skip
        if kl < limit:
            return words
    return "jumped out of its trust region"


# What keeps the policy near the old one, where it is not the clip.
LEASHES = {
    "ppo_kl": "only the price β on the KL holds them", "ppo_kl_adaptive": "only the price β on the KL holds them",
    "trpo": "the step was cut to fit the trust region", "policy_gradient": "the batch is used once only",
    "reinforce": "the batch is used once only",
}  # fmt: skip


def sentence(report: Mapping[str, float], objective: str, threshold: float | None = None) -> str:
    """One sentence on what there is to see, from one update's scalars and the objective's name."""
    parts = [f"the policy {moved(report['kl'])} this update (KL {show(report['kl'], 3)})"]
    outside, killed = report["clip_fraction"], report["killed_fraction"]
    clips = objective == "ppo_clip"
    if clips and outside >= 0.0005:
        parts.append(
            f"{percent(outside)} of samples left the band, and the clip silenced {percent(killed)}"
            if killed >= 0.0005 else f"{percent(outside)} of samples left the band, and all of them still push"
        )  # fmt: skip
    elif clips:
        parts.append("no sample left the band")
    else:
        parts.append(f"{percent(outside)} of samples left 1±ε: {LEASHES.get(objective, 'nothing holds them back')}")
    if threshold is not None and report["ep_rew_mean"] >= threshold:
        parts.append(f"the return is past {show(threshold, 0)}, where the task counts as solved")
    return "What you see: " + "; ".join(parts) + "."
