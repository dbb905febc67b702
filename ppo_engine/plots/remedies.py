"""Remedies: which knob lies furthest outside its usual range, and the move of it that a symptom asks for."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from ppo_engine.config import KNOBS, TrainConfig
from ppo_engine.knob_use import unread_knobs

PRESETS_HERE = "the presets here"
TABLE_1 = "Table 1 of the PPO paper"
# Knob -> lowest and highest usual value, where they come from, and the value to go back to.
USUAL: dict[str, tuple[float, float, str, Any]] = {
    "learning_rate": (3e-4, 1e-3, PRESETS_HERE, 1e-3),
    "n_epochs": (3, 20, PRESETS_HERE, 10),
    "clip_range": (0.1, 0.3, TABLE_1, 0.2),
    "kl_coef": (0.3, 10, TABLE_1, 1.0),
    "max_kl": (0.001, 0.03, "TRPO's paper and Spinning Up", 0.01),
    "vf_coef": (0.25, 1.0, "Stable-Baselines3 and RLlib", 0.5),
}
LEASHLESS = (1, 4, "what an objective without a leash bears", 1)
STEP, REUSE = "step", "reuse"


class Move(NamedTuple):
    """One knob to move: its name, from where, to where, whether a run that goes on takes it, and why."""

    knob: str
    old: Any
    new: Any
    live: bool
    why: str

    @property
    def words(self) -> str:
        """The move as a button says it."""
        knob = KNOBS[self.knob]
        symbol = f" {knob.symbol}" if knob.symbol in ("ε", "β") else ""
        return f"{knob.label}{symbol}: {text_of(self.old)} → {text_of(self.new)}"


def text_of(value: Any) -> str:
    """A knob's value as a visitor reads it."""
    if value is None:
        return "off"
    if isinstance(value, bool):
        return "on" if value else "off"
    return plainly(value)


def plainly(value: float) -> str:
    """A number without an exponent, two digits where it is small: 0.00001 and not 1e-05."""
    if value == 0 or abs(value) >= 1e-3:
        return f"{value:g}"
    digits = 1 - math.floor(math.log10(abs(value)))
    return f"{value:.{digits}f}".rstrip("0")


def _move(config: TrainConfig, knob: str, new: Any, why: str) -> Move:
    return Move(knob, getattr(config, knob), new, KNOBS[knob].live, why)


def _usual(config: TrainConfig, knob: str) -> tuple[float, float, str, Any]:
    leashless = config.objective == "surrogate"
    return LEASHLESS if knob == "n_epochs" and leashless else USUAL[knob]


def _furthest(config: TrainConfig, above: tuple[str, ...], below: tuple[str, ...]) -> Move | None:
    """The knob furthest above or below its usual range, by ratio; the first of equals; None if all are within."""
    unread = unread_knobs(config)
    found: list[tuple[float, str]] = []
    for knob in (*above, *below):
        low, high, _, _ = _usual(config, knob)
        value = float(getattr(config, knob) or 0.0)
        ratio = value / high if knob in above else (low / value if value else math.inf)
        if ratio > 1 and knob not in unread and not (knob == "kl_coef" and config.objective == "ppo_clip"):
            found.append((ratio, knob))
    if not found:
        return None
    _, knob = max(found, key=lambda pair: pair[0])
    low, high, source, back = _usual(config, knob)
    symbol = KNOBS[knob].symbol
    label = f"{KNOBS[knob].label} {symbol}".strip() if knob != "learning_rate" else "Learning rate"
    label = label if label.startswith("KL") else label[0].lower() + label[1:]
    now = text_of(getattr(config, knob))
    why = f"the likely cause is {label} {now}, where {plainly(low)} to {plainly(high)} is usual ({source})"
    return _move(config, knob, back, why)


def against_leaps(config: TrainConfig) -> tuple[str, Move]:
    """Which case a leap of the KL is, a step too large or a batch reused too often, and the move against it.

    Adam moves a weight by about the learning rate in one gradient step (Kingma and Ba 2015, arXiv 1412.6980,
    section 2.1), so an update's reach is the learning rate times its gradient steps, unless a leash holds it.
    """
    move = _furthest(config, above=("n_epochs", "clip_range", "learning_rate", "max_kl"), below=("kl_coef",))
    if move is None:
        new = _rung(config.learning_rate / 3)
        move = _move(config, "learning_rate", new, "no knob is far from usual, and smaller steps are the safe move")
    return (STEP if move.knob in ("learning_rate", "max_kl") else REUSE), move


def against_stillness(config: TrainConfig) -> Move:
    """What lets the policy move: the knob that holds it most."""
    move = _furthest(config, above=("kl_coef",), below=("learning_rate", "clip_range", "max_kl"))
    if config.objective == "ppo_clip" and config.kl_coef > USUAL["kl_coef"][1]:
        return _move(config, "kl_coef", 0.0, f"the KL penalty β is {config.kl_coef:g}, and the clip holds already")
    new = _rung(config.learning_rate * 3)
    return move or _move(config, "learning_rate", new, "no knob is far from usual, and a larger step is the plain move")


def against_certainty(config: TrainConfig) -> Move | None:
    """What keeps the policy trying: advantages around 0, then an entropy bonus, then smaller steps."""
    if not config.normalize_advantage:
        why = "advantages that are not centred praise whatever was tried, so the first habit wins"
        return _move(config, "normalize_advantage", True, why)
    if "ent_coef" in unread_knobs(config):
        return None
    if config.ent_coef < 0.01:
        why = "nothing rewards staying undecided; 0.01 is the bonus of the PPO paper's Atari runs"
        return _move(config, "ent_coef", 0.01, why)
    return _move(config, "learning_rate", _rung(config.learning_rate / 3), "the bonus is there; smaller steps are left")


def against_blindness(config: TrainConfig) -> Move | None:
    """What lets the critic learn again; None where no knob is known to hold it."""
    if config.clip_range_vf is not None and not config.normalize_reward:
        why = "rewards are not scaled, and the value clip stops pulling an estimate once it has moved by"
        return _move(config, "clip_range_vf", None, f"{why} {plainly(config.clip_range_vf)} in an update")
    return _furthest(config, above=(), below=("vf_coef", "learning_rate", "n_epochs"))


def _rung(rate: float) -> float:
    """The rung of the learning rate's ladder nearest to a rate, by ratio."""
    return min(KNOBS["learning_rate"].choices, key=lambda rung: abs(math.log(rung / rate)))
