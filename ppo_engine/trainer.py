"""Trainer: rollout → advantages → minibatch epochs → diagnostics, once per ``update()``; the caller owns the loop."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np

from ppo_engine.actor_critic import build_network
from ppo_engine.advantages import estimate
from ppo_engine.config import KNOBS, TrainConfig
from ppo_engine.envs import describe
from ppo_engine.gradient_noise import measured
from ppo_engine.knobs import ConfigError
from ppo_engine.learner import Batch, Learner, NotFinite
from ppo_engine.normalisation import RewardScaler, RunningMoments, normalises
from ppo_engine.objectives import Objective, make_objective
from ppo_engine.report import Diverged, Episode, Report
from ppo_engine.rollout_workers import RolloutWorkers
from ppo_engine.trainer_state import pack, unpack
from ppo_engine.trust_region_learner import TrustRegionLearner
from ppo_engine.update_report import make_report

EPISODE_WINDOW = 100
PUBLISH_SECONDS = 0.1


class Trainer:
    """One run in memory.

    ``workers`` processes share the rollouts; the numbers do not depend on how many. ``on_episodes`` is called with the
    episodes that ended, at most every 0.1 s during a rollout, and once more at its end.
    """

    def __init__(
        self, config: TrainConfig, workers: int = 1, on_episodes: Callable[[list[Episode]], None] | None = None
    ):
        self.config = config
        self.objective: Objective = make_objective(config)
        self.updates = self.timesteps = 0
        self.on_episodes = on_episodes
        self._workers = RolloutWorkers(config, functools.partial(build_network, config), workers)
        self._arrays = self._workers.arrays
        rng = np.random.default_rng([config.seed, 1])
        self.network = build_network(config, self._arrays["parameters"], rng, learns=True)
        kind = TrustRegionLearner if self.objective.trust_region else Learner
        info = describe(config.env_id)
        self.learner = kind(self.network, info.discrete, np.random.default_rng([config.seed, 5]), info.parts)
        self.observation_moments = RunningMoments(info.obs_dim)
        self.reward_scaler = RewardScaler(config.n_envs)
        self.old_log_std: np.ndarray | None = None
        self.batch: Batch | None = None
        self.credited: dict[str, Any] = {}
        self.noise: dict[str, Any] = {}
        self.recent: deque[tuple[float, int]] = deque(maxlen=EPISODE_WINDOW)
        self._published = np.zeros(config.n_envs, np.int64)
        self._publish_due = 0.0

    @property
    def finished(self) -> bool:
        """Whether ``total_timesteps`` have been taken."""
        return self.timesteps >= self.config.total_timesteps

    def update(self) -> Report:
        """One policy update.

        Raises:
            Diverged: a number was not finite; the parameters stay at the last finite step.
            EnvironmentFailed: an environment raised.
            RolloutProcessDied: a rollout process was killed; go on from the last state.
        """
        started = time.perf_counter()
        learning_rate, failure = self.learning_rate, None
        self.old_log_std = self.network.views["log_std"].copy() if "log_std" in self.network.views else None
        with np.errstate(over="ignore", invalid="ignore"):
            episodes = self._roll()
            batch = self.batch = self._assess()
            self.noise = measured(self)
            try:
                trace = self.learner.fit(batch, self.objective, self.config, learning_rate)
            except NotFinite as error:
                trace, failure = error.trace, str(error)
            self.updates += 1
            self.timesteps += self.config.batch
            report = make_report(self, batch, trace, learning_rate, episodes, time.perf_counter() - started)
        if failure:
            raise Diverged(self.updates, failure, report)
        self.objective = self.objective.after_update(report.kl)
        return report

    @property
    def learning_rate(self) -> float:
        """The next update's learning rate; annealed in a straight line to zero over ``total_timesteps``.

        Deviation from Stable-Baselines3, whose first update is already one rollout down the line.
        """
        left = max(0.0, 1 - self.timesteps / self.config.total_timesteps) if self.config.anneal_lr else 1.0
        return self.config.learning_rate * left

    def apply(self, **knobs: Any) -> None:
        """Changes live knobs from the next update on.

        Raises:
            ConfigError: a knob is unknown, fixed for the run, or out of range; then nothing is changed.
        """
        for name in knobs:
            if name not in KNOBS or not KNOBS[name].live:
                live = ", ".join(name for name, knob in KNOBS.items() if knob.live)
                raise ConfigError("knob", name, f"one that may move during a run: {live}")
        self.config = self.config.with_(**knobs)
        fields = {field.name for field in dataclasses.fields(self.objective)}
        changed = {name: getattr(self.config, name) for name in knobs if name in fields}
        self.objective = dataclasses.replace(self.objective, **changed)

    @property
    def rollout(self) -> dict[str, np.ndarray]:
        """The last rollout's arrays by name, ``(T, N, …)`` each; the next one overwrites them."""
        return self._arrays

    def _roll(self) -> tuple[Episode, ...]:
        self._published[:] = 0
        self._publish_due = 0.0
        self._workers.roll(self._publish if self.on_episodes else None)
        if self.on_episodes:
            self._publish(due=True)
        episodes = sorted(self._ended(np.zeros_like(self._published)), key=lambda e: (e.step, e.env))
        self.recent.extend((episode.ret, episode.length) for episode in episodes)
        return tuple(episodes)

    def _publish(self, due: bool = False) -> None:
        now = time.perf_counter()
        if due or now >= self._publish_due:
            self._publish_due = now + PUBLISH_SECONDS
            fresh = self._ended(self._published)
            if fresh and self.on_episodes:
                self.on_episodes(fresh)

    def _ended(self, seen: np.ndarray) -> list[Episode]:
        """Episodes of this rollout beyond the first ``seen`` ``(N,)`` of each environment; advances ``seen``."""
        counts, ended = self._arrays["episode_counts"].copy(), self._arrays["episodes"]
        found = []
        for env in np.flatnonzero(counts > seen):
            for step, ret, length in ended[env, seen[env] : counts[env]]:
                timesteps = self.timesteps + (int(step) + 1) * self.config.n_envs
                found.append(Episode(self.updates + 1, int(step), int(env), timesteps, float(ret), int(length)))
        seen[:] = counts
        return found

    def _assess(self) -> Batch:
        """The rollout as one batch with advantages and returns; merges the normalisers' statistics."""
        arrays, config = self._arrays, self.config
        rewards, dones, values = arrays["rewards"].astype(np.float32), arrays["dones"], arrays["values"]
        if config.normalize_reward:
            rewards = self.reward_scaler.scale(arrays["rewards"], dones, config.gamma)
        bootstraps = np.float32(config.gamma) * arrays["final_values"]
        self.credited = {
            "rewards": rewards, "values": values, "dones": dones, "bootstraps": bootstraps, "gamma": config.gamma,
            "gae_lambda": config.gae_lambda,
        }  # fmt: skip
        advantages, returns = estimate(self.objective.credit or config.credit, **self.credited)
        if normalises(config):
            self.observation_moments.merge(arrays["raw_observations"].reshape(config.batch, -1))
            arrays["obs_mean"][:] = self.observation_moments.mean
            arrays["obs_var"][:] = self.observation_moments.var
        columns = (arrays["observations"], arrays["actions"], arrays["log_probs"], advantages, returns, values[:-1])
        return Batch(*(c.reshape(config.batch, *c.shape[2:]) for c in (*columns, arrays["policy"])))

    def snapshot(self) -> dict[str, np.ndarray]:
        """All that a Policy needs: parameters and the normalisers' statistics, about 40 kB."""
        return {
            "parameters": self.network.parameters.copy(),
            "obs_mean": self._arrays["obs_mean"].copy(),
            "obs_var": self._arrays["obs_var"].copy(),
            "return_var": self.reward_scaler.moments.var.copy(),
        }

    def parameters_sha256(self) -> str:
        """SHA-256 of the parameters' bytes: equal for equal runs."""
        return hashlib.sha256(self.network.parameters.tobytes()).hexdigest()

    def state(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Arrays and a JSON-able mapping that hold everything needed to go on bit for bit."""
        return pack(self, self._workers.states())

    @classmethod
    def from_state(
        cls,
        arrays: dict[str, np.ndarray],
        meta: dict[str, Any],
        workers: int = 1,
        on_episodes: Callable[[list[Episode]], None] | None = None,
    ) -> Trainer:
        """The trainer that ``state`` was taken from; raises ValueError when the state does not fit its config."""
        trainer = cls(TrainConfig.from_dict(meta["config"]), workers, on_episodes)
        try:
            trainer._workers.restore(unpack(trainer, arrays, meta))
        except BaseException:
            trainer.close()
            raise
        return trainer

    def close(self) -> None:
        """Ends the rollout processes."""
        self._workers.close()

    def __enter__(self) -> Trainer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
