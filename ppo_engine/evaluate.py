"""Evaluation on fixed seeds: every policy flies the same episodes, and the mean comes with its interval."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ppo_engine.config import TrainConfig
from ppo_engine.envs import describe, make_env
from ppo_engine.policy import Policy, Snapshot

BATCH = 10
Z95 = 1.959963984540054


class Evaluation(NamedTuple):
    """Returns of ``n`` episodes: mean, deviation, 95 % interval of the mean, and the share at or above ``threshold``
    (NaN where the environment names none)."""

    mean: float
    std: float
    n: int
    ci95: tuple[float, float]
    share_solved: float
    threshold: float | None
    returns: tuple[float, ...]


def evaluate(
    config: TrainConfig, snapshot: Snapshot, episodes: int = 100, seed: int = 10_000, deterministic: bool = True
) -> Evaluation:
    """Flies ``episodes`` episodes, the i-th from environment seed ``seed + i``, and sums their undiscounted rewards.

    The interval is mean ± 1.96 σ/√n over episodes of this one policy; it says nothing about other training seeds.
    """
    policy, rng = Policy(config, snapshot), np.random.default_rng(seed)
    envs = [make_env(config.env_id) for _ in range(min(BATCH, episodes))]
    returns = [0.0] * episodes
    waiting, free = list(range(episodes))[::-1], list(envs)
    flying: list[list] = []
    while waiting or flying:
        while free and waiting:
            env, index = free.pop(), waiting.pop()
            flying.append([env, index, env.reset(seed=seed + index)[0]])
        actions = policy.act(np.stack([observation for _, _, observation in flying]), deterministic, rng)
        if not policy.info.discrete:
            actions = actions.clip(envs[0].action_space.low, envs[0].action_space.high)
        still = []
        for flight, action in zip(flying, actions, strict=True):
            flight[2], reward, terminated, truncated, _ = flight[0].step(action)
            returns[flight[1]] += float(reward)
            if terminated or truncated:
                free.append(flight[0])
            else:
                still.append(flight)
        flying = still
    for env in envs:
        env.close()
    return summarise(returns, describe(config.env_id).threshold)


def summarise(returns: list[float], threshold: float | None) -> Evaluation:
    """The Evaluation of some episodes' returns."""
    mean, std = float(np.mean(returns)), float(np.std(returns, ddof=1)) if len(returns) > 1 else float("nan")
    half = Z95 * std / math.sqrt(len(returns))
    solved = float("nan") if threshold is None else float(np.mean(np.asarray(returns) >= threshold))
    return Evaluation(mean, std, len(returns), (mean - half, mean + half), solved, threshold, tuple(returns))
