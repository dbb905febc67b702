"""What a run is called above its charts, and the one thing to look for in them."""

from __future__ import annotations

from ppo_engine.config import TrainConfig
from ppo_engine.knob_use import unread_knobs
from ppo_engine.objectives import OBJECTIVES
from ppo_engine.presets import build_config, presets_for


def title(config: TrainConfig) -> str:
    """One line that names a run: environment, objective, seed."""
    return f"{config.env_id} · {OBJECTIVES[config.objective].title} · seed {config.seed}"


def hint(config: TrainConfig) -> str:
    """What to look for, from the preset that the run was started with; else what the objective does to samples."""
    for name, preset in presets_for(config.env_id).items():
        if build_config(config.env_id, name, seed=config.seed) == config:
            return f"Look for: {preset.look_for}"
    if "clip_range" not in unread_knobs(config):
        return "Outside the band a sample is killed only if moving further would pay; on the other side it pulls back."
    return "This objective silences no sample: the band is drawn for comparison."
