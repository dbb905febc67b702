"""One landing, step by step: `python -m ppo_engine.recordings.landing RUN_FOLDER` flies it and writes landing.json."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ppo_engine.envs import make_env
from ppo_engine.jobs.evaluator import SEED
from ppo_engine.jobs.folders import RunFolder
from ppo_engine.jobs.view import RunView
from ppo_engine.policy import Policy
from ppo_engine.recordings import FOLDER

FILE = FOLDER / "landing.json"


class Landing(NamedTuple):
    """A greedy episode: ``rewards`` and ``actions`` ``(T,)``, the critic's ``values`` ``(T+1,)``, the last one that of
    the final observation, ``positions`` ``(T+1, 2)``; the discount and λ it was trained with, and where it is from."""

    rewards: list[float]
    actions: list[int]
    values: list[float]
    positions: list[list[float]]
    gamma: float
    gae_lambda: float
    update: int
    seed: int


def landing(path: Path = FILE) -> Landing:
    """The recorded landing."""
    return Landing(**json.loads(path.read_text(encoding="utf-8")))


def fly(view: RunView, seed: int = SEED) -> Landing:
    """The likeliest actions of a run's last policy from an environment's ``seed`` until it ends.

    Raises LookupError while no parameters are kept, ValueError for an episode that did not end by itself.
    """
    moment = view.moment()
    if moment is None:
        raise LookupError(f"run {view.run_id} has no parameters yet")
    update, snapshot = moment
    policy, env = Policy(view.config, snapshot), make_env(view.config.env_id)
    seen, over = env.reset(seed=seed)[0], False
    rewards, actions, observations = [], [], [seen]
    while not over:
        actions.append(int(policy.act(seen)))
        seen, reward, over, cut, _ = env.step(actions[-1])
        rewards.append(float(reward))
        observations.append(seen)
        if cut and not over:
            raise ValueError(f"the episode from seed {seed} ran into the time limit; another seed may land")
    env.close()
    values = [policy.value(observation) for observation in observations]
    return Landing(
        _short(rewards), actions, _short(values), [_short(observation[:2]) for observation in observations],
        view.config.gamma, view.config.gae_lambda, update, seed,
    )  # fmt: skip


def _short(numbers: Any) -> list[float]:
    return np.asarray(numbers, float).round(4).tolist()


def main(arguments: list[str] | None = None) -> int:
    """The command; prints what it wrote."""
    parser = argparse.ArgumentParser(prog="python -m ppo_engine.recordings.landing", description=__doc__)
    parser.add_argument("run", type=Path, help="a run's folder, for example runs/01K…")
    parser.add_argument("--seed", type=int, default=SEED, help="of the environment")
    given = parser.parse_args(arguments)
    folder = RunFolder.at(given.run)
    flown = fly(RunView(folder.runs, folder.run_id), given.seed)
    FILE.write_text(json.dumps(flown._asdict(), separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{FILE.name}: {len(flown.rewards)} steps, return {sum(flown.rewards):.1f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
