"""Any torch.nn.Module behind the three calls of the NumPy MLP: forward, vjp and jvp on one flat parameter vector.

A module takes observations ``(B, …)`` and returns the policy head ``(B, K)`` and values ``(B,)``; a parameter named
``log_std`` ``(K,)``, if it has one, is the Gaussian's log deviation and comes last in the flat vector. The module's
parameters are views of that vector, so a rollout process on shared memory always acts with the newest ones.

Where it computes: networks that act in rollouts always on the CPU, a few rows at a time; the one that learns on the
first CUDA device, or without a word on the CPU where there is none. On CUDA the flat vector goes up at every forward
and the gradient comes down at every vjp, so Adam and the checkpoints stay the same. One thread, because several
processes share the cores and because the numbers must not depend on how many.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from ppo_engine.initialisation import GAIN_HIDDEN, GAIN_POLICY, GAIN_VALUE, orthogonal
from ppo_engine.networks import Outputs

LAST = "log_std"


class _Seen(NamedTuple):
    """What the last ``forward`` of one batch size saw and returned."""

    rows: Tensor
    policy: Tensor
    values: Tensor


class TorchNetwork:
    """``module`` on the flat vector ``parameters`` ``(P,)``, which stays NumPy's and is shared with the module."""

    def __init__(self, module: nn.Module, parameters: np.ndarray | None = None, learns: bool = False):
        torch.set_num_threads(1)
        torch.backends.cudnn.deterministic = True
        torch.backends.cudnn.allow_tf32 = False
        self.device = torch.device("cuda" if learns and torch.cuda.is_available() else "cpu")
        self.module, self.learns = module, learns
        named = sorted(module.named_parameters(), key=lambda item: item[0] == LAST)
        self.shapes = {name: tuple(parameter.shape) for name, parameter in named}
        self.size = sum(math.prod(shape) for shape in self.shapes.values())
        if parameters is None:
            parameters = np.zeros(self.size, np.float32)
        self.parameters = parameters if parameters.flags.writeable else parameters.copy()
        self.views = {name: piece.numpy() for name, piece in self._pieces(torch.from_numpy(self.parameters)).items()}
        self.gradient = np.zeros(self.size, np.float32)
        self._flat = torch.from_numpy(self.parameters).to(self.device)
        for (_, parameter), piece in zip(named, self._pieces(self._flat).values(), strict=True):
            parameter.data = piece
        self._leaves = {name: parameter for name, parameter in named if name != LAST}
        self._seen: dict[int, _Seen] = {}

    def _pieces(self, flat: Tensor) -> dict[str, Tensor]:
        """The named pieces of a flat vector ``(P,)``, sharing its memory."""
        pieces = flat.split([math.prod(shape) for shape in self.shapes.values()])
        return {name: piece.view(shape) for (name, shape), piece in zip(self.shapes.items(), pieces, strict=True)}

    def forward(self, observations: np.ndarray) -> Outputs:
        """Policy head, log deviation and values of ``observations`` ``(B, …)``; keeps what ``vjp`` and ``jvp`` need."""
        if self.device.type != "cpu":
            self._flat.copy_(torch.from_numpy(self.parameters))
        rows = torch.from_numpy(np.ascontiguousarray(observations)).to(self.device)
        with torch.set_grad_enabled(self.learns):
            policy, values = self.module(rows)
        self._seen[len(rows)] = _Seen(rows, policy, values)
        return Outputs(_numpy(policy), self.views.get(LAST), _numpy(values))

    def vjp(self, by_policy: np.ndarray, by_values: np.ndarray, by_log_std: np.ndarray | None = None) -> np.ndarray:
        """Jᵀu at the last ``forward`` of this batch size: the flat gradient ``(P,)``, overwritten by the next call.

        ``by_policy`` ``(B, K)``, ``by_values`` ``(B,)`` and ``by_log_std`` ``(K,)`` are the loss's derivatives by the
        three outputs.
        """
        seen = self._seen[len(by_policy)]
        outputs = [seen.policy, seen.values] if seen.policy.requires_grad else self.module(seen.rows)
        weights = [self._tensor(by_policy), self._tensor(by_values)]
        parts = torch.autograd.grad(outputs, list(self._leaves.values()), weights, retain_graph=True)
        flat = torch.cat([part.reshape(-1) for part in parts])
        torch.from_numpy(self.gradient)[: len(flat)].copy_(flat)
        if LAST in self.shapes:
            self.gradient[len(flat) :] = 0 if by_log_std is None else by_log_std
        return self.gradient

    def jvp(self, direction: np.ndarray, batch: int) -> Outputs:
        """J·direction at the last ``forward`` of ``batch`` rows: how the outputs move along ``direction`` ``(P,)``."""
        rows = self._seen[batch].rows
        moves = self._pieces(self._tensor(direction))
        by_log_std = moves.pop(LAST, None)
        here = {name: leaf.detach() for name, leaf in self._leaves.items()}

        def call(parameters: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
            return torch.func.functional_call(self.module, parameters, (rows,))

        policy, values = torch.func.jvp(call, (here,), (moves,))[1]
        return Outputs(_numpy(policy), None if by_log_std is None else _numpy(by_log_std), _numpy(values))

    def _tensor(self, array: np.ndarray) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(array, np.float32)).to(self.device)


