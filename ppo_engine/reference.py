"""The whole PPO loss in plain PyTorch autograd: what people read, and what the tests hold the NumPy path against.

Nothing here is fast and nothing is shared with the engine: formulas, distributions, networks and optimiser are written
a second time, from the papers and with PyTorch's own parts. Notation: r = π_θ(a|s) / π_old(a|s), Â the advantage, ε the
clip range, β the KL coefficient. Shapes: ``B`` samples of a minibatch, ``D`` numbers of an observation, ``K`` logits or
action means, ``P`` parameters in the engine's flat order.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.distributions import Categorical, Distribution, Independent, Normal, kl_divergence

if TYPE_CHECKING:
    from ppo_engine.config import TrainConfig


class Minibatch(NamedTuple):
    """What was seen and done under the old policy, and what came of it."""

    observations: Tensor  # (B, D)
    actions: Tensor  # (B,) integers, or (B, K)
    old_log_prob: Tensor  # (B,)
    old_policy: Tensor  # (B, K) logits or means of the old policy
    old_log_std: Tensor | None  # (K,) where actions are continuous
    advantages: Tensor  # (B,)
    returns: Tensor  # (B,)
    old_values: Tensor  # (B,)


class Losses(NamedTuple):
    """The loss to be minimised and the four means it is made of."""

    total: Tensor
    policy_gradient_loss: Tensor
    value_loss: Tensor
    entropy: Tensor
    kl: Tensor


def policy_gradient_gain(log_ratio: Tensor, advantage: Tensor) -> Tensor:
    """log r · Â, ``(B,)``: the gradient is ∇ log π_θ(a|s) Â.

    Source: Williams 1992; Sutton et al. 2000.
    """
    return log_ratio * advantage


def surrogate_gain(log_ratio: Tensor, advantage: Tensor) -> Tensor:
    """r Â, ``(B,)``.

    Source: Schulman et al. 2017, arXiv 1707.06347, eq. 6.
    """
    return log_ratio.exp() * advantage


def clipped_gain(log_ratio: Tensor, advantage: Tensor, clip_range: float) -> Tensor:
    """min(r Â, clip(r, 1−ε, 1+ε) Â), ``(B,)``.

    Source: Schulman et al. 2017, arXiv 1707.06347, eq. 7.
    """
    ratio = log_ratio.exp()
    return torch.min(ratio * advantage, ratio.clamp(1 - clip_range, 1 + clip_range) * advantage)


def objective_gain(config: TrainConfig, log_ratio: Tensor, advantage: Tensor) -> Tensor:
    """The gain ``(B,)`` of the objective that ``config`` names, without its KL penalty."""
    if config.objective in ("reinforce", "policy_gradient"):
        return policy_gradient_gain(log_ratio, advantage)
    if config.objective == "ppo_clip":
        return clipped_gain(log_ratio, advantage, config.clip_range)
    return surrogate_gain(log_ratio, advantage)


def adapted_kl_coef(kl_coef: float, kl: float, d_targ: float) -> float:
    """The next update's β: half of it if KL < d/1.5, twice of it if KL > 1.5 d.

    Source: Schulman et al. 2017, arXiv 1707.06347, section 4.
    """
    if kl < d_targ / 1.5:
        return kl_coef / 2
    return kl_coef * 2 if kl > d_targ * 1.5 else kl_coef


def normalised(advantages: Tensor) -> Tensor:
    """(Â − mean)/(deviation + 1e-8) of a minibatch ``(B,)``, as Stable-Baselines3."""
    return (advantages - advantages.mean()) / (advantages.std() + 1e-8)


def squared_value_error(values: Tensor, batch: Minibatch, clip_range_vf: float | None) -> Tensor:
    """(V − R)², or (V_old + clip(V − V_old, −ε_v, ε_v) − R)², ``(B,)``.

    Source: Stable-Baselines3, PPO.
    """
    if clip_range_vf is not None:
        values = batch.old_values + (values - batch.old_values).clamp(-clip_range_vf, clip_range_vf)
    return (values - batch.returns).square()


def distribution(policy: Tensor, log_std: Tensor | None) -> Distribution:
    """π(·|s): a softmax over ``policy`` ``(B, K)``, or a Gaussian around it with deviations exp(log_std) ``(K,)``."""
    if log_std is None:
        return Categorical(logits=policy)
    return Independent(Normal(policy, log_std.exp()), 1)


def ppo_losses(network: ReferenceNetwork, batch: Minibatch, config: TrainConfig) -> Losses:
    """L = −mean gain + β mean KL(π_old ‖ π_θ) − c_H mean H(π_θ) + c_V mean (V − R)².

    β is ``kl_coef`` where the objective has a penalty, c_H ``ent_coef``, c_V ``vf_coef``. Advantages are taken as they
    are. Source: Schulman et al. 2017, arXiv 1707.06347, eq. 7-9; as in Stable-Baselines3, c_V multiplies the mean
    squared error without the half.
    """
    policy, values = network(batch.observations)
    new = distribution(policy, network.log_std)
    old = distribution(batch.old_policy, batch.old_log_std)

    log_ratio = new.log_prob(batch.actions) - batch.old_log_prob
    policy_gradient_loss = -objective_gain(config, log_ratio, batch.advantages).mean()
    value_loss = squared_value_error(values, batch, config.clip_range_vf).mean()
    entropy = new.entropy().mean()
    kl = kl_divergence(old, new).mean()

    penalised = config.objective in ("ppo_clip", "ppo_kl", "ppo_kl_adaptive")
    total = policy_gradient_loss - config.ent_coef * entropy + config.vf_coef * value_loss
    total = total + config.kl_coef * kl if penalised else total
    return Losses(total, policy_gradient_loss, value_loss, entropy, kl)


class ReferenceNetwork(nn.Module):
    """Actor and critic MLPs of equal widths, apart or ``shared``; ``log_std`` ``(K,)`` where actions are continuous."""

    def __init__(
        self, obs_dim: int, action_dim: int, hidden_sizes: tuple[int, ...], activation: str, discrete: bool,
        shared: bool = False,
    ):  # fmt: skip
        super().__init__()
        widths = [obs_dim, *hidden_sizes]
        self.actor = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(widths))
        self.critic = self.actor if shared else nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(widths))
        self.policy = nn.Linear(widths[-1], action_dim)
        self.value = nn.Linear(widths[-1], 1)
        self.log_std = None if discrete else nn.Parameter(torch.zeros(action_dim))
        self.bend = {"tanh": torch.tanh, "relu": torch.relu}[activation]

    def forward(self, observations: Tensor) -> tuple[Tensor, Tensor]:
        """Logits or action means ``(B, K)`` and values ``(B,)`` of ``observations`` ``(B, D)``."""
        actor = critic = observations
        for to_actor, to_critic in zip(self.actor, self.critic, strict=True):
            actor, critic = self.bend(to_actor(actor)), self.bend(to_critic(critic))
        return self.policy(actor), self.value(critic).squeeze(1)

    def in_flat_order(self) -> list[tuple[Tensor, bool]]:
        """Every parameter in the engine's order, and whether the engine keeps it transposed, as (in, out)."""
        order: list[tuple[Tensor, bool]] = []
        layer: Any
        trunks = [self.actor] if self.critic is self.actor else [self.actor, self.critic]
        for layer in zip(*trunks, strict=True):
            order += [(trunk.weight, True) for trunk in layer] + [(trunk.bias, False) for trunk in layer]
        for head in (self.policy, self.value):
            order += [(head.weight, True), (head.bias, False)]
        return order + ([] if self.log_std is None else [(self.log_std, False)])

    @torch.no_grad()
    def load_flat(self, flat: Tensor) -> None:
        """Takes every parameter from the engine's flat vector ``(P,)``."""
        order = self.in_flat_order()
        pieces = flat.split([parameter.numel() for parameter, _ in order])
        for (parameter, transposed), piece in zip(order, pieces, strict=True):
            target = parameter.T if transposed else parameter
            target.copy_(piece.view(target.shape))

    def flat(self) -> Tensor:
        """The parameters as the engine's flat vector ``(P,)``."""
        return torch.cat([(p.T if transposed else p).detach().reshape(-1) for p, transposed in self.in_flat_order()])

    def flat_gradient(self) -> Tensor:
        """The gradient of the last ``backward`` as the engine's flat vector ``(P,)``; 0 where nothing flowed."""
        grads = [(torch.zeros_like(p) if p.grad is None else p.grad, t) for p, t in self.in_flat_order()]
        return torch.cat([(grad.T if transposed else grad).reshape(-1) for grad, transposed in grads])


