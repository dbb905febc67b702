"""How long a run takes here: from the newest run like it in the folder, else from a slow machine's numbers."""

from __future__ import annotations

import math
from pathlib import Path

from ppo_engine.config import TrainConfig
from ppo_engine.jobs import peek
from ppo_engine.jobs.folders import RunFolder, run_ids
from ppo_engine.jobs.listing import read_config
from ppo_engine.presets import build_config

# The knobs that decide what a step costs.
WORK = (
    "env_id", "objective", "n_envs", "batch_size", "n_epochs", "hidden_sizes", "activation", "shared_trunk", "backend",
)  # fmt: skip
LOOK_AT_MOST = 300
ENOUGH = 1.0
# Microseconds on a slow machine of two cores, nothing else running: a step with its share of the rollout, and a sample
# of one epoch.
ROLLOUT = {
    "CartPole-v1": 11, "Acrobot-v1": 30, "MountainCar-v0": 13, "MountainCarContinuous-v0": 6, "Pendulum-v1": 25,
    "LunarLander-v3": 22, "LunarLanderContinuous-v3": 24, "BipedalWalker-v3": 70, "CarRacing-v3": 1400,
}  # fmt: skip
EPOCH, EPOCH_OF_PIXELS = 1.9, 110


def measured(runs: Path | str, config: TrainConfig) -> float:
    """Environment steps per second over the newest run in ``runs`` with the same work a step; NaN where there is none.

    Pauses do not count; a run that has trained for less than a second says nothing.
    """
    for run_id in run_ids(Path(runs))[: -LOOK_AT_MOST - 1 : -1]:
        folder = RunFolder(runs, run_id)
        try:
            other = read_config(folder, to_tell=True)
        except ValueError:
            continue
        if any(getattr(other, knob) != getattr(config, knob) for knob in WORK):
            continue
        columns = "MAX(timesteps) - MIN(timesteps), MAX(run_seconds) - MIN(run_seconds)"
        for steps, seconds in peek.query(folder.database, f"SELECT {columns} FROM updates"):
            if seconds is not None and seconds >= ENOUGH:
                return steps / seconds
    return math.nan


def usual(config: TrainConfig) -> float:
    """Environment steps per second on a slow machine of two cores; NaN for what was never measured there: environments
    outside the table, other networks than the preset's, and TRPO."""
    if config.env_id not in ROLLOUT or config.objective == "trpo":
        return math.nan
    base = build_config(config.env_id)
    if (config.hidden_sizes, config.backend) != (base.hidden_sizes, base.backend):
        return math.nan
    epoch = EPOCH_OF_PIXELS if config.env_id == "CarRacing-v3" else EPOCH
    return 1e6 / (ROLLOUT[config.env_id] + epoch * config.n_epochs)


def sentence(runs: Path | str, config: TrainConfig) -> str:
    """How long a run of ``config`` takes here, in one sentence that says where the number comes from."""
    speed = measured(runs, config)
    if math.isfinite(speed):
        took = _duration(config.total_timesteps / speed)
        return f"A run takes {took} here, at the {speed:,.0f} steps per second of the last one like it."
    speed = usual(config)
    if math.isfinite(speed):
        took = _duration(config.total_timesteps / speed)
        return f"A run takes {took} on two slow cores; the first one shows it here."
    return "How long a run takes here is known after the first one like it."


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"about {max(1, round(seconds))} s"
    return f"about {round(seconds / 60)} min" if seconds < 5400 else f"about {seconds / 3600:.1f} h"
