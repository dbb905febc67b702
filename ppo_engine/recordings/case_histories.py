"""Case histories: what each recorded case changes in one healthy run of CartPole, and its recording."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from ppo_engine.config import TrainConfig
from ppo_engine.knobs import ConfigError
from ppo_engine.recordings import FOLDER, Recording, load

CASES_FOLDER: Path = FOLDER / "cases"


class Case(NamedTuple):
    """What a case changes in the healthy run, and what is to be seen in its curves."""

    title: str
    look_for: str
    values: dict[str, Any]


# Large enough batches for smooth curves, few enough steps to record within a minute.
HEALTHY: dict[str, Any] = {
    "env_id": "CartPole-v1", "seed": 1, "n_envs": 8, "n_steps": 128, "batch_size": 128, "n_epochs": 10,
    "gamma": 0.99, "gae_lambda": 0.95, "learning_rate": 1e-3, "total_timesteps": 80_000,
}  # fmt: skip

CASES: dict[str, Case] = {
    "healthy": Case(
        "Healthy",
        "Small steps, a critic that learns, an entropy that falls as the return rises, and a pole that stays up.",
        {},
    ),
    "step": Case(
        "A step too large",
        "KL far beyond its band: each update leaves the region its batch can speak for, until one push is certain.",
        {"learning_rate": 0.05, "max_grad_norm": None},
    ),
    "reuse": Case(
        "A batch reused too often",
        "Forty epochs with nothing to hold the ratios: KL of several nats an update, and a return that staggers.",
        {"objective": "surrogate", "n_epochs": 40, "max_grad_norm": None},
    ),
    "barely": Case(
        "Barely learning",
        "KL a thousand times below its band: every curve is smooth, and nothing happens.",
        {"learning_rate": 1e-5},
    ),
    "entropy": Case(
        "Too certain too soon",
        "Returns that are all positive praise whatever was tried: entropy falls away, the return stands still.",
        {"credit": "reward_to_go", "normalize_advantage": False, "learning_rate": 3e-3},
    ),
    "critic": Case(
        "A critic that sees nothing",
        "The value clip stops pulling an estimate once it moved by 0.02 in an update: explained variance stays at 0.",
        {"clip_range_vf": 0.02},
    ),
}  # fmt: skip


def config_of(name: str) -> TrainConfig:
    """What the recorded run of a case trained; raises ConfigError for a name that is none."""
    if name not in CASES:
        raise ConfigError("case", name, "one of " + ", ".join(CASES))
    return TrainConfig.from_dict({**HEALTHY, **CASES[name].values})


def recorded_case(name: str) -> Recording:
    """The recorded run of a case; raises ConfigError for a name that is none."""
    config_of(name)
    return load(name, CASES_FOLDER)
