"""The results table: every default preset trained over seeds, evaluated on 100 fresh episodes, kept as data."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from ppo_engine.config import TrainConfig
from ppo_engine.jobs.trained import command, one_thread
from ppo_engine.presets import build_config

DATA = Path(__file__).parents[1] / "recordings" / "results.json"


class Bar(NamedTuple):
    """One row of the table: a preset, its training seeds, the mean it must reach, and what others published."""

    env_id: str
    preset: str
    seeds: int
    bar: float
    published: str


BARS = (
    Bar("CartPole-v1", "quick", 5, 475, "500.0 ± 0.0"),
    Bar("Acrobot-v1", "sure", 3, -90, "−73.5 ± 18.2"),
    Bar("Pendulum-v1", "sure", 3, -200, "−172.2 ± 104.2"),
    Bar("MountainCar-v0", "sure", 3, -110, "−110.4 ± 19.5"),
    Bar("MountainCarContinuous-v0", "sure", 3, 88, "88.3 ± 2.6"),
    Bar("LunarLander-v3", "sure", 3, 230, "242.1 ± 31.8 (v2)"),
    Bar("LunarLander-v3", "quick", 5, 200, "none"),
    Bar("LunarLanderContinuous-v3", "sure", 3, 240, "270.9 ± 32.1 (v2)"),
    Bar("BipedalWalker-v3", "sure", 2, 285, "287.9 ± 2.4"),
)


NAMES = ("env_id", "preset", "seed")


def config_of(env_id: str, preset: str, seed: int) -> TrainConfig:
    """What one row trained."""
    return build_config(env_id, preset, seed=seed)


def wanted() -> list[tuple[str, str, int]]:
    """Every (environment, preset, seed) of the table."""
    return [(bar.env_id, bar.preset, seed) for bar in BARS for seed in range(1, bar.seeds + 1)]


def markdown(rows: list[dict[str, Any]]) -> str:
    """The table as README shows it: each seed's mean over 100 episodes with its 95 % interval."""
    lines = [
        "| environment | preset | steps | each seed: mean [95 % interval of 100 episodes] | solved | published |",
        "|---|---|---|---|---|---|",
    ]
    for bar in BARS:
        mine = [row for row in rows if (row["env_id"], row["preset"]) == (bar.env_id, bar.preset)]
        if mine:
            each = " · ".join(f"{r['mean']:g} [{r['ci95'][0]:g}, {r['ci95'][1]:g}]" for r in mine)
            shares = [row["share_solved"] for row in mine]
            solved = "–" if None in shares else f"{sum(shares) / len(shares):.0%}"
            steps = f"{mine[0]['timesteps']:,}"
            lines.append(f"| {bar.env_id} | {bar.preset} | {steps} | {each} | {solved} | {bar.published} |")
    return "\n".join(lines).replace("-", "−").replace("|−−−", "|---").replace("−v", "-v") + "\n"


def readme_with(readme: str, rows: list[dict[str, Any]]) -> str:
    """README's text with the table between its two result marks."""
    before, rest = readme.split("<!-- results -->")
    return f"{before}<!-- results -->\n{markdown(rows)}<!-- /results -->{rest.split('<!-- /results -->')[1]}"


def main(argv: list[str] | None = None) -> int:
    """``python -m ppo_engine.jobs.results``: trains what is missing, keeps the rows, prints the table."""
    print(markdown(command(argv, "ppo_engine.jobs.results", str(main.__doc__), DATA, NAMES, wanted(), config_of)))
    return 0


if __name__ == "__main__":
    one_thread()
    from ppo_engine.jobs.results import main as run  # spawned processes import by this name, not as __main__

    raise SystemExit(run())
