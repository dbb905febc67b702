"""The script beside an exported policy: it flies one episode with nothing but Gymnasium and ONNX Runtime."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ppo_engine.envs import ENVIRONMENTS, describe, named_modules
from ppo_engine.jobs.exports.formats import CannotExport
from ppo_engine.pixels import SIDE, SKIP, STACK

HEAD = """# Flies the policy of run {run_id} after update {update}.
# Needs: pip install onnxruntime {needs}
"""
IMPORTS = """import pathlib

import gymnasium
{more}import numpy
import onnxruntime
"""
PLAIN = """
policy = onnxruntime.InferenceSession(pathlib.Path(__file__).with_name("policy.onnx"))
env = {env}
observation, _ = env.reset(seed=10000)
total, done = 0.0, False
while not done:
    seen = numpy.asarray(observation, numpy.float32)[None]
    (action,) = policy.run(["action"], {{"observation": seen}})
    observation, reward, terminated, truncated, _ = env.step({action})
    total, done = total + reward, terminated or truncated
print(f"return {{total:.1f}}")
"""
PIXELS = """

def grey(frame):
    return numpy.asarray(Image.fromarray(frame).convert("L").resize(({side}, {side}), Image.Resampling.BOX))


policy = onnxruntime.InferenceSession(pathlib.Path(__file__).with_name("policy.onnx"))
env = {env}
frame, _ = env.reset(seed=10000)
frames = [grey(frame)] * {stack}
total, done = 0.0, False
while not done:
    (action,) = policy.run(["action"], {{"observation": numpy.stack(frames)[None]}})
    for _ in range({skip}):
        frame, reward, terminated, truncated, _ = env.step({action})
        total, done = total + reward, terminated or truncated
        if done:
            break
    frames = [*frames[1:], grey(frame)]
print(f"return {{total:.1f}}")
"""


def fly_script(env_id: str, run_id: str, update: int, render_modes: Sequence[str]) -> str:
    """The script's text. Raises CannotExport where an observation holds text, which no plain wrapper leaves out."""
    info = describe(env_id)
    if info.note:
        raise CannotExport(f"{env_id} cannot be flown by a short script, since its observations hold text.")
    human = ', render_mode="human"' if "human" in render_modes else ""
    env = f'gymnasium.make("{env_id}"{human})'
    if env_id not in ENVIRONMENTS and not info.image:
        env = f"gymnasium.wrappers.FlattenObservation({env})"
    values: dict[str, Any] = {
        "run_id": run_id, "update": update, "env": env, "side": SIDE, "stack": STACK, "skip": SKIP.get(env_id, 1),
        "needs": '"gymnasium[box2d]"' if env_id in ENVIRONMENTS else "gymnasium",
        "more": "".join(f"import {name}  # registers environments\n" for name in named_modules()),
        "action": "int(action[0])" if info.discrete and not info.parts else "action[0]",
    }  # fmt: skip
    imports = IMPORTS + ("from PIL import Image\n" if info.image else "")
    if info.image:
        values["needs"] += " pillow"
    return (HEAD + imports + (PIXELS if info.image else PLAIN)).format(**values)
