"""Running mean and variance, and what they do to observations and rewards."""

from __future__ import annotations

import numpy as np

from ppo_engine.config import TrainConfig
from ppo_engine.envs import describe

CLIP = 10.0
EPSILON = 1e-8


class RunningMoments:
    """Mean and variance of all rows seen, ``(D,)`` in float64, merged batch by batch.

    Source: Chan et al. 1979, parallel variance. Statistics stay frozen during a rollout and are merged after it, in
    environment order, so that they do not depend on the number of processes (Stable-Baselines3 merges every step).
    """

    def __init__(self, dim: int):
        self.count = 1e-4
        self.mean = np.zeros(dim)
        self.var = np.ones(dim)

    def merge(self, rows: np.ndarray) -> None:
        """Takes in ``rows`` ``(B, D)``."""
        rows = rows.astype(np.float64)
        mean, var, count = rows.mean(axis=0), rows.var(axis=0), len(rows)
        total = self.count + count
        delta = mean - self.mean
        self.var = (self.var * self.count + var * count + delta**2 * self.count * count / total) / total
        self.mean = self.mean + delta * count / total
        self.count = total

    def state(self) -> np.ndarray:
        """Count, mean and variance as one float64 vector ``(1 + 2D,)``."""
        return np.concatenate([[self.count], self.mean, self.var])

    def restore(self, state: np.ndarray) -> None:
        """The inverse of ``state``."""
        dim = len(self.mean)
        self.count, self.mean, self.var = float(state[0]), state[1 : 1 + dim].copy(), state[1 + dim :].copy()


def normalises(config: TrainConfig) -> bool:
    """Whether a run normalises what it sees; images never, since they are numbers from 0 to 1 already."""
    return config.normalize_observation and not describe(config.env_id).image


def normalise_observations(observations: np.ndarray, mean: np.ndarray, var: np.ndarray) -> np.ndarray:
    """clip((o − mean)/√(var + 1e-8), −10, 10) as float32, any leading shape × ``(D,)``."""
    scaled = (observations - mean) / np.sqrt(var + EPSILON)
    return np.clip(scaled, -CLIP, CLIP).astype(np.float32)


class RewardScaler:
    """Divides rewards by the running deviation of each environment's discounted return, without shifting them.

    Source: Engstrom et al. 2020, arXiv 2005.12729, appendix A.1, and Stable-Baselines3's VecNormalize. Deviation: the
    statistics include the rollout that they scale.
    """

    def __init__(self, n_envs: int):
        self.moments = RunningMoments(1)
        self.returns = np.zeros(n_envs)

    def scale(self, rewards: np.ndarray, dones: np.ndarray, gamma: float) -> np.ndarray:
        """clip(r/√(var + 1e-8), −10, 10) as float32 ``(T, N)``; ``rewards`` and ``dones`` ``(T, N)``."""
        discounted = np.empty(rewards.shape)
        for t in range(len(rewards)):
            self.returns = self.returns * gamma + rewards[t]
            discounted[t] = self.returns
            self.returns = self.returns * ~dones[t]
        self.moments.merge(discounted.reshape(-1, 1))
        return np.clip(rewards / np.sqrt(self.moments.var + EPSILON), -CLIP, CLIP).astype(np.float32)
