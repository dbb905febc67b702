"""Small configs and short runs that the trainer's tests share."""

from __future__ import annotations

from typing import Any

from ppo_engine.config import TrainConfig
from ppo_engine.report import Report
from ppo_engine.trainer import Trainer

SMALL = {
    "CartPole-v1": {"n_envs": 5, "n_steps": 64, "batch_size": 64, "n_epochs": 4},
    "LunarLander-v3": {"n_envs": 4, "n_steps": 100, "batch_size": 64, "n_epochs": 2, "ent_coef": 0.01},
    "BipedalWalker-v3": {
        "n_envs": 3, "n_steps": 80, "batch_size": 60, "n_epochs": 2,
        "normalize_observation": True, "normalize_reward": True,
    },
    "Pendulum-v1": {"n_envs": 4, "n_steps": 90, "batch_size": 60, "n_epochs": 3, "anneal_lr": True},
}  # fmt: skip


def small_config(env_id: str = "CartPole-v1", **more: Any) -> TrainConfig:
    """A config whose update takes a fraction of a second."""
    return TrainConfig(**{"env_id": env_id, "seed": 3, "total_timesteps": 4000, **SMALL[env_id], **more})


def run(config: TrainConfig, updates: int, workers: int = 1) -> tuple[str, list[Report]]:
    """The parameters' SHA-256 after some updates, and their reports."""
    with Trainer(config, workers) as trainer:
        reports = [trainer.update() for _ in range(updates)]
        return trainer.parameters_sha256(), reports
