"""One policy update: epochs of shuffled minibatches, each slope → gradient → clip → Adam."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from ppo_engine.actor_critic import Network
from ppo_engine.advantages import normalise
from ppo_engine.config import TrainConfig
from ppo_engine.diagnostics import approx_kl
from ppo_engine.objectives import Objective, Terms
from ppo_engine.optimizer import Adam, clip_grad_norm
from ppo_engine.policy_distribution import distribution_of
from ppo_engine.values import value_error


class Batch(NamedTuple):
    """A rollout, flattened. ``observations`` ``(B, D)`` as the network sees them, ``actions`` ``(B,)``, ``(B, I)`` or
    ``(B, K)``, ``log_probs``, ``advantages``, ``returns``, ``values`` ``(B,)``, ``old_policy`` ``(B, K)``."""

    observations: np.ndarray
    actions: np.ndarray
    log_probs: np.ndarray
    advantages: np.ndarray
    returns: np.ndarray
    values: np.ndarray
    old_policy: np.ndarray

    def take(self, index) -> Batch:
        """The samples at ``index`` (an array or a slice)."""
        if isinstance(index, slice):
            return Batch(*[column[index] for column in self])
        return Batch(*[column.take(index, axis=0) for column in self])


class Trace(NamedTuple):
    """What an update's minibatches saw, in their order: ``log_ratio`` and ``advantage`` ``(M,)``, squared value
    errors' mean, mean gradient norm before clipping, where the last epoch begins, what only one method knows, and the
    norm of every gradient that was stepped on."""

    log_ratio: np.ndarray
    advantage: np.ndarray
    value_loss: float
    grad_norm: float
    last_epoch: int
    detail: dict[str, Any] = {}
    norms: tuple[float, ...] = ()


class NotFinite(Exception):
    """A gradient was NaN or infinite; the parameters were not touched by it. ``trace`` ends with the guilty batch."""

    def __init__(self, trace: Trace):
        super().__init__("the gradient is not a finite number")
        self.trace = trace


class Learner:
    """Drives any network that offers ``forward`` and ``vjp`` on a flat parameter vector."""

    def __init__(self, network: Network, discrete: bool, rng: np.random.Generator, parts: tuple[int, ...] = ()):
        self.network, self.rng = network, rng
        self.distribution = distribution_of(discrete, parts)
        self.optimizer = Adam(network.size)

    def fit(self, batch: Batch, objective: Objective, config: TrainConfig, learning_rate: float) -> Trace:
        """All epochs of one update on ``batch``; moves the network's parameters in place.

        Ends early when the approximate KL of a minibatch passes 1.5 ``target_kl``, as Stable-Baselines3 does.

        Raises:
            NotFinite: a gradient was NaN or infinite.
        """
        size, epochs = config.batch_size, 1 if objective.single_pass else config.n_epochs
        old_log_std = self.network.views["log_std"].copy() if "log_std" in self.network.views else None
        log_ratios, advantages, norms = [], [], []
        squares, seen, epoch_start = 0.0, 0, 0
        stop = False
        for _ in range(epochs):
            shuffled = batch.take(self.rng.permutation(len(batch.log_probs)))
            if config.normalize_advantage:
                shuffled = shuffled._replace(advantages=normalise_minibatches(shuffled.advantages, size))
            epoch_start = seen
            for start in range(0, len(batch.log_probs), size):
                mini = shuffled.take(slice(start, start + size))
                log_ratio, error, gradient = self.gradient(mini, objective, config, old_log_std)
                log_ratios.append(log_ratio)
                advantages.append(mini.advantages)
                squares += float(np.dot(error, error))
                seen += len(log_ratio)
                if config.target_kl is not None and approx_kl(log_ratio) > 1.5 * config.target_kl:
                    stop = True
                    break
                norms.append(clip_grad_norm(gradient, config.max_grad_norm))
                if not norms[-1] < math.inf:
                    raise NotFinite(_trace(log_ratios, advantages, squares, norms, epoch_start))
                self.optimizer.step(self.network.parameters, gradient, learning_rate)
            if stop:
                break
        return _trace(log_ratios, advantages, squares, norms, epoch_start)

    def gradient(
        self, mini: Batch, objective: Objective, config: TrainConfig, old_log_std: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Log-ratios ``(B,)``, value errors ``(B,)`` and the flat gradient ``(P,)`` of one minibatch's loss.

        L = −mean gain + β mean KL(old ‖ new) − c_ent mean H + c_vf mean e². The policy's part of the gradient starts
        at the slope: ∂L/∂log π = −slope/B.
        """
        count = len(mini.log_probs)
        outputs = self.network.forward(mini.observations)
        policy = self.distribution(outputs.policy, outputs.log_std)
        log_ratio = policy.log_prob(mini.actions) - mini.log_probs
        slope = objective.slope(Terms(log_ratio, mini.advantages))
        by_policy, by_log_std = policy.grad_log_prob(mini.actions, slope * np.float32(-1 / count))
        kl_coef = getattr(objective, "kl_coef", 0.0)
        parts = []
        if config.ent_coef:
            parts.append((-config.ent_coef / count, policy.grad_entropy()))
        if kl_coef:
            parts.append((kl_coef / count, policy.grad_kl(self.distribution(mini.old_policy, old_log_std))))
        for weight, (more_by_policy, more_by_log_std) in parts:
            more_by_policy *= np.float32(weight)
            by_policy += more_by_policy
            if by_log_std is not None:
                by_log_std = by_log_std + np.float32(weight) * more_by_log_std
        error, bend = value_error(outputs.values, mini.returns, mini.values, config.clip_range_vf)
        by_values = error * bend
        by_values *= np.float32(2 * config.vf_coef / count)
        return log_ratio, error, self.network.vjp(by_policy, by_values, by_log_std)


def normalise_minibatches(advantages: np.ndarray, size: int) -> np.ndarray:
    """Advantages ``(B,)`` normalised within consecutive minibatches of ``size``; the last may be shorter."""
    whole = len(advantages) // size * size
    normalised = normalise(advantages[:whole].reshape(-1, size)).reshape(-1)
    return np.concatenate([normalised, normalise(advantages[whole:])]) if whole < len(advantages) else normalised


def _trace(log_ratios: list, advantages: list, squares: float, norms: list, epoch_start: int) -> Trace:
    log_ratio = np.concatenate(log_ratios)
    grad_norm = float(np.mean(norms)) if norms else float("nan")
    seen = np.concatenate(advantages)
    return Trace(log_ratio, seen, squares / len(log_ratio), grad_norm, epoch_start, norms=tuple(norms))
