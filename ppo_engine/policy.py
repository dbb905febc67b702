"""A policy at one moment of a run: what it does, how sure it is, and what it expects; from a snapshot, NumPy only."""

from __future__ import annotations

from typing import Any

import numpy as np

from ppo_engine.actor_critic import Network, build_network
from ppo_engine.config import TrainConfig
from ppo_engine.distributions import Categorical, Gaussian
from ppo_engine.envs import describe
from ppo_engine.normalisation import EPSILON, normalise_observations, normalises
from ppo_engine.policy_distribution import distribution_of
from ppo_engine.product_distribution import ProductCategorical

Snapshot = dict[str, np.ndarray]
AnyDistribution = Categorical | ProductCategorical | Gaussian


class Policy:
    """π_θ and V of a snapshot (``Trainer.snapshot()``) of a run with ``config``.

    ``value_scale`` turns the network's values into the environment's reward units.

    Raises:
        ValueError: the snapshot does not fit the config's network.
    """

    def __init__(self, config: TrainConfig, snapshot: Snapshot):
        self.config, self.info = config, describe(config.env_id)
        parameters = np.ascontiguousarray(snapshot["parameters"], np.float32)
        # Both backends keep the same flat vector, so a torch run is watched and evaluated without torch.
        config = config.with_(backend="numpy")
        if parameters.shape != (build_network(config).size,):
            raise ValueError(f"the snapshot has {parameters.size} parameters, the config's network has another number")
        self.network: Network = build_network(config, parameters)
        self._mean, self._var = snapshot["obs_mean"], snapshot["obs_var"]
        self.value_scale = np.sqrt(float(snapshot["return_var"][0]) + EPSILON) if config.normalize_reward else 1.0

    @property
    def observation_moments(self) -> tuple[np.ndarray, np.ndarray] | None:
        """Mean and variance ``(D,)`` by which observations are normalised; None where they are not."""
        return (self._mean, self._var) if normalises(self.config) else None

    def act(self, observations: Any, deterministic: bool = True, rng: np.random.Generator | None = None) -> np.ndarray:
        """Actions for ``env.step``: the likeliest (or the mean), or one drawn with ``rng``.

        ``observations`` ``(D,)`` gives one action, ``(B, D)`` gives B. Continuous actions are not clipped to the box.
        """
        rows = np.atleast_2d(np.asarray(observations, np.float32))
        policy = self._distribution(rows)
        if deterministic:
            actions = policy.mode()
        else:
            rng = rng or np.random.default_rng()
            actions = _draw(policy, rng)
        return actions if np.ndim(observations) == 2 else actions[0]

    def distribution(self, observation: Any) -> np.ndarray | tuple[np.ndarray, np.ndarray]:
        """Action probabilities ``(A,)``, those of several parts side by side, or mean and deviation ``(K,)`` each.

        ``observation`` ``(D,)`` is one.
        """
        policy = self._distribution(np.asarray(observation, np.float32)[None])
        if not isinstance(policy, Gaussian):
            return policy.probs[0]
        return policy.mean[0], np.exp(policy.log_std)

    def value(self, observation: Any) -> float:
        """V(s) at one observation ``(D,)``, in the environment's reward units (discounted)."""
        seen = self._see(np.asarray(observation, np.float32)[None])
        return float(self.network.forward(seen).values[0]) * self.value_scale

    def _distribution(self, rows: np.ndarray) -> AnyDistribution:
        outputs = self.network.forward(self._see(rows))
        return distribution_of(self.info.discrete, self.info.parts)(outputs.policy, outputs.log_std)

    def _see(self, rows: np.ndarray) -> np.ndarray:
        moments = self.observation_moments
        return rows if moments is None else normalise_observations(rows, *moments)


def _draw(policy: AnyDistribution, rng: np.random.Generator) -> np.ndarray:
    if isinstance(policy, ProductCategorical):
        return np.stack([_draw(factor, rng) for factor in policy.factors], axis=1)
    if isinstance(policy, Categorical):
        cumulative = policy.probs.cumsum(axis=1)
        return (cumulative < rng.random((len(cumulative), 1)) * cumulative[:, -1:]).sum(axis=1)
    return policy.mean + np.exp(policy.log_std) * rng.standard_normal(policy.mean.shape, np.float32)