class TorchMLP(nn.Module):
    """The NumPy MLP as a module: parameters of the same ``shapes`` in the same order, by the same names."""

    def __init__(self, shapes: dict[str, tuple], activation: str):
        super().__init__()
        for name, shape in shapes.items():
            layer, _, part = name.rpartition(".")
            if layer and layer not in self._modules:
                self.add_module(layer, nn.Module())
            self.get_submodule(layer).register_parameter(part, nn.Parameter(torch.empty(shape)))
        self.depth = sum(name.startswith("hidden") for name in shapes) // 2
        self.bend = {"tanh": torch.tanh, "relu": torch.relu}[activation]

    def forward(self, observations: Tensor) -> tuple[Tensor, Tensor]:
        """Policy head ``(B, K)`` and values ``(B,)`` of ``observations`` ``(B, D)``."""
        below = observations
        for layer in range(self.depth):
            weight, bias = self._layer(f"hidden{layer}")
            below = self.bend(torch.matmul(below, weight) + bias)
        weight, bias = self._layer("policy")
        policy = torch.addmm(bias, below[0], weight)
        weight, bias = self._layer("value")
        return policy, torch.addmv(bias, below[-1], weight[:, 0])

    def _layer(self, name: str) -> tuple[Tensor, Tensor]:
        layer: Any = self._modules[name]
        return layer.weight, layer.bias


def _numpy(tensor: Tensor) -> np.ndarray:
    return tensor.detach().cpu().numpy()


class PixelNet(nn.Module):
    """Three convolutions and then the hidden layers, once for each trunk, on images given as rows of bytes ``(B, D)``.

    ``image`` is (channels, height, width). Source: Mnih et al. 2015, doi 10.1038/nature14236, with half the channels.
    """

    def __init__(
        self, image: tuple[int, ...], action_dim: int, hidden_sizes: tuple[int, ...], activation: str, discrete: bool,
        trunks: int,
    ):  # fmt: skip
        super().__init__()
        self.image = image
        bend: Any = {"tanh": nn.Tanh, "relu": nn.ReLU}[activation]
        self.trunks = nn.ModuleList()
        for _ in range(trunks):
            layers: list[nn.Module] = []
            below, side = image[0], image[1]
            for channels, kernel, stride in ((16, 8, 4), (32, 4, 2), (32, 3, 1)):
                layers += [nn.Conv2d(below, channels, kernel, stride), bend()]
                below, side = channels, (side - kernel) // stride + 1
            layers.append(nn.Flatten())
            for inner, width in zip((below * side * side, *hidden_sizes), hidden_sizes, strict=False):
                layers += [nn.Linear(inner, width), bend()]
            self.trunks.append(nn.Sequential(*layers))
        self.policy, self.value = nn.Linear(hidden_sizes[-1], action_dim), nn.Linear(hidden_sizes[-1], 1)
        if not discrete:
            self.log_std = nn.Parameter(torch.zeros(action_dim))

    def forward(self, observations: Tensor) -> tuple[Tensor, Tensor]:
        """Policy head ``(B, K)`` and values ``(B,)`` of rows of bytes ``(B, C·H·W)``, read as numbers from 0 to 1."""
        images = observations.float().div(255).view(-1, *self.image)
        seen = [trunk(images) for trunk in self.trunks]
        return self.policy(seen[0]), self.value(seen[-1])[:, 0]


def initialise(network: TorchNetwork, rng: np.random.Generator, log_std_init: float) -> None:
    """Orthogonal weights, a row an output, with the MLP's gains: √2, or 0.01 and 1 where named policy and value."""
    gains = {"policy.weight": GAIN_POLICY, "value.weight": GAIN_VALUE}
    for name, view in network.views.items():
        if name == LAST:
            view[:] = log_std_init
        elif view.ndim == 1:
            view[:] = 0
        else:
            rows = orthogonal(rng, (len(view), view[0].size), gains.get(name, GAIN_HIDDEN))
            view[:] = rows.reshape(view.shape)
