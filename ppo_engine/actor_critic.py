"""The actor-critic that a config asks for: the NumPy MLP, the same in torch on the same vector, or a CNN for pixels."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from ppo_engine.config import TrainConfig
from ppo_engine.envs import describe
from ppo_engine.networks import MLP, Outputs
from ppo_engine.objectives import OBJECTIVES


class Network(Protocol):
    """What a learner drives: three calls on one flat vector ``parameters`` ``(P,)`` with named ``views``."""

    size: int
    parameters: np.ndarray
    views: dict[str, np.ndarray]

    def forward(self, observations: np.ndarray) -> Outputs:
        """The outputs at ``observations`` ``(B, D)``; keeps what the other two need."""

    def vjp(self, by_policy: np.ndarray, by_values: np.ndarray, by_log_std: np.ndarray | None = None) -> np.ndarray:
        """Jᵀu at the last ``forward`` of this batch size, ``(P,)``."""

    def jvp(self, direction: np.ndarray, batch: int) -> Outputs:
        """J·direction at the last ``forward`` of ``batch`` rows."""


def shares_trunk(config: TrainConfig) -> bool:
    """Whether actor and critic share their hidden layers; under TRPO they never do, since the critic steps alone."""
    return config.shared_trunk and not OBJECTIVES[config.objective].trust_region


def build_network(
    config: TrainConfig,
    parameters: np.ndarray | None = None,
    rng: np.random.Generator | None = None,
    learns: bool = False,
) -> Network:
    """The actor-critic of ``config``, on ``parameters`` ``(P,)`` if given, initialised if ``rng`` is given.

    A network that ``learns`` is the trainer's; the others act in rollouts. With ``backend=torch`` the first weights are
    still the NumPy MLP's, so that both backends start at the same point. Images need a convolutional network and so
    torch, whatever the backend.
    """
    info = describe(config.env_id)
    if info.image:
        return _pixel_network(config, parameters, rng, learns)
    network = MLP(
        info.obs_dim, info.action_dim, config.hidden_sizes, config.activation, info.discrete,
        config.log_std_init, rng, parameters, shares_trunk(config),
    )  # fmt: skip
    if config.backend == "numpy":
        return network
    # Imported late: a NumPy run never pays for torch.
    from ppo_engine.torch_networks import TorchMLP, TorchNetwork

    return TorchNetwork(TorchMLP(network.shapes, config.activation), network.parameters, learns)


def _pixel_network(
    config: TrainConfig, parameters: np.ndarray | None, rng: np.random.Generator | None, learns: bool
) -> Network:
    from ppo_engine.torch_networks import PixelNet, TorchNetwork, initialise

    info = describe(config.env_id)
    trunks = 1 if shares_trunk(config) else 2
    module = PixelNet(info.image, info.action_dim, config.hidden_sizes, config.activation, info.discrete, trunks)
    network = TorchNetwork(module, parameters, learns)
    if rng is not None:
        initialise(network, rng, config.log_std_init)
    return network
