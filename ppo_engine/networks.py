"""The NumPy actor-critic MLP: forward, vjp and jvp on one flat parameter vector.

Actor and critic are separate trunks of equal widths, kept as one stack: every hidden weight is ``(2, in, out)``, actor
first, so that one batched product serves both; a shared trunk is a stack of one, ``(1, in, out)``. All arrays are
float32. ``B`` is the batch, ``D`` the observation, ``K`` the policy head (logits, or the mean of a Gaussian whose log
deviation is a parameter of its own).
"""

from __future__ import annotations

import functools
import math
from typing import Any, NamedTuple

import numpy as np

from ppo_engine.initialisation import GAIN_HIDDEN, GAIN_POLICY, GAIN_VALUE, orthogonal


class Outputs(NamedTuple):
    """What ``forward`` returns: ``policy`` ``(B, K)``, ``log_std`` ``(K,)`` or None, ``values`` ``(B,)``."""

    policy: np.ndarray
    log_std: np.ndarray | None
    values: np.ndarray


class MLP:
    """Tanh or relu trunks with a policy head and a value head, on the flat vector ``parameters`` ``(P,)``.

    Weights are orthogonal with gains √2 (hidden), 0.01 (policy), 1 (value), biases 0, as Stable-Baselines3 has them.
    ``parameters`` may be handed in (shared memory, a snapshot); then nothing is initialised.
    """

    def __init__(
        self,
        obs_dim: int,
        action_dim: int,
        hidden_sizes: tuple[int, ...] = (64, 64),
        activation: str = "tanh",
        discrete: bool = True,
        log_std_init: float = 0.0,
        rng: np.random.Generator | None = None,
        parameters: np.ndarray | None = None,
        shared_trunk: bool = False,
    ):
        self.activation = activation
        self.depth = len(hidden_sizes)
        self.trunks = 1 if shared_trunk else 2
        self.shapes = _shapes(obs_dim, action_dim, hidden_sizes, discrete, self.trunks)
        self.size = sum(math.prod(shape) for shape in self.shapes.values())
        self.parameters = np.zeros(self.size, np.float32) if parameters is None else parameters
        self.views = self.view(self.parameters)
        self.gradient = np.zeros(self.size, np.float32)
        self._gradient_views = self.view(self.gradient)
        self._caches: dict[int, _Cache] = {}
        if rng is not None:
            self._initialise(rng, log_std_init)

    def view(self, flat: np.ndarray) -> dict[str, np.ndarray]:
        """The named pieces of a flat vector ``(P,)``, sharing its memory."""
        pieces, start = {}, 0
        for name, shape in self.shapes.items():
            size = math.prod(shape)
            pieces[name] = flat[start : start + size].reshape(shape)
            start += size
        return pieces

    def _initialise(self, rng: np.random.Generator, log_std_init: float) -> None:
        for layer in range(self.depth):
            weight = self.views[f"hidden{layer}.weight"]
            for trunk in range(self.trunks):
                weight[trunk] = orthogonal(rng, weight.shape[1:], GAIN_HIDDEN)
        for head, gain in (("policy", GAIN_POLICY), ("value", GAIN_VALUE)):
            weight = self.views[f"{head}.weight"]
            weight[:] = orthogonal(rng, weight.shape, gain)
        if "log_std" in self.views:
            self.views["log_std"][:] = log_std_init

    def forward(self, observations: np.ndarray) -> Outputs:
        """Policy head, log deviation and values of ``observations`` ``(B, D)``; keeps what ``vjp`` and ``jvp`` need."""
        cache = self._cache(len(observations))
        cache.observations = below = observations
        views = self.views
        for layer in range(self.depth):
            hidden = cache.hidden[layer]
            np.matmul(below, views[f"hidden{layer}.weight"], out=hidden)
            hidden += views[f"hidden{layer}.bias"]
            if self.activation == "tanh":
                np.tanh(hidden, out=hidden)
            else:
                np.maximum(hidden, np.float32(0), out=hidden)
            below = hidden
        policy = below[0] @ views["policy.weight"]
        policy += views["policy.bias"]
        values = (below[-1] @ views["value.weight"])[:, 0]
        values += views["value.bias"]
        return Outputs(policy, views.get("log_std"), values)

    def vjp(self, by_policy: np.ndarray, by_values: np.ndarray, by_log_std: np.ndarray | None = None) -> np.ndarray:
        """Jᵀu at the last ``forward`` of this batch size: the flat gradient ``(P,)``.

        ``by_policy`` ``(B, K)``, ``by_values`` ``(B,)`` and ``by_log_std`` ``(K,)`` are the loss's derivatives by the
        three outputs. The returned vector is this network's own workspace, overwritten by the next call.
        """
        cache = self._caches[len(by_policy)]
        views, gradient = self.views, self._gradient_views
        top = cache.hidden[-1]
        np.matmul(top[0].T, by_policy, out=gradient["policy.weight"])
        np.add.reduce(by_policy, axis=0, out=gradient["policy.bias"])
        np.matmul(top[-1].T, by_values[:, None], out=gradient["value.weight"])
        gradient["value.bias"][0] = np.add.reduce(by_values)
        if by_log_std is not None:
            gradient["log_std"][:] = by_log_std
        delta = cache.delta[-1]
        np.matmul(by_policy, views["policy.weight"].T, out=delta[0])
        if self.trunks == 2:
            np.multiply(by_values[:, None], views["value.weight"][:, 0], out=delta[1])
        else:
            delta[0] += by_values[:, None] * views["value.weight"][:, 0]
        for layer in range(self.depth - 1, -1, -1):
            delta = cache.delta[layer]
            delta *= self._bend(cache, layer)
            below = cache.hidden[layer - 1].transpose(0, 2, 1) if layer else cache.observations.T
            np.matmul(below, delta, out=gradient[f"hidden{layer}.weight"])
            np.matmul(cache.ones, delta, out=gradient[f"hidden{layer}.bias"])
            if layer:
                np.matmul(delta, views[f"hidden{layer}.weight"].transpose(0, 2, 1), out=cache.delta[layer - 1])
        return self.gradient

    def jvp(self, direction: np.ndarray, batch: int) -> Outputs:
        """J·direction at the last ``forward`` of ``batch`` rows: how the outputs move along ``direction`` ``(P,)``."""
        cache = self._caches[batch]
        views, moves = self.views, self.view(direction)
        tangent: Any = None
        below = cache.observations
        for layer in range(self.depth):
            moved = np.matmul(below, moves[f"hidden{layer}.weight"]) + moves[f"hidden{layer}.bias"]
            if tangent is not None:
                moved += np.matmul(tangent, views[f"hidden{layer}.weight"])
            tangent = moved * self._bend(cache, layer)
            below = cache.hidden[layer]
        policy = below[0] @ moves["policy.weight"] + moves["policy.bias"] + tangent[0] @ views["policy.weight"]
        values = below[-1] @ moves["value.weight"] + moves["value.bias"] + tangent[-1] @ views["value.weight"]
        return Outputs(policy, moves.get("log_std"), values[:, 0])

    def _bend(self, cache: _Cache, layer: int) -> np.ndarray:
        """The activation's derivative at the cached layer ``(trunks, B, H)``."""
        hidden, bend = cache.hidden[layer], cache.bend[layer]
        if self.activation == "tanh":
            np.multiply(hidden, hidden, out=bend)
            np.subtract(np.float32(1), bend, out=bend)
        else:
            np.greater(hidden, 0, out=bend)
        return bend

    def _cache(self, batch: int) -> _Cache:
        if batch not in self._caches:
            widths = [self.shapes[f"hidden{layer}.bias"][2] for layer in range(self.depth)]
            self._caches[batch] = _Cache(batch, widths, self.trunks)
        return self._caches[batch]


