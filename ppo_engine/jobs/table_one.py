"""Table 1 of the PPO paper on the environments here: its eleven settings over seeds, as rows of data."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from ppo_engine.config import TrainConfig
from ppo_engine.jobs.trained import command, one_thread

DATA = Path(__file__).parents[1] / "recordings" / "table_one.json"
NAMES = ("setting", "env_id", "seed")
SEEDS = 5


class Setting(NamedTuple):
    """One row of the table: its words, the paper's score, and the objective with its knobs."""

    words: str
    paper: float
    knobs: dict[str, Any]


SETTINGS = {
    "none": Setting("No clipping or penalty", -0.39, {"objective": "surrogate"}),
    **{
        f"clip {value}": Setting(f"Clipping, ε = {value}", paper, {"objective": "ppo_clip", "clip_range": value})
        for value, paper in ((0.1, 0.76), (0.2, 0.82), (0.3, 0.70))
    },
    **{
        f"adaptive {value}": Setting(
            f"Adaptive KL, d = {value}", paper, {"objective": "ppo_kl_adaptive", "kl_coef": 1.0, "d_targ": value}
        )
        for value, paper in ((0.003, 0.68), (0.01, 0.74), (0.03, 0.71))
    },
    **{
        f"fixed {value:g}": Setting(f"Fixed KL, β = {value:g}", paper, {"objective": "ppo_kl", "kl_coef": value})
        for value, paper in ((0.3, 0.62), (1.0, 0.71), (3.0, 0.72), (10.0, 0.69))
    },
}
"""Source: Schulman et al. 2017, arXiv 1707.06347, Table 1: seven MuJoCo tasks, three seeds each, a million steps."""

STEPS = {
    "CartPole-v1": 100_000, "Acrobot-v1": 100_000, "LunarLander-v3": 200_000, "LunarLanderContinuous-v3": 200_000,
}  # fmt: skip
# The paper's Table 3, its horizon of 2048 shared by eight environments.
PAPER = {
    "n_envs": 8, "n_steps": 256, "batch_size": 64, "n_epochs": 10, "gamma": 0.99, "gae_lambda": 0.95,
    "learning_rate": 3e-4, "ent_coef": 0.0, "hidden_sizes": (64, 64), "activation": "tanh",
}  # fmt: skip


def config_of(setting: str, env_id: str, seed: int) -> TrainConfig:
    """What one row trained."""
    knobs = {**PAPER, **SETTINGS[setting].knobs, "env_id": env_id, "total_timesteps": STEPS[env_id], "seed": seed}
    return TrainConfig.from_dict(knobs)


def wanted() -> list[tuple[str, str, int]]:
    """Every (setting, environment, seed)."""
    return [(setting, env, seed) for setting in SETTINGS for env in STEPS for seed in range(1, SEEDS + 1)]


def scales(rows: list[dict[str, Any]]) -> dict[str, tuple[float, float]]:
    """Environment → what counts as 0 and as 1 there: the mean return of all first policies, and the best single run."""
    found = {}
    for env in STEPS:
        mine = [row for row in rows if row["env_id"] == env and row["last_100"] is not None]
        if mine:
            zero, best = sum(row["untrained"] for row in mine) / len(mine), max(row["last_100"] for row in mine)
            found[env] = (zero, max(best, zero + 1e-9))
    return found


def share(row: dict[str, Any], scale: dict[str, tuple[float, float]]) -> float | None:
    """A row's (last_100 − untrained)/(best − untrained); None for a run that saw no episode end."""
    if row["last_100"] is None or row["env_id"] not in scale:
        return None
    zero, best = scale[row["env_id"]]
    return (row["last_100"] - zero) / (best - zero)


def scores(rows: list[dict[str, Any]]) -> dict[tuple[str, int], float]:
    """(setting, seed) → the mean, over environments, of (last_100 − untrained)/(best − untrained).

    ``untrained`` is the mean return of all first policies of an environment, ``best`` its best single run: 0 and 1,
    as in the paper. A pair without a row in every environment has no score.
    """
    scale = scales(rows)
    parts: dict[tuple[str, int], list[float]] = {}
    for row in rows:
        own = share(row, scale)
        if own is not None:
            parts.setdefault((row["setting"], row["seed"]), []).append(own)
    return {key: sum(some) / len(some) for key, some in parts.items() if len(some) == len(STEPS)}


def main(argv: list[str] | None = None) -> int:
    """``python -m ppo_engine.jobs.table_one``: trains the rows that are missing and keeps them."""
    command(argv, "ppo_engine.jobs.table_one", str(main.__doc__), DATA, NAMES, wanted(), config_of)
    return 0


if __name__ == "__main__":
    one_thread()
    from ppo_engine.jobs.table_one import main as run  # spawned processes import by this name, not as __main__

    raise SystemExit(run())
