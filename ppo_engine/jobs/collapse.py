"""How often reusing a batch without the clip destroys the policy, and how often with it: measured over 20 seeds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ppo_engine.collapse_presets import SETTINGS
from ppo_engine.config import TrainConfig
from ppo_engine.envs import describe
from ppo_engine.jobs.trained import command, one_thread
from ppo_engine.presets import build_config

DATA = Path(__file__).parents[1] / "recordings" / "collapse.json"
NAMES = ("env_id", "objective", "seed")
OBJECTIVES = ("ppo_clip", "surrogate")
SEEDS = 20


def config_of(env_id: str, objective: str, seed: int) -> TrainConfig:
    """What one row trained: the environment's collapse preset, with the clip or without it."""
    return build_config(env_id, "collapse", objective, seed=seed)


def level(rows: list[dict[str, Any]], env_id: str) -> float:
    """The return below which a run counts as destroyed: half-way between the untrained policies' and the solved line.

    Fixed before anything was measured.
    """
    untrained = [row["untrained"] for row in rows if row["env_id"] == env_id]
    return (sum(untrained) / len(untrained) + float(describe(env_id).threshold or 0)) / 2


def collapsed(row: dict[str, Any], below: float) -> bool:
    """Whether a run ended destroyed: it diverged, or its mean return over the last tenth of its steps is below."""
    return row["diverged"] or row["last_tenth"] is None or row["last_tenth"] < below


def wanted() -> list[tuple[str, str, int]]:
    """Every (environment, objective, seed); the two objectives of a seed are twins."""
    return [(env, one, seed) for env in SETTINGS for seed in range(1, SEEDS + 1) for one in OBJECTIVES]


def main(argv: list[str] | None = None) -> int:
    """``python -m ppo_engine.jobs.collapse``: trains the twins that are missing, keeps what became of each, counts."""
    rows = command(argv, "ppo_engine.jobs.collapse", str(main.__doc__), DATA, NAMES, wanted(), config_of)
    for env_id in {row["env_id"] for row in rows}:
        below = level(rows, env_id)
        for objective in OBJECTIVES:
            mine = [row for row in rows if (row["env_id"], row["objective"]) == (env_id, objective)]
            ended = sum(collapsed(row, below) for row in mine)
            print(f"{env_id} {objective}: {ended} of {len(mine)} ended below {below:.0f}")
    return 0


if __name__ == "__main__":
    one_thread()
    from ppo_engine.jobs.collapse import main as run  # spawned processes import by this name, not as __main__

    raise SystemExit(run())
