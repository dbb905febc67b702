"""Categorical and diagonal Gaussian action distributions: log-probability, entropy, KL, and their gradients.

Both are built from the policy head's output, a row a sample. Gradients are by that output, so that one vector-Jacobian
product through the network finishes the backward pass. A gradient is a pair: by the head ``(B, K)`` and by the
state-independent log deviation ``(K,)`` (``None`` where there is none). Sources: any text; torch.distributions is the
second implementation that the tests hold these against.
"""

from __future__ import annotations

import math

import numpy as np

HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)
Gradient = tuple[np.ndarray, "np.ndarray | None"]


class Categorical:
    """π(a|s) = softmax(logits)ₐ. ``logits`` ``(B, K)``; actions are integers ``(B,)``."""

    __slots__ = ("log_probs", "probs")

    def __init__(self, logits: np.ndarray, log_std: np.ndarray | None = None):
        shifted = logits - np.maximum.reduce(logits, axis=1, keepdims=True)
        self.probs = np.exp(shifted)
        total = np.add.reduce(self.probs, axis=1, keepdims=True)
        self.probs /= total
        np.log(total, out=total)
        self.log_probs = np.subtract(shifted, total, out=shifted)

    def log_prob(self, actions: np.ndarray) -> np.ndarray:
        """log π(a|s), ``(B,)``."""
        return self.log_probs[_rows(len(actions)), actions]

    def entropy(self) -> np.ndarray:
        """−Σₐ π log π in nats, ``(B,)``."""
        return -np.einsum("bk,bk->b", self.probs, self.log_probs)

    def kl(self, new: Categorical) -> np.ndarray:
        """KL(self ‖ new) = Σₐ π (log π − log π_new) in nats, ``(B,)``."""
        return np.einsum("bk,bk->b", self.probs, self.log_probs - new.log_probs)

    def mode(self) -> np.ndarray:
        """The likeliest action, ``(B,)``."""
        return self.log_probs.argmax(axis=1)

    def grad_log_prob(self, actions: np.ndarray, weights: np.ndarray) -> Gradient:
        """∂ Σ_b w_b log π(a_b|s_b) / ∂ logits = w (onehot(a) − π), ``(B, K)``."""
        gradient = self.probs * -weights[:, None]
        gradient[_rows(len(actions)), actions] += weights
        return gradient, None

    def grad_entropy(self) -> Gradient:
        """∂ Σ_b H_b / ∂ logits = −π (log π + H), ``(B, K)``."""
        return -self.probs * (self.log_probs + self.entropy()[:, None]), None

    def grad_kl(self, old: Categorical) -> Gradient:
        """∂ Σ_b KL(old ‖ self) / ∂ logits = π − π_old, ``(B, K)``."""
        return self.probs - old.probs, None

    def fisher_product(self, by_logits: np.ndarray, by_log_std: np.ndarray | None = None) -> Gradient:
        """F u a row, with F = diag(π) − π πᵀ the Fisher matrix by the logits; ``by_logits`` ``(B, K)``."""
        mean = np.einsum("bk,bk->b", self.probs, by_logits)
        return self.probs * (by_logits - mean[:, None]), None

    def parameters(self) -> tuple[np.ndarray, None]:
        """What rebuilds this distribution: logits (here the log-probabilities) and no deviation."""
        return self.log_probs, None


class Gaussian:
    """π(a|s) = N(mean, diag exp(2 log_std)). ``mean`` ``(B, K)``, ``log_std`` ``(K,)``; actions ``(B, K)``."""

    __slots__ = ("mean", "log_std", "inverse_std")

    def __init__(self, mean: np.ndarray, log_std: np.ndarray):
        self.mean, self.log_std = mean, log_std
        self.inverse_std = np.exp(-log_std)

    def log_prob(self, actions: np.ndarray) -> np.ndarray:
        """Σₖ −½ z² − log σ − ½ log 2π with z = (a − mean)/σ, ``(B,)``."""
        z = (actions - self.mean) * self.inverse_std
        constant = np.float32(self.log_std.sum() + HALF_LOG_2PI * self.log_std.size)
        return np.float32(-0.5) * np.einsum("bk,bk->b", z, z) - constant

    def entropy(self) -> np.ndarray:
        """Σₖ log σ + ½ log 2πe in nats, the same for every state, ``(B,)``."""
        each = np.float32(self.log_std.sum() + (0.5 + HALF_LOG_2PI) * self.log_std.size)
        return np.full(len(self.mean), each, np.float32)

    def kl(self, new: Gaussian) -> np.ndarray:
        """KL(self ‖ new) = Σₖ log(σ_new/σ) + (σ² + (mean − mean_new)²) / 2σ_new² − ½ in nats, ``(B,)``."""
        distance = (self.mean - new.mean) * new.inverse_std
        spread = np.exp(2 * (self.log_std - new.log_std))
        constant = (new.log_std - self.log_std + 0.5 * spread - 0.5).sum()
        return np.float32(0.5) * np.einsum("bk,bk->b", distance, distance) + np.float32(constant)

    def mode(self) -> np.ndarray:
        """The mean, ``(B, K)``."""
        return self.mean

    def grad_log_prob(self, actions: np.ndarray, weights: np.ndarray) -> Gradient:
        """∂ Σ_b w_b log π(a_b|s_b): by the mean w z/σ ``(B, K)``, by log σ Σ_b w (z² − 1) ``(K,)``."""
        z = (actions - self.mean) * self.inverse_std
        gradient = z * weights[:, None]
        by_log_std = np.einsum("bk,bk->k", gradient, z) - weights.sum()
        gradient *= self.inverse_std
        return gradient, by_log_std

    def grad_entropy(self) -> Gradient:
        """∂ Σ_b H_b: 0 by the mean, B by each log σ."""
        return np.zeros_like(self.mean), np.full_like(self.log_std, len(self.mean))

    def grad_kl(self, old: Gaussian) -> Gradient:
        """∂ Σ_b KL(old ‖ self): by the mean (mean − mean_old)/σ², by log σ Σ_b 1 − (σ_old² + Δ²)/σ²."""
        distance = (self.mean - old.mean) * self.inverse_std
        spread = np.exp(2 * (old.log_std - self.log_std))
        by_log_std = len(distance) * (1 - spread) - np.einsum("bk,bk->k", distance, distance)
        return distance * self.inverse_std, by_log_std

    def fisher_product(self, by_mean: np.ndarray, by_log_std: np.ndarray) -> Gradient:
        """F u: u/σ² a row by the mean ``(B, K)``, and 2 u by each log σ, summed over the B rows ``(K,)``."""
        return by_mean * np.square(self.inverse_std), 2 * len(by_mean) * by_log_std

    def parameters(self) -> tuple[np.ndarray, np.ndarray]:
        """What rebuilds this distribution: mean and log deviation."""
        return self.mean, self.log_std


_ROWS: dict[int, np.ndarray] = {}


def _rows(count: int) -> np.ndarray:
    if count not in _ROWS:
        _ROWS[count] = np.arange(count)
    return _ROWS[count]
