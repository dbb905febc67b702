"""Credit on one episode: its TD errors, its returns and its advantages, all by the engine's own estimators."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ppo_engine.advantages import gae, reward_to_go

# Ten steps in which a reward that was expected, one that was not, and a mistake can be told apart.
REWARDS = np.array([0.0, -1.0, 0.0, 2.0, 0.0, 0.0, -3.0, 0.0, 0.0, 5.0])
VALUES = np.array([2.0, 1.6, 2.4, 3.1, 1.4, 1.8, 2.6, 3.9, 4.1, 4.6, 3.0])


class Credit(NamedTuple):
    """``deltas`` δₜ, ``advantages`` Âₜ and ``to_go`` Gₜ of one episode, ``(T,)`` each."""

    deltas: np.ndarray
    advantages: np.ndarray
    to_go: np.ndarray


def credit(rewards: np.ndarray, values: np.ndarray, gamma: float, gae_lambda: float, terminated: bool = True) -> Credit:
    """The credit of an episode's steps; δₜ = rₜ + γ Vₜ₊₁ − Vₜ is GAE at λ = 0.

    ``rewards`` ``(T,)``, ``values`` ``(T+1,)``. After the last step the episode is over: if ``terminated`` nothing more
    was to come, else a time limit cut it, and V of the last observation, ``values[-1]``, stands for what would have.
    Source: Schulman et al. 2016, arXiv 1506.02438, eq. 10 and 16.
    """
    r, v = np.asarray(rewards, float)[:, None], np.asarray(values, float)[:, None]
    dones, bootstraps = np.zeros(r.shape, bool), np.zeros_like(r)
    dones[-1] = True
    bootstraps[-1] = 0.0 if terminated else np.float32(gamma) * v[-1]
    rollout = (r, v, dones, bootstraps)
    return Credit(
        gae(*rollout, gamma, 0.0)[0][:, 0], gae(*rollout, gamma, gae_lambda)[0][:, 0],
        reward_to_go(*rollout, gamma)[:, 0],
    )  # fmt: skip


def weights(gamma: float, gae_lambda: float, count: int) -> np.ndarray:
    """(γλ)ˡ for l = 0 … count − 1: how much of δₜ₊ₗ reaches Âₜ, ``(count,)``."""
    return (gamma * gae_lambda) ** np.arange(count)