class _Cache:
    """Preallocated arrays for one batch size: allocation would cost as much as the arithmetic."""

    def __init__(self, batch: int, widths: list[int], trunks: int):
        self._shapes = [(trunks, batch, width) for width in widths]
        self.observations = np.empty((batch, 0), np.float32)
        self.hidden = self._arrays()
        self.ones = np.ones((1, batch), np.float32)

    def _arrays(self) -> list[np.ndarray]:
        return [np.empty(shape, np.float32) for shape in self._shapes]

    @functools.cached_property
    def delta(self) -> list[np.ndarray]:
        """Backward pass only: a rollout's forward never pays for it."""
        return self._arrays()

    @functools.cached_property
    def bend(self) -> list[np.ndarray]:
        """Backward pass only."""
        return self._arrays()


def _shapes(
    obs_dim: int, action_dim: int, hidden_sizes: tuple[int, ...], discrete: bool, trunks: int
) -> dict[str, tuple]:
    shapes: dict[str, tuple] = {}
    below = obs_dim
    for layer, width in enumerate(hidden_sizes):
        shapes[f"hidden{layer}.weight"] = (trunks, below, width)
        shapes[f"hidden{layer}.bias"] = (trunks, 1, width)
        below = width
    shapes |= {"policy.weight": (below, action_dim), "policy.bias": (action_dim,)}
    shapes |= {"value.weight": (below, 1), "value.bias": (1,)}
    return shapes if discrete else shapes | {"log_std": (action_dim,)}
