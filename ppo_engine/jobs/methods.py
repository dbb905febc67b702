"""The table of methods: every method on four environments over seeds, each with settings that suit it, kept as data."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from ppo_engine.config import TrainConfig
from ppo_engine.jobs.trained import command, one_thread
from ppo_engine.presets import build_config

DATA = Path(__file__).parents[1] / "recordings" / "methods.json"
METHODS = {
    "reinforce": "REINFORCE", "policy_gradient": "Policy gradient", "a2c": "A2C (one trunk)",
    "surrogate": "Unclipped surrogate", "ppo_clip": "PPO, clipped", "ppo_kl": "PPO, fixed β",
    "ppo_kl_adaptive": "PPO, adaptive β", "trpo": "TRPO",
}  # fmt: skip


class Arena(NamedTuple):
    """One environment of the table: the preset that all methods start from, its steps and seeds.

    ``own`` holds a method's changes to the preset: an objective that passes once over its batch wants small batches
    and many of them, TRPO wants its single step from some thousand steps. ``published`` is what others report.
    """

    env_id: str
    preset: str
    total_timesteps: int
    seeds: int
    own: dict[str, dict[str, Any]]
    published: dict[str, str]

    def config(self, method: str, seed: int) -> TrainConfig:
        """What one seed of one method trains. A2C is the policy gradient on a trunk that actor and critic share."""
        own = self.own.get(method, {})
        if method == "a2c":
            method, own = "policy_gradient", {**own, "shared_trunk": True}
        steps = {"total_timesteps": self.total_timesteps}
        return build_config(self.env_id, self.preset, method, seed=seed, **{**steps, **own})


PUBLISHED_AT = "https://github.com/DLR-RM/rl-baselines3-zoo/blob/master/benchmark.md"
"""Where ``published`` is from: RL Baselines3 Zoo, one run each, greedy evaluation."""

_POLE = {"n_steps": 16, "batch_size": 128, "gamma": 0.99, "gae_lambda": 1.0, "learning_rate": 2e-3}
_LANDER = {"n_steps": 8, "batch_size": 128, "gamma": 0.99, "gae_lambda": 0.95, "learning_rate": 7e-4, "anneal_lr": True}
# A twelfth of the preset's steps wants smaller batches than the preset's 65,536 for all methods.
_WALKER = {"n_envs": 16, "n_steps": 512, "batch_size": 128, "gamma": 0.99, "clip_range": 0.2, "learning_rate": 7e-4}
_WALKER_OFTEN = {**_WALKER, "n_steps": 16, "batch_size": 256}
_LANDER_OWN: dict[str, dict[str, Any]] = {
    "reinforce": {"n_steps": 256, "batch_size": 64}, "policy_gradient": _LANDER, "a2c": _LANDER,
    "trpo": {"n_steps": 256},
}  # fmt: skip

ARENAS = (
    Arena(
        "CartPole-v1", "quick", 100_000, 5,
        {"reinforce": {"n_steps": 128, "batch_size": 128, "gamma": 0.99}, "policy_gradient": _POLE, "a2c": _POLE,
         "trpo": {"n_steps": 128}},
        {"ppo_clip": "500.0 ± 0.0", "trpo": "500.0 ± 0.0"},
    ),
    Arena(
        "LunarLander-v3", "sure", 1_000_000, 5, _LANDER_OWN,
        {"ppo_clip": "242.1 ± 31.8 (v2)", "trpo": "133.2 ± 112.2 (v2, 200 k)"},
    ),
    Arena(
        "LunarLanderContinuous-v3", "sure", 300_000, 5, _LANDER_OWN,
        {"ppo_clip": "270.9 ± 32.1 (v2, 1 M)", "trpo": "262.4 ± 21.4 (v2, 200 k)"},
    ),
    Arena(
        "BipedalWalker-v3", "sure", 600_000, 3,
        {**dict.fromkeys(METHODS, _WALKER), "policy_gradient": _WALKER_OFTEN, "a2c": _WALKER_OFTEN},
        {"ppo_clip": "287.9 ± 2.4 (5 M)", "trpo": "182.3 ± 145.6 (1 M)"},
    ),
)  # fmt: skip


NAMES = ("env_id", "method", "seed")


def config_of(env_id: str, method: str, seed: int) -> TrainConfig:
    """What one row trained."""
    return next(arena for arena in ARENAS if arena.env_id == env_id).config(method, seed)


def wanted() -> list[tuple[str, str, int]]:
    """Every (environment, method, seed) of the table."""
    return [
        (arena.env_id, method, seed)
        for arena in ARENAS for method in METHODS for seed in range(1, arena.seeds + 1)
    ]  # fmt: skip


def main(argv: list[str] | None = None) -> int:
    """``python -m ppo_engine.jobs.methods``: trains what is missing of the table of methods and keeps the rows."""
    command(argv, "ppo_engine.jobs.methods", str(main.__doc__), DATA, NAMES, wanted(), config_of)
    return 0


if __name__ == "__main__":
    one_thread()
    from ppo_engine.jobs.methods import main as run  # spawned processes import by this name, not as __main__

    raise SystemExit(run())
