"""Symptoms: what in a run's curves lies outside its usual band, since which update, and by how much."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ppo_engine.config import TrainConfig
from ppo_engine.envs import describe
from ppo_engine.objectives import OBJECTIVES
from ppo_engine.plots.packets import column
from ppo_engine.plots.remedies import plainly
from ppo_engine.plots.verdicts import KL_HIGH, KL_LOW, KL_WARN, PATIENCE, show

# Each bar lies between what the healthy runs recorded and measured here show and what the ill ones do.
LEAP = 1.0  # nats: healthy updates stay below 0.1, runs with too large a step or without a leash pass 3 within ten
LEAPS, WINDOW = 3, 10  # so many updates beyond KL_WARN within so many
STILL = 0.0005  # nats, a twentieth of the band's lower end: healthy runs have a median of 0.002 to 0.011
CERTAIN = 0.1  # of ln(number of actions); runs that solve their task come as low, but only when they are nearly there
CERTAIN_FOR = 5  # updates in a row
NEARLY = 0.75  # of the way from the first return to the solved level
BLIND = 0.05  # explained variance: 0 is a constant guess; healthy runs have a median of 0.1 to 0.9 while they learn
UNSHRUNK = 0.1  # of its first value: a critic that follows its returns ends far below


class Symptom(NamedTuple):
    """A curve (report key) outside its band: the update cited and its value, the usual band, and a sentence."""

    kind: str
    key: str
    update: int
    value: float
    usual: tuple[float, float]
    sentence: str


def way(config: TrainConfig, returns: np.ndarray) -> np.ndarray:
    """How much of the way from the first known return to the solved level has been gone, ``(k,)``; NaN if unknown.

    An environment without such a level counts as solved where the return has risen by its own first size.
    """
    known = returns[np.isfinite(returns)]
    if not len(known):
        return np.full(len(returns), np.nan)
    threshold = describe(config.env_id).threshold
    goal = known[0] + max(1.0, abs(known[0])) if threshold is None else threshold
    if known[0] >= goal:
        return np.where(returns >= goal, 1.0, 0.0)
    return (returns - known[0]) / (goal - known[0])


def leap(updates: np.ndarray, rows: np.ndarray) -> Symptom | None:
    """KL beyond 0.1 nat in three of ten updates, beyond 1 nat in one, or not a number at all."""
    kl = column(rows, "kl")
    wild = ~np.isfinite(kl) | (kl > LEAP)
    beyond = ~np.isfinite(kl) | (kl > KL_WARN)
    crowded = np.convolve(beyond, np.ones(WINDOW, int))[: len(kl)] >= LEAPS
    if not (wild | crowded).any():
        return None
    at = int(np.argmax(wild | crowded))
    first = int(np.argmax(beyond[max(0, at - WINDOW + 1) :])) + max(0, at - WINDOW + 1)
    value = float(kl[first])
    said = f"KL(old ‖ new) was {show(value)} nats" if np.isfinite(value) else "the numbers left all bounds"
    return Symptom(
        "leap", "kl", int(updates[first]), value, (KL_LOW, KL_HIGH),
        f"{said} at update {updates[first]} and beyond {KL_WARN:g} in {beyond.sum()} of {len(kl)} updates",
    )  # fmt: skip


def certainty(config: TrainConfig, updates: np.ndarray, rows: np.ndarray) -> Symptom | None:
    """Entropy below 10 % of ln(number of actions) for five updates in a row, with the task far from solved."""
    choices = describe(config.env_id).choices
    if choices < 2:
        return None
    most = float(np.log(choices))
    entropy, gone = column(rows, "entropy"), way(config, column(rows, "ep_rew_mean"))
    low = (entropy < CERTAIN * most) & ~(gone >= NEARLY)
    lasting = np.convolve(low, np.ones(CERTAIN_FOR, int))[: len(low)] >= CERTAIN_FOR
    if not lasting.any():
        return None
    at = int(np.argmax(lasting)) - CERTAIN_FOR + 1
    return Symptom(
        "certainty", "entropy", int(updates[at]), float(entropy[at]), (CERTAIN * most, most),
        f"entropy was {show(entropy[at], 3)} nats at update {updates[at]} and stayed below a tenth of the most there"
        f" can be ({show(most)}) while the return was far from its goal",
    )  # fmt: skip


def uses_critic(config: TrainConfig) -> bool:
    """Whether the advantages read the critic at all."""
    return (OBJECTIVES[config.objective].credit or config.credit) in ("gae", "baseline")


def blindness(config: TrainConfig, updates: np.ndarray, rows: np.ndarray, first_loss: float) -> Symptom | None:
    """A median explained variance of no more than 0.05 after ten updates, with a value loss that did not shrink.

    ``first_loss`` is the run's first value loss. Where returns hardly differ there is nothing to explain, so a low
    explained variance alone says nothing; a critic that then follows its returns has a loss that did shrink.
    """
    explained, loss = column(rows, "explained_variance"), column(rows, "value_loss")
    if len(rows) < 2 * PATIENCE or not uses_critic(config):
        return None
    late = slice(PATIENCE, None)
    middle = float(np.nanmedian(explained[late]))
    if not middle <= BLIND or not np.nanmedian(loss[late]) >= UNSHRUNK * first_loss:
        return None
    at = PATIENCE + int(np.argmax(explained[late] <= BLIND))
    return Symptom(
        "blindness", "explained_variance", int(updates[at]), float(explained[at]), (BLIND, 1.0),
        f"explained variance was {show(explained[at])} at update {updates[at]} and {show(middle)} in the middle of all"
        " later ones, where 0 is a constant guess and 1 is perfect",
    )  # fmt: skip


def stillness(config: TrainConfig, updates: np.ndarray, rows: np.ndarray) -> Symptom | None:
    """A median KL below 0.0005 nats while the task is not solved."""
    kl, returns = column(rows, "kl"), column(rows, "ep_rew_mean")
    middle = float(np.nanmedian(kl))
    if not middle < STILL or way(config, returns)[-1] >= 1:
        return None
    at = int(np.argmax(kl < STILL))
    return Symptom(
        "stillness", "kl", int(updates[at]), float(kl[at]), (KL_LOW, KL_HIGH),
        f"KL(old ‖ new) was {plainly(kl[at])} nats at update {updates[at]} and {plainly(middle)} in the middle of all"
        " updates",
    )  # fmt: skip