def losses_and_gradient(network: ReferenceNetwork, config: TrainConfig, parameters: Any, columns: Any) -> Any:
    """The policy's and the critic's loss ``(2,)``, and ∇L in the engine's flat order ``(P,)``, as NumPy arrays.

    ``parameters`` ``(P,)`` and the minibatch's ``columns``, by field name, are NumPy arrays too; none is changed.
    """
    network.load_flat(torch.tensor(parameters))
    batch: dict[str, Any] = {"old_log_std": None, **{name: torch.tensor(part) for name, part in columns.items()}}
    losses = ppo_losses(network, Minibatch(**batch), config)
    losses.total.backward()
    means = torch.stack([losses.policy_gradient_loss, losses.value_loss]).detach()
    return means.double().numpy(), network.flat_gradient().double().numpy()


class ReferenceLearner:
    """Minibatch steps with autograd, ``clip_grad_norm_`` and ``torch.optim.Adam``."""

    def __init__(self, network: ReferenceNetwork, config: TrainConfig):
        self.network, self.config = network, config
        self.optimizer = torch.optim.Adam(network.parameters(), lr=config.learning_rate, eps=1e-5)

    def step(self, batch: Minibatch) -> tuple[Losses, float]:
        """One gradient step on ``batch``; the losses before it, and the gradient's norm before it was clipped."""
        if self.config.normalize_advantage:
            batch = batch._replace(advantages=normalised(batch.advantages))
        losses = ppo_losses(self.network, batch, self.config)
        self.optimizer.zero_grad()
        losses.total.backward()
        limit = float("inf") if self.config.max_grad_norm is None else self.config.max_grad_norm
        norm = nn.utils.clip_grad_norm_(self.network.parameters(), limit)
        self.optimizer.step()
        return losses, float(norm)
