"""A trainer's complete state as arrays and JSON, and back: parameters, moments, generators, environments."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from ppo_engine.trainer import Trainer

VERSION = 1
EnvStates = dict[int, tuple[np.ndarray, dict[str, Any]]]


def pack(trainer: Trainer, env_states: EnvStates) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """``(arrays, meta)``: arrays by name, and a mapping that JSON can hold."""
    arrays = {name: array.copy() for name, array in _vectors(trainer).items()}
    arrays["recent"] = np.array(trainer.recent, np.float64).reshape(-1, 2)
    arrays["observation_moments"] = trainer.observation_moments.state()
    arrays["reward_moments"] = trainer.reward_scaler.moments.state()
    for index, (actions, _) in env_states.items():
        arrays[f"env{index}.actions"] = actions
    meta = {
        "version": VERSION,
        "config": trainer.config.to_dict(),
        "objective": dataclasses.asdict(trainer.objective),
        "updates": trainer.updates,
        "timesteps": trainer.timesteps,
        "adam_steps": trainer.learner.optimizer.steps,
        "shuffle": trainer.learner.rng.bit_generator.state,
        "envs": [env_states[index][1] for index in sorted(env_states)],
    }
    return arrays, meta


def unpack(trainer: Trainer, arrays: dict[str, np.ndarray], meta: dict[str, Any]) -> EnvStates:
    """Writes the state into a fresh ``trainer`` of the same config and returns its environments' states.

    Raises:
        ValueError: another version, or arrays of other shapes.
    """
    if meta["version"] != VERSION:
        raise ValueError(f"the state has version {meta['version']}, this program reads version {VERSION}")
    for name, target in _vectors(trainer).items():
        if arrays[name].shape != target.shape:
            raise ValueError(f"{name} has shape {arrays[name].shape}, the config needs {target.shape}")
        target[:] = arrays[name]
    trainer.recent.extend((float(ret), int(length)) for ret, length in arrays["recent"])
    trainer.observation_moments.restore(arrays["observation_moments"])
    trainer.reward_scaler.moments.restore(arrays["reward_moments"])
    trainer.objective = type(trainer.objective)(**meta["objective"])
    trainer.updates, trainer.timesteps = meta["updates"], meta["timesteps"]
    trainer.learner.optimizer.steps = meta["adam_steps"]
    trainer.learner.rng.bit_generator.state = meta["shuffle"]
    return {index: (arrays[f"env{index}.actions"], env) for index, env in enumerate(meta["envs"])}


def _vectors(trainer: Trainer) -> dict[str, np.ndarray]:
    shared = trainer._arrays
    return {
        "parameters": trainer.network.parameters,
        "adam_mean": trainer.learner.optimizer.mean,
        "adam_square": trainer.learner.optimizer.square,
        "discounted_returns": trainer.reward_scaler.returns,
        "obs_mean": shared["obs_mean"],
        "obs_var": shared["obs_var"],
    }
