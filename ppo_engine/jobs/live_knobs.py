"""Which knobs may move while a run goes on, checked before anything is stored."""

from __future__ import annotations

from typing import Any

from ppo_engine.config import KNOBS, TrainConfig
from ppo_engine.knobs import ConfigError


def check_live(config: TrainConfig, knobs: dict[str, Any]) -> dict[str, Any]:
    """The knobs with their values in canonical type.

    Raises:
        ConfigError: one is unknown, fixed for the run, or out of range for a run of ``config``.
    """
    for name in knobs:
        if name not in KNOBS or not KNOBS[name].live:
            live = ", ".join(knob.name for knob in KNOBS.values() if knob.live)
            raise ConfigError("knob", name, f"one that may move during a run: {live}")
    checked = config.with_(**knobs)
    return {name: getattr(checked, name) for name in knobs}
