"""The measured collapse rates as the Lab prints them beside its runs, and what of a set-up no rate was measured for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ppo_engine.config import KNOBS, TrainConfig
from ppo_engine.envs import describe
from ppo_engine.jobs.collapse import OBJECTIVES, collapsed, config_of, level
from ppo_engine.jobs.collapse_words import CALLED, counts
from ppo_engine.objectives import OBJECTIVES as TITLES
from ppo_engine.presets import PRESETS
from ppo_engine.statistics import number

PRESET = "collapse"
COMMAND = "python -m ppo_engine.jobs.collapse"


class Rates(NamedTuple):
    """``words`` is what is printed, ``meaning`` says on hover what counts as destroyed and gives the intervals."""

    words: str
    meaning: str


def environments() -> list[str]:
    """The environments that have the preset."""
    return [env_id for env_id, presets in PRESETS.items() if PRESET in presets]


def rates(rows: Sequence[dict[str, Any]], env_id: str) -> Rates:
    """How many of the stored runs in an environment ended destroyed without the clip and with it."""
    mine = [row for row in rows if row["env_id"] == env_id]
    if not mine:
        return Rates(f"No rate has been measured in {env_id} yet: {COMMAND} trains its twins.", "")
    below = level(mine, env_id)
    counted = counts(mine, env_id)
    found = {objective: counted[objective] for objective in reversed(OBJECTIVES) if counted[objective].n}
    seeds = len({row["seed"] for row in mine})
    told = ", ".join(f"{one.k} of {one.n} {CALLED[objective]}" for objective, one in found.items())
    intervals = "; ".join(f"{CALLED[objective]} {one.words}" for objective, one in found.items())
    untrained = sum(row["untrained"] for row in mine) / len(mine)
    meaning = (
        f"Destroyed: the mean return over the last tenth of the run's steps is below {number(below)}, half-way between "
        f"the untrained policies' {number(untrained)} and the {number(describe(env_id).threshold or 0)} at which the "
        f"task counts as solved; or it diverged. {intervals[0].upper()}{intervals[1:]} (Wilson). "
        f"{COMMAND} --again trains every one of these runs anew."
    )
    return Rates(f"Over {seeds} {'seed' if seeds == 1 else 'seeds'}: destroyed in {told}.", meaning)


def differences(config: TrainConfig) -> list[str]:
    """What in a set-up differs from what was measured with its objective, the seed apart: "Epochs 10 instead of 40".

    Empty where nothing does; an objective or an environment that was not measured is itself the difference.
    """
    if config.env_id not in environments() or config.objective not in OBJECTIVES:
        return [TITLES[config.objective].title]
    measured = config_of(config.env_id, config.objective, config.seed)
    return [
        f"{knob.label.lower()} {_text(getattr(config, name))} instead of {_text(getattr(measured, name))}"
        for name, knob in KNOBS.items() if getattr(config, name) != getattr(measured, name)
    ]  # fmt: skip


def said(rows: Sequence[dict[str, Any]], configs: Sequence[TrainConfig]) -> Rates:
    """The rates for runs of one environment that are set up or looked at, and which of them they do not speak of."""
    env_id = configs[0].env_id
    found = rates(rows, env_id)
    other = {i: apart for i, config in enumerate(configs) if (apart := differences(config))}
    if not found.meaning:
        return found
    words = found.words
    for i, apart in other.items():
        who = f"{'ABCD'[i]}: " if len(configs) > 1 else ""
        words += f" {who}no rate was measured with {', '.join(apart[:2])}{' …' if apart[2:] else ''}."
    own = [_ended(rows, config) for i, config in enumerate(configs) if i not in other]
    told = [text for text in own if text]
    if told:
        words += f" Seed {configs[0].seed} is among them: {', '.join(told)}."
    return found._replace(words=words)


def _text(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, (int, float)) else str(value)


def _ended(rows: Sequence[dict[str, Any]], config: TrainConfig) -> str:
    key = (config.env_id, config.objective, config.seed)
    for row in rows:
        if (row["env_id"], row["objective"], row["seed"]) == key:
            gone = collapsed(row, level(list(rows), config.env_id))
            at = "diverged" if row["last_tenth"] is None else f"ended at {number(row['last_tenth'])}"
            return f"{CALLED[config.objective]} {at}{' (destroyed)' if gone else ''}"
    return ""
