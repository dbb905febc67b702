"""A policy as an ONNX graph: normalisation, network, and the action as the environment takes it, all inside."""

from __future__ import annotations

from typing import Any

import numpy as np

from ppo_engine.normalisation import CLIP, EPSILON
from ppo_engine.policy import Policy

# Old enough for the runtimes that people have, new enough for every operation used here.
OPSET, IR_VERSION = 17, 8
CONVOLUTIONS = 3
STRIDES = (4, 2, 1)


class Graph:
    """Nodes and constants as they are added; ``add`` returns the name of what it computes."""

    def __init__(self) -> None:
        from onnx import helper, numpy_helper

        self._helper, self._numpy = helper, numpy_helper
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, values: Any, kind: Any = np.float32) -> str:
        """A constant of these values."""
        name = f"constant_{len(self.constants)}"
        self.constants.append(self._numpy.from_array(np.ascontiguousarray(values, kind), name))
        return name

    def add(self, operation: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        """One operation on named inputs."""
        name = output or f"{operation.lower()}_{len(self.nodes)}"
        self.nodes.append(self._helper.make_node(operation, inputs, [name], **attributes))
        return name


def policy_model(policy: Policy, action_space: Any) -> Any:
    """The ONNX model of ``policy`` for an environment whose own actions are ``action_space``.

    Input ``observation``: float32 ``(batch, D)``, or bytes ``(batch, C, H, W)`` for images. Outputs: ``action`` as
    ``env.step`` takes it, the likeliest, or the mean clipped to the box; ``value``, V(s) in the environment's reward
    units; ``probabilities`` (of several choices at once: side by side), or ``mean`` and ``std``.
    """
    from onnx import TensorProto, checker, helper

    graph, info = Graph(), policy.info
    shape: list[Any] = ["batch", *(info.image or (info.obs_dim,))]
    kind = TensorProto.UINT8 if info.image else TensorProto.FLOAT
    head, value = (_pixel_net if info.image else _mlp)(graph, policy, _normalised(graph, policy))
    outputs = _actions(graph, policy, head, action_space)
    graph.add("Mul", value, graph.constant(policy.value_scale), output="value")
    outputs.append(helper.make_tensor_value_info("value", TensorProto.FLOAT, ["batch"]))
    inputs = [helper.make_tensor_value_info("observation", kind, shape)]
    body = helper.make_graph(graph.nodes, "policy", inputs, outputs, graph.constants)
    model = helper.make_model(body, producer_name="ppo_playground", opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = IR_VERSION
    checker.check_model(model, full_check=True)
    return model


def _normalised(graph: Graph, policy: Policy) -> str:
    from onnx import TensorProto

    if policy.info.image:
        seen = graph.add("Cast", "observation", to=TensorProto.FLOAT)
        return graph.add("Div", seen, graph.constant(255.0))
    moments = policy.observation_moments
    if moments is None:
        return "observation"
    mean, var = moments
    # As in training, in float64 until it has been clipped.
    seen = graph.add("Cast", "observation", to=TensorProto.DOUBLE)
    seen = graph.add("Sub", seen, graph.constant(mean, np.float64))
    seen = graph.add("Div", seen, graph.constant(np.sqrt(var + EPSILON), np.float64))
    seen = graph.add("Clip", seen, graph.constant(-CLIP, np.float64), graph.constant(CLIP, np.float64))
    return graph.add("Cast", seen, to=TensorProto.FLOAT)


def _mlp(graph: Graph, policy: Policy, seen: str) -> tuple[str, str]:
    """Policy head ``(batch, K)`` and value ``(batch,)``."""
    views = policy.network.views
    bend = {"tanh": "Tanh", "relu": "Relu"}[policy.config.activation]
    tops = []
    for trunk in range(len(views["hidden0.weight"])):
        below = seen
        for layer in range(sum(name.startswith("hidden") for name in views) // 2):
            weight, bias = (views[f"hidden{layer}.{part}"][trunk] for part in ("weight", "bias"))
            below = graph.add(bend, graph.add("Gemm", below, graph.constant(weight), graph.constant(bias[0])))
        tops.append(below)
    head = graph.add("Gemm", tops[0], graph.constant(views["policy.weight"]), graph.constant(views["policy.bias"]))
    value = graph.add("Gemm", tops[-1], graph.constant(views["value.weight"]), graph.constant(views["value.bias"]))
    return head, graph.add("Squeeze", value, graph.constant([1], np.int64))


def _pixel_net(graph: Graph, policy: Policy, seen: str) -> tuple[str, str]:
    """The same of the convolutional network; its linear layers keep a row an output."""
    views = policy.network.views
    bend = {"tanh": "Tanh", "relu": "Relu"}[policy.config.activation]
    tops = []
    for trunk in sorted({name.split(".")[1] for name in views if name.startswith("trunks.")}, key=int):
        own = sorted({int(name.split(".")[2]) for name in views if name.startswith(f"trunks.{trunk}.")})
        below = seen
        for number, layer in enumerate(own):
            weight, bias = (graph.constant(views[f"trunks.{trunk}.{layer}.{part}"]) for part in ("weight", "bias"))
            if number < CONVOLUTIONS:
                below = graph.add("Conv", below, weight, bias, strides=[STRIDES[number]] * 2)
            else:
                below = graph.add("Flatten", below) if number == CONVOLUTIONS else below
                below = graph.add("Gemm", below, weight, bias, transB=1)
            below = graph.add(bend, below)
        tops.append(below)
    heads = [
        graph.add("Gemm", top, *(graph.constant(views[f"{name}.{part}"]) for part in ("weight", "bias")), transB=1)
        for top, name in ((tops[0], "policy"), (tops[-1], "value"))
    ]
    return heads[0], graph.add("Squeeze", heads[1], graph.constant([1], np.int64))


def _actions(graph: Graph, policy: Policy, head: str, space: Any) -> list[Any]:
    """Adds the outputs that say what the policy does; their descriptions."""
    from onnx import TensorProto, helper

    info, shape = policy.info, [int(n) for n in getattr(space, "shape", ())]
    wanted = graph.constant([-1, *shape], np.int64)
    flat = helper.make_tensor_value_info
    if info.discrete:
        parts = list(info.parts or (info.action_dim,))
        pieces = [head]
        if len(parts) > 1:
            pieces = [f"part_{number}" for number in range(len(parts))]
            split = helper.make_node("Split", [head, graph.constant(parts, np.int64)], pieces, axis=1)
            graph.nodes.append(split)
        chosen = [graph.add("ArgMax", piece, axis=1, keepdims=1) for piece in pieces]
        shares = [graph.add("Softmax", piece, axis=1) for piece in pieces]
        graph.add("Concat", *shares, output="probabilities", axis=1)
        first = np.asarray(getattr(space, "start", 0)).reshape(-1)
        action = graph.add("Add", graph.add("Concat", *chosen, axis=1), graph.constant(first, np.int64))
        graph.add("Reshape", action, wanted, output="action")
        return [
            flat("action", TensorProto.INT64, ["batch", *shape]),
            flat("probabilities", TensorProto.FLOAT, ["batch", info.action_dim]),
        ]
    low, high = (np.asarray(bound, np.float32).reshape(-1) for bound in (space.low, space.high))
    action = graph.add("Min", graph.add("Max", head, graph.constant(low)), graph.constant(high))
    kind = TensorProto.DOUBLE if space.dtype == np.float64 else TensorProto.FLOAT
    action = graph.add("Cast", action, to=kind)
    graph.add("Reshape", action, wanted, output="action")
    graph.add("Identity", head, output="mean")
    graph.add("Identity", graph.constant(np.exp(policy.network.views["log_std"])), output="std")
    return [
        flat("action", kind, ["batch", *shape]),
        flat("mean", TensorProto.FLOAT, ["batch", info.action_dim]),
        flat("std", TensorProto.FLOAT, [info.action_dim]),
    ]
