"""A product of categoricals: one independent choice for each part of a MultiDiscrete or MultiBinary action.

The logits of all parts lie side by side in the policy head. Logarithms, entropies and KLs of independent choices add up
and their gradients lie side by side, so every method asks the Categorical of each part.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ppo_engine.distributions import Categorical, Gradient


class ProductCategorical:
    """π(a|s) = ∏ᵢ softmax(logitsᵢ)[aᵢ]. ``logits`` ``(B, K)`` with K = Σ parts; actions are integers ``(B, I)``.

    ``parts`` ``(I,)`` are the numbers of choices. Source: torch.distributions holds the tests; Tavakoli et al. 2018,
    arXiv 1711.08946, for acting in parts.
    """

    __slots__ = ("factors",)

    def __init__(self, logits: np.ndarray, log_std: np.ndarray | None = None, parts: Sequence[int] = ()):
        self.factors = [Categorical(piece) for piece in np.split(logits, np.cumsum(parts)[:-1], axis=1)]

    @property
    def probs(self) -> np.ndarray:
        """The probabilities of all parts' choices side by side, ``(B, K)``; every part's sum to 1."""
        return np.concatenate([factor.probs for factor in self.factors], axis=1)

    def log_prob(self, actions: np.ndarray) -> np.ndarray:
        """Σᵢ log πᵢ(aᵢ|s), ``(B,)``."""
        return _sum([factor.log_prob(action) for factor, action in zip(self.factors, actions.T, strict=True)])

    def entropy(self) -> np.ndarray:
        """Σᵢ H(πᵢ) in nats, ``(B,)``."""
        return _sum([factor.entropy() for factor in self.factors])

    def kl(self, new: ProductCategorical) -> np.ndarray:
        """Σᵢ KL(πᵢ ‖ new πᵢ) in nats, ``(B,)``."""
        return _sum([old.kl(factor) for old, factor in zip(self.factors, new.factors, strict=True)])

    def mode(self) -> np.ndarray:
        """The likeliest choice of each part, ``(B, I)``."""
        return np.stack([factor.mode() for factor in self.factors], axis=1)

    def grad_log_prob(self, actions: np.ndarray, weights: np.ndarray) -> Gradient:
        """∂ Σ_b w_b log π(a_b|s_b) / ∂ logits, ``(B, K)``."""
        pairs = zip(self.factors, actions.T, strict=True)
        return _beside([factor.grad_log_prob(action, weights) for factor, action in pairs])

    def grad_entropy(self) -> Gradient:
        """∂ Σ_b H_b / ∂ logits, ``(B, K)``."""
        return _beside([factor.grad_entropy() for factor in self.factors])

    def grad_kl(self, old: ProductCategorical) -> Gradient:
        """∂ Σ_b KL(old ‖ self) / ∂ logits, ``(B, K)``."""
        return _beside([factor.grad_kl(other) for factor, other in zip(self.factors, old.factors, strict=True)])

    def fisher_product(self, by_logits: np.ndarray, by_log_std: np.ndarray | None = None) -> Gradient:
        """F u a row, F being block-diagonal with a block a part; ``by_logits`` ``(B, K)``."""
        ends = np.cumsum([factor.probs.shape[1] for factor in self.factors])[:-1]
        pieces = np.split(by_logits, ends, axis=1)
        return _beside([factor.fisher_product(piece) for factor, piece in zip(self.factors, pieces, strict=True)])

    def parameters(self) -> tuple[np.ndarray, None]:
        """What rebuilds this distribution: logits (here the log-probabilities) and no deviation."""
        return np.concatenate([factor.log_probs for factor in self.factors], axis=1), None


def _sum(parts: list[np.ndarray]) -> np.ndarray:
    return np.add.reduce(parts, axis=0)


def _beside(gradients: list[Gradient]) -> Gradient:
    return np.concatenate([by_logits for by_logits, _ in gradients], axis=1), None
