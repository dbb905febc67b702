"""Diagnosis: which recorded case a run is nearest to, the curve and update that say so, and the slider move to try."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ppo_engine.config import TrainConfig
from ppo_engine.plots import remedies, symptoms
from ppo_engine.plots.packets import column
from ppo_engine.plots.remedies import Move
from ppo_engine.plots.symptoms import WINDOW, Symptom
from ppo_engine.plots.verdicts import return_warning, show

TITLES = {
    "healthy": "Healthy",
    "step": "A step too large",
    "reuse": "A batch reused too often",
    "barely": "Barely learning",
    "entropy": "Too certain too soon",
    "critic": "A critic that sees nothing",
    "undecided": "Undecided",
}
RISE = 0.25  # of the way from the first return to the solved level: less is no sign of learning yet


class Diagnosis(NamedTuple):
    """The nearest case (a key of TITLES), a sentence, what was cited (None: nothing) and the move (None: none)."""

    case: str
    sentence: str
    evidence: Symptom | None
    move: Move | None

    @property
    def title(self) -> str:
        """The case's name."""
        return TITLES[self.case]


def diagnose(config: TrainConfig, updates: np.ndarray, rows: np.ndarray, since: int = 0) -> Diagnosis:
    """The diagnosis of a run with ``config`` (its knobs as they now are) from its update rows.

    ``updates`` (k,), ``rows`` (k, len(REPORT_KEYS)). Only updates from number ``since`` on are judged: the one at
    which a knob was moved last. Causes go before what they bring about: a leap of the KL or a policy that closed too
    soon (whichever came first) before stillness, and that before a bad critic. A run that has solved its task is not
    called ill for large steps.
    """
    judged = np.asarray(updates) >= since
    now, some = np.asarray(updates)[judged], np.asarray(rows, float)[judged]
    leap = symptoms.leap(now, some) if len(some) else None
    if len(some) < WINDOW and not (leap and not np.isfinite(leap.value)):
        begun = f" since a knob was moved at update {since}" if since > 1 else ""
        return _undecided(f"{len(some)} of the {WINDOW} updates that a diagnosis needs are done{begun}.")
    certain = symptoms.certainty(config, now, some)
    solved = len(some) > 0 and symptoms.way(config, column(some, "ep_rew_mean"))[-1] >= 1
    if leap and not solved and not (certain and certain.update < leap.update):
        case, move = remedies.against_leaps(config)
        return _found(case, leap, move)
    if certain:
        return _found("entropy", certain, remedies.against_certainty(config))
    if still := symptoms.stillness(config, now, some):
        return _found("barely", still, remedies.against_stillness(config))
    first_loss = float(column(np.asarray(rows, float), "value_loss")[0])
    if blind := symptoms.blindness(config, now, some, first_loss):
        return _found("critic", blind, remedies.against_blindness(config))
    return _well(config, now, some, leap)


def _found(case: str, evidence: Symptom, move: Move | None) -> Diagnosis:
    why = f"; {move.why}" if move else "; no knob is far from its usual value"
    return Diagnosis(case, f"{TITLES[case]}: {evidence.sentence}{why}.", evidence, move)


def _undecided(why: str) -> Diagnosis:
    return Diagnosis("undecided", f"Undecided: {why}", None, None)


def _well(config: TrainConfig, updates: np.ndarray, rows: np.ndarray, leap: Symptom | None) -> Diagnosis:
    """What is said where no illness was found: healthy if the return rose, else undecided."""
    returns = column(rows, "ep_rew_mean")
    known = returns[np.isfinite(returns)]
    if not len(known):
        return _undecided("no curve is outside its band, but no episode has ended yet.")
    first, last = show(known[0], 0), show(known[-1], 0)
    if not symptoms.way(config, known)[-1] >= RISE:
        return _undecided(f"no curve is outside its band, but the return has hardly risen ({first} to {last}).")
    if fallen := return_warning(returns):
        return _undecided(f"no curve is outside its band, but the return has fallen. {fallen}")
    middle = show(float(np.nanmedian(column(rows, "kl"))), 4)
    said = f"Healthy: the return rose from {first} to {last}"
    if leap:
        said += f". The task is solved, although {leap.sentence}"
    else:
        said += f", and no curve is outside its band (KL {middle} nats in the middle of {len(updates)} updates)"
    return Diagnosis("healthy", said + ".", None, None)
