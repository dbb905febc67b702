"""Made-up batches for the learner's tests: seen and done under a policy that the network has since left a little."""

from __future__ import annotations

import numpy as np
import torch

from ppo_engine.config import TrainConfig
from ppo_engine.envs import describe
from ppo_engine.learner import Batch, Learner
from ppo_engine.networks import MLP
from ppo_engine.objectives import OBJECTIVES
from ppo_engine.reference import Minibatch, ReferenceNetwork

# Objectives whose update is gradient steps on minibatches; TRPO's step has its own tests.
FIRST_ORDER = [name for name, kind in OBJECTIVES.items() if not kind.trust_region]


def make_learner(config: TrainConfig, seed: int = 0) -> Learner:
    """A learner whose network is as large as ``config`` says, with a policy head far from uniform."""
    info = describe(config.env_id)
    rng = np.random.default_rng([seed, 1])
    network = MLP(info.obs_dim, info.action_dim, config.hidden_sizes, config.activation, info.discrete, -0.3, rng)
    network.views["policy.weight"][:] *= 50
    return Learner(network, info.discrete, np.random.default_rng(seed))


def make_reference(learner: Learner, config: TrainConfig) -> ReferenceNetwork:
    """The reference network with the learner's present parameters."""
    info = describe(config.env_id)
    network = ReferenceNetwork(
        info.obs_dim, info.action_dim, config.hidden_sizes, config.activation, info.discrete
    )  # fmt: skip
    network.load_flat(torch.tensor(learner.network.parameters))
    return network


def make_batch(learner: Learner, config: TrainConfig, size: int, drift: float = 0.15, seed: int = 0) -> Batch:
    """``size`` samples whose old policy differs from the network's by ``drift``, so that some are beyond the clip."""
    info = describe(config.env_id)
    rng = np.random.default_rng([seed, 2])
    observations = rng.normal(size=(size, info.obs_dim)).astype(np.float32)
    outputs = learner.network.forward(observations)
    policy = outputs.policy + rng.normal(scale=drift, size=outputs.policy.shape).astype(np.float32)
    old = learner.distribution(policy, outputs.log_std)
    if info.discrete:
        actions = np.array([rng.choice(info.action_dim, p=p / p.sum()) for p in old.probs.astype(np.float64)])
    else:
        actions = (policy + np.exp(outputs.log_std) * rng.normal(size=policy.shape)).astype(np.float32)
    advantages, noise = rng.normal(1, 3, size=(2, size)).astype(np.float32)
    values = outputs.values + rng.normal(scale=drift, size=size).astype(np.float32)
    return Batch(observations, actions, old.log_prob(actions), advantages, values + noise, values, policy)


def to_torch(batch: Batch, old_log_std: np.ndarray | None) -> Minibatch:
    """The same samples as tensors."""
    return Minibatch(
        observations=torch.tensor(batch.observations),
        actions=torch.tensor(batch.actions),
        old_log_prob=torch.tensor(batch.log_probs),
        old_policy=torch.tensor(batch.old_policy),
        old_log_std=None if old_log_std is None else torch.tensor(old_log_std),
        advantages=torch.tensor(batch.advantages),
        returns=torch.tensor(batch.returns),
        old_values=torch.tensor(batch.values),
    )
