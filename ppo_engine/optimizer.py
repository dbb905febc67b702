"""Adam on one flat parameter vector, and the clip of a gradient's global norm."""

from __future__ import annotations

import math

import numpy as np


def clip_grad_norm(gradient: np.ndarray, max_norm: float | None) -> float:
    """Scales ``gradient`` ``(P,)`` in place so that ‖g‖ ≤ max_norm, and returns the norm before.

    g ← g · min(1, max_norm / (‖g‖ + 1e-6)), as torch.nn.utils.clip_grad_norm_. A norm that is not finite is returned
    and the gradient left alone: the caller must not step on it.
    """
    norm = math.sqrt(float(np.dot(gradient, gradient)))
    if max_norm is not None and norm < math.inf:
        scale = max_norm / (norm + 1e-6)
        if scale < 1:
            gradient *= np.float32(scale)
    return norm


class Adam:
    """m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², θ ← θ − α m̂/(√v̂ + ε), with the usual bias corrections.

    Source: Kingma and Ba 2015, arXiv 1412.6980, algorithm 1; ε = 1e-5 as PPO's implementations have it.
    """

    def __init__(self, size: int, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-5):
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon
        self.mean = np.zeros(size, np.float32)
        self.square = np.zeros(size, np.float32)
        self.steps = 0
        self._work = np.empty(size, np.float32)

    def step(self, parameters: np.ndarray, gradient: np.ndarray, learning_rate: float) -> None:
        """Moves ``parameters`` ``(P,)`` in place against ``gradient`` ``(P,)``."""
        self.steps += 1
        work = self._work
        np.subtract(gradient, self.mean, out=work)
        work *= np.float32(1 - self.beta1)
        self.mean += work
        np.multiply(gradient, gradient, out=work)
        work *= np.float32(1 - self.beta2)
        self.square *= np.float32(self.beta2)
        self.square += work
        np.sqrt(self.square, out=work)
        work *= np.float32(1 / math.sqrt(1 - self.beta2**self.steps))
        work += np.float32(self.epsilon)
        np.divide(self.mean, work, out=work)
        work *= np.float32(learning_rate / (1 - self.beta1**self.steps))
        parameters -= work
