"""Which preset, which knobs for all and which lanes make the same runs as those that are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from pages.shared.twins import OWN, text_of
from ppo_engine.config import KNOBS, TrainConfig
from ppo_engine.presets import build_config, presets_for
from ppo_engine.stabilisers import SWITCHES


class SetUp(NamedTuple):
    """``shared`` are knobs that all runs changed alike; a lane is an objective, a knob and its value as text."""

    preset: str
    shared: dict[str, Any]
    lanes: list[tuple[str, str, str]]


def same_set_up(configs: Sequence[TrainConfig]) -> SetUp:
    """The set-up nearest to these runs of one environment: a lane has one knob, so what differs further is left out."""
    found: dict[str, list[dict[str, Any]]] = {}
    for preset in presets_for(configs[0].env_id):
        found[preset] = [_changes(preset, config) for config in configs]
    preset = min(found, key=lambda name: sum(map(_distance, found[name])))
    changes = found[preset]
    shared = {
        name: value for name, value in changes[0].items()
        if len(configs) > 1 and all(name in other and other[name] == value for other in changes[1:])
    }  # fmt: skip
    lanes = []
    for config, own in zip(configs, changes, strict=True):
        knob = next((name for name in own if name not in shared), OWN.get(config.objective, "learning_rate"))
        lanes.append((config.objective, knob, text_of(getattr(config, knob))))
    return SetUp(preset, shared, lanes)


def _distance(changes: dict[str, Any]) -> float:
    """A switch of the stabilisers panel is turned more lightly than a preset's numbers are changed."""
    return sum(0.1 if name in SWITCHES else 1.0 for name in changes)


def _changes(preset: str, config: TrainConfig) -> dict[str, Any]:
    base = build_config(config.env_id, preset, config.objective, seed=config.seed)
    return {name: getattr(config, name) for name in KNOBS if getattr(config, name) != getattr(base, name)}
