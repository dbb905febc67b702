"""One gradient of the newest batch, kept with all that it was computed from, so that autograd can compute it again."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

import numpy as np

from ppo_engine.advantages import normalise
from ppo_engine.config import TrainConfig
from ppo_engine.envs import describe
from ppo_engine.objective_knobs import KL_COEF
from ppo_engine.objectives import Terms

if TYPE_CHECKING:
    from ppo_engine.trainer import Trainer

SAMPLES = 256
# The columns by the names that the reference has for them.
COLUMNS = {
    "observations": "observations", "actions": "actions", "log_probs": "old_log_prob", "old_policy": "old_policy",
    "advantages": "advantages", "returns": "returns", "values": "old_values",
}  # fmt: skip


def comparable(config: TrainConfig) -> bool:
    """Whether the reference knows this run's network and distribution: no images, no action of several parts."""
    info = describe(config.env_id)
    return not info.image and not info.parts


def one_gradient(trainer: Trainer) -> dict[str, np.ndarray] | None:
    """Samples of the last batch, the parameters and knobs now in force, and the engine's loss and gradient on them.

    Taken *after* the update, so that ratios differ from 1, the clip acts and the KL penalty pulls. Keys: the
    reference's ``Minibatch`` fields, ``parameters`` and ``gradient`` ``(P,)``, ``losses`` (policy, value), ``update``
    and ``config`` (JSON as bytes). None before the first update and where the run is not ``comparable``. Moves nothing.
    """
    batch, config = trainer.batch, trainer.config
    objective: Any = trainer.objective
    if batch is None or not comparable(config):
        return None
    count = len(batch.log_probs)
    mini = batch.take(np.linspace(0, count - 1, min(SAMPLES, count)).astype(int))
    if config.normalize_advantage:
        mini = mini._replace(advantages=normalise(mini.advantages))
    kl_coef = min(getattr(objective, "kl_coef", config.kl_coef), KL_COEF.high)
    if hasattr(objective, "kl_coef"):
        objective = dataclasses.replace(objective, kl_coef=kl_coef)
    with np.errstate(over="ignore", invalid="ignore"):
        log_ratio, error, gradient = trainer.learner.gradient(mini, objective, config, trainer.old_log_std)
        gain = objective.gain(Terms(log_ratio, mini.advantages)).mean(dtype=np.float64)
        losses = np.array([-gain, np.square(error).mean(dtype=np.float64)])
    said = json.dumps(config.with_(kl_coef=kl_coef).to_dict()).encode()
    kept = {theirs: np.ascontiguousarray(getattr(mini, ours)) for ours, theirs in COLUMNS.items()}
    if trainer.old_log_std is not None:
        kept["old_log_std"] = trainer.old_log_std
    return {
        **kept, "parameters": trainer.network.parameters.copy(), "gradient": gradient.copy(), "losses": losses,
        "update": np.array(trainer.updates), "config": np.frombuffer(said, np.uint8),
    }  # fmt: skip
