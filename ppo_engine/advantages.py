"""Credit assignment: generalised advantage estimation, reward-to-go, and the whole episode's return.

Shapes: ``(T, N)`` is time × environment. ``dones`` marks steps after which the episode ended, for whatever reason.
*Terminated* cuts the bootstrap, *done* cuts the trace: a step that ended by a time limit comes in with γ V(final
observation) in ``bootstraps`` ``(T, N)``, a terminated one with 0 there.
"""

from __future__ import annotations

import numpy as np


def gae(
    rewards: np.ndarray, values: np.ndarray, dones: np.ndarray, bootstraps: np.ndarray, gamma: float, gae_lambda: float
) -> tuple[np.ndarray, np.ndarray]:
    """Âₜ = δₜ + γλ (1−doneₜ) Âₜ₊₁ with δₜ = rₜ + bootstrapₜ + γ (1−doneₜ) Vₜ₊₁ − Vₜ.

    ``rewards``, ``dones``, ``bootstraps`` ``(T, N)``; ``values`` ``(T+1, N)``, its last row the critic's value of the
    observation after the rollout. Returns advantages ``(T, N)`` and the critic's targets Â + V ``(T, N)``.
    Source: Schulman et al. 2016, arXiv 1506.02438, eq. 16; truncation as Pardo et al. 2018, arXiv 1712.00378.
    """
    _check_shapes(rewards, values, dones, bootstraps)
    going = (~dones).astype(np.float32)
    deltas = rewards + bootstraps + np.float32(gamma) * values[1:] * going - values[:-1]
    decay = np.float32(gamma * gae_lambda) * going
    advantages = np.empty_like(deltas)
    last = np.zeros_like(deltas[0])
    for t in range(len(deltas) - 1, -1, -1):
        last = deltas[t] + decay[t] * last
        advantages[t] = last
    return advantages, advantages + values[:-1]


def reward_to_go(
    rewards: np.ndarray, values: np.ndarray, dones: np.ndarray, bootstraps: np.ndarray, gamma: float
) -> np.ndarray:
    """Gₜ = rₜ + bootstrapₜ + γ (1−doneₜ) Gₜ₊₁, ``(T, N)``, completed by the critic where the rollout cuts an episode.

    Arguments as in ``gae``. Source: Spinning Up, "Don't let the past distract you"; equals Â + V at λ = 1.
    """
    _check_shapes(rewards, values, dones, bootstraps)
    going = (~dones).astype(np.float32)
    returns = np.empty_like(values[:-1])
    last = values[-1]
    for t in range(len(returns) - 1, -1, -1):
        last = rewards[t] + bootstraps[t] + np.float32(gamma) * going[t] * last
        returns[t] = last
    return returns


def episode_return(
    rewards: np.ndarray, values: np.ndarray, dones: np.ndarray, bootstraps: np.ndarray, gamma: float
) -> np.ndarray:
    """R(τ) for every step of τ, ``(T, N)``: the return from the episode's first step in this rollout.

    Arguments as in ``gae``. Source: Williams 1992. Deviation: an episode cut by the rollout counts from the cut on,
    and its end is completed by the critic's value.
    """
    returns = reward_to_go(rewards, values, dones, bootstraps, gamma)
    for t in range(1, len(returns)):
        returns[t] = np.where(dones[t - 1], returns[t], returns[t - 1])
    return returns


def estimate(
    credit: str,
    rewards: np.ndarray,
    values: np.ndarray,
    dones: np.ndarray,
    bootstraps: np.ndarray,
    gamma: float,
    gae_lambda: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Advantages and the critic's targets, ``(T, N)`` each, by the way of assigning credit that ``credit`` names.

    ``episode_return`` R(τ), ``reward_to_go`` Gₜ, ``baseline`` Gₜ − Vₜ, ``gae`` Â: each step less noisy than the one
    before it. Arguments as in ``gae``; the targets are Gₜ, and Â + V for GAE.
    """
    if credit == "gae":
        return gae(rewards, values, dones, bootstraps, gamma, gae_lambda)
    returns = reward_to_go(rewards, values, dones, bootstraps, gamma)
    if credit == "episode_return":
        return episode_return(rewards, values, dones, bootstraps, gamma), returns
    return (returns - values[:-1] if credit == "baseline" else returns), returns


def normalise(advantages: np.ndarray) -> np.ndarray:
    """(Â − mean)/(deviation + 1e-8) along the last axis, with n − 1 in the deviation, as Stable-Baselines3.

    A single advantage is returned as it is: it has no deviation.
    """
    if advantages.shape[-1] < 2:
        return advantages
    # Bit for bit what mean() and std() give, without the Python in them, which costs more here than the sums.
    count = advantages.shape[-1]
    centred = advantages - np.add.reduce(advantages, axis=-1, keepdims=True) / count
    deviation = np.sqrt(np.add.reduce(centred * centred, axis=-1, keepdims=True) / (count - 1))
    return centred / (deviation + np.float32(1e-8))


def _check_shapes(rewards: np.ndarray, values: np.ndarray, dones: np.ndarray, bootstraps: np.ndarray) -> None:
    steps, envs = rewards.shape
    if values.shape != (steps + 1, envs) or dones.shape != rewards.shape or bootstraps.shape != rewards.shape:
        raise ValueError(
            f"rewards {rewards.shape}, dones {dones.shape} and bootstraps {bootstraps.shape} must share one shape "
            f"(T, N), and values {values.shape} must be (T+1, N)"
        )
