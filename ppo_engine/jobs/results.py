"""The results table: every default preset trained over seeds, evaluated on 100 fresh episodes, kept as data."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
from pathlib import Path
from typing import Any, NamedTuple

from ppo_engine.presets import build_config

DATA = Path(__file__).parents[1] / "recordings" / "results.json"
EPISODES, FIRST_SEED = 100, 10_000


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


def train_and_evaluate(env_id: str, preset: str, seed: int) -> dict[str, Any]:
    """Trains one seed of a preset and evaluates its last policy: greedily, on environment seeds 10000 to 10099."""
    from ppo_engine.evaluate import evaluate
    from ppo_engine.trainer import Trainer

    config = build_config(env_id, preset, seed=seed)
    with Trainer(config) as trainer:
        while not trainer.finished:
            trainer.update()
        result = evaluate(config, trainer.snapshot(), EPISODES, FIRST_SEED)
        sha = trainer.parameters_sha256()
        timesteps = trainer.timesteps
    return {
        "env_id": env_id, "preset": preset, "seed": seed, "timesteps": timesteps,
        "mean": round(result.mean, 1), "std": round(result.std, 1), "n": result.n,
        "ci95": [round(end, 1) for end in result.ci95],
        "share_solved": None if result.threshold is None else result.share_solved,
        "best": round(max(result.returns), 1), "parameters_sha256": sha,
    }  # fmt: skip


def read(path: Path = DATA) -> list[dict[str, Any]]:
    """The kept rows, one a preset and seed."""
    return json.loads(path.read_text()) if path.exists() else []


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
    parser = argparse.ArgumentParser(prog="python -m ppo_engine.jobs.results", description=main.__doc__)
    parser.add_argument("--env-id", help="only this environment")
    parser.add_argument("--preset", help="only this preset")
    parser.add_argument("--seeds", type=int, help="seeds 1 to N instead of the table's own number")
    parser.add_argument("--again", action="store_true", help="train rows again that are kept already")
    chosen = parser.parse_args(argv)
    rows = {(row["env_id"], row["preset"], row["seed"]): row for row in read()}
    todo = [
        (bar.env_id, bar.preset, seed)
        for bar in BARS
        for seed in range(1, (chosen.seeds or bar.seeds) + 1)
        if chosen.env_id in (None, bar.env_id) and chosen.preset in (None, bar.preset)
    ]
    todo = [key for key in todo if chosen.again or key not in rows]
    side_by_side = min(len(todo), os.cpu_count() or 1) or 1
    with multiprocessing.get_context("spawn").Pool(side_by_side, maxtasksperchild=1) as pool:
        for row in pool.imap_unordered(_train_key, todo):
            rows[row["env_id"], row["preset"], row["seed"]] = row
            kept = sorted(rows.values(), key=lambda row: (row["env_id"], row["preset"], row["seed"]))
            DATA.write_text("[\n" + ",\n".join(json.dumps(row) for row in kept) + "\n]\n")
            print(json.dumps(row), flush=True)
    print(markdown(list(rows.values())))
    return 0


def _train_key(key: tuple[str, str, int]) -> dict[str, Any]:
    return train_and_evaluate(*key)


if __name__ == "__main__":
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    raise SystemExit(main())
