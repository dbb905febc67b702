"""What holds the KL of one update down: the same update made again without each stabiliser, on the same batch."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ppo_engine.config import TrainConfig
from ppo_engine.learner import NotFinite, Trace
from ppo_engine.normalisation import normalises
from ppo_engine.objectives import PPOKL, Objective, Surrogate
from ppo_engine.report import Diverged
from ppo_engine.update_report import CHUNK, look_back

if TYPE_CHECKING:
    from ppo_engine.trainer import Trainer

# By the knob that sets each: first what the objective itself brings, then what is laid around it.
LEASHES = ("clip_range", "kl_coef", "max_kl")
SWITCHES = (
    "max_grad_norm", "anneal_lr", "target_kl", "clip_range_vf", "normalize_advantage", "normalize_observation",
)  # fmt: skip
# The network has learned from scaled observations, and TRPO's step has no length but its radius.
NOT_REMOVABLE = ("normalize_observation", "max_kl")


class Plan(NamedTuple):
    """What one update is made with."""

    config: TrainConfig
    objective: Objective
    learning_rate: float


def acting(plan: Plan) -> list[str]:
    """The stabilisers that are on, by their knobs' names."""
    objective, config = plan.objective, plan.config
    on = {
        "clip_range": hasattr(objective, "clip_range"), "kl_coef": getattr(objective, "kl_coef", 0.0) > 0,
        "max_kl": objective.trust_region, "max_grad_norm": config.max_grad_norm is not None,
        "anneal_lr": config.anneal_lr, "target_kl": config.target_kl is not None and not objective.trust_region,
        "clip_range_vf": config.clip_range_vf is not None, "normalize_advantage": config.normalize_advantage,
        "normalize_observation": normalises(config),
    }  # fmt: skip
    return [name for name in (*LEASHES, *SWITCHES) if on[name]]


def without(plan: Plan, name: str) -> Plan:
    """The same plan with one stabiliser off; raises KeyError for one that cannot be taken away from one update."""
    if name == "clip_range":
        kl_coef = getattr(plan.objective, "kl_coef", 0.0)
        return plan._replace(objective=PPOKL(kl_coef) if kl_coef else Surrogate())
    if name == "kl_coef":
        clipped = hasattr(plan.objective, "clip_range")
        bare = dataclasses.replace(plan.objective, kl_coef=0.0) if clipped else Surrogate()  # type: ignore[call-arg]
        return plan._replace(objective=bare)
    if name == "anneal_lr":
        return plan._replace(learning_rate=plan.config.learning_rate)
    off = {"max_grad_norm": None, "target_kl": None, "clip_range_vf": None, "normalize_advantage": False}[name]
    return plan._replace(config=plan.config.with_(**{name: off}))


def measure(trainer: Trainer) -> dict[str, Any]:
    """Make the next update as it is, then again from the same state and batch without each stabiliser.

    KL is the mean exact KL(π_old ‖ π_new) over the batch, in nats; the shuffles are the same each time, so what
    differs is the stabiliser's doing. Returns ``update``, ``kl``, ``timesteps``, and ``rows``: for each stabiliser
    that is on its ``name``, its ``value``, the ``kl`` without it (None: not a finite number; absent where it cannot be
    taken away) and what it did (``acted``); ``together`` is the KL without any of those that can. The trainer stands
    after its update.
    """
    learner, network = trainer.learner, trainer.network
    plan = Plan(trainer.config, trainer.objective, trainer.learning_rate)
    before = _learner_state(trainer)
    try:
        report = trainer.update()
    except Diverged as error:
        report = error.report
    batch, after = trainer.batch, _learner_state(trainer)
    assert batch is not None

    def again(other: Plan) -> tuple[float | None, Trace]:
        _restore(trainer, before)
        with np.errstate(over="ignore", invalid="ignore"):
            try:
                trace = learner.fit(batch, other.objective, other.config, other.learning_rate)
                kl = look_back(trainer, batch)[1]
            except NotFinite as error:
                return None, error.trace
        return (kl if math.isfinite(kl) else None), trace

    kl, trace = again(plan)
    moved = _value_moves(network, batch.observations, batch.values)
    did = {
        "clip_range": {"killed": report.killed_fraction},
        "kl_coef": {},
        "max_kl": {"full_step_kl": _first_try(trace)},
        "max_grad_norm": _shortened(trace.norms, plan.config.max_grad_norm),
        "anneal_lr": {"share": plan.learning_rate / plan.config.learning_rate},
        "target_kl": {"steps": len(trace.norms), "planned": _planned(plan)},
        "clip_range_vf": {"share": float((moved > (plan.config.clip_range_vf or math.inf)).mean())},
        "normalize_advantage": {"deviation": float(batch.advantages.std())},
        "normalize_observation": _scales(trainer),
    }
    rows: list[dict[str, Any]] = []
    bare = plan
    for name in acting(plan):
        row: dict[str, Any] = {"name": name, "value": _value(plan, name), "acted": did[name]}
        if name not in NOT_REMOVABLE:
            row["kl"] = again(without(plan, name))[0]
            bare = without(bare, name)
        rows.append(row)
    together = again(bare)[0] if sum("kl" in row for row in rows) > 1 else None
    _restore(trainer, after)
    return {
        "update": report.update, "timesteps": report.timesteps, "kl": kl, "rows": rows,
        **({"together": together} if sum("kl" in row for row in rows) > 1 else {}),
    }  # fmt: skip


def _learner_state(trainer: Trainer) -> tuple[np.ndarray, np.ndarray, np.ndarray, int, Any]:
    adam = trainer.learner.optimizer
    parameters = trainer.network.parameters
    return parameters.copy(), adam.mean.copy(), adam.square.copy(), adam.steps, trainer.learner.rng.bit_generator.state


def _restore(trainer: Trainer, state: tuple[np.ndarray, np.ndarray, np.ndarray, int, Any]) -> None:
    adam = trainer.learner.optimizer
    trainer.network.parameters[:], adam.mean[:], adam.square[:] = state[:3]
    adam.steps, trainer.learner.rng.bit_generator.state = state[3:]


def _value(plan: Plan, name: str) -> Any:
    return getattr(plan.objective, name, getattr(plan.config, name))


def _planned(plan: Plan) -> int:
    epochs = 1 if plan.objective.single_pass else plan.config.n_epochs
    return epochs * math.ceil(plan.config.batch / plan.config.batch_size)


def _shortened(norms: tuple[float, ...], limit: float | None) -> dict[str, float]:
    """Of how many gradients the norm was above the limit, and what was left of them on average."""
    if limit is None or not norms:
        return {}
    scale = np.minimum(1.0, limit / np.maximum(norms, 1e-12))
    return {"share": float((scale < 1).mean()), "left": float(scale.mean())}


def _first_try(trace: Trace) -> float | None:
    tries = trace.detail.get("line_search") or []
    return float(tries[0][2]) if tries else None


def _scales(trainer: Trainer) -> dict[str, float]:
    deviations = np.sqrt(trainer.observation_moments.var)
    return {"smallest": float(deviations.min()), "largest": float(deviations.max())}


def _value_moves(network: Any, observations: np.ndarray, old_values: np.ndarray) -> np.ndarray:
    parts = [network.forward(observations[i : i + CHUNK]).values for i in range(0, len(observations), CHUNK)]
    return np.abs(np.concatenate(parts) - old_values)
