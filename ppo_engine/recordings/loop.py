"""The loop, phase by phase: `python -m ppo_engine.recordings.loop` trains PPO, A2C and TRPO and writes loop.json."""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from ppo_engine.advantages import normalise
from ppo_engine.config import TrainConfig
from ppo_engine.diagnostics import approx_kl, clip_account
from ppo_engine.jobs.launcher import ONE_THREAD
from ppo_engine.learner import Batch, Learner, Trace
from ppo_engine.objectives import Objective, Terms
from ppo_engine.presets import build_config
from ppo_engine.recordings import FOLDER
from ppo_engine.trainer import Trainer
from ppo_engine.trust_region_learner import TrustRegionLearner

FILE = FOLDER / "loop.json"
# Over CartPole's preset "quick": few enough samples to draw each of them.
KNOBS: dict[str, Any] = {"n_steps": 64, "batch_size": 64, "n_epochs": 6, "total_timesteps": 30_720}
METHODS: dict[str, dict[str, Any]] = {
    "ppo": {"objective": "ppo_clip"},
    "a2c": {"objective": "policy_gradient", "batch_size": 512},
    "trpo": {"objective": "trpo"},
}
LEVELS = "abcdefghijklm"


def config_of(method: str, **changes: Any) -> TrainConfig:
    """The settings of one of the three runs: they differ in the objective, and A2C takes the batch as a whole."""
    return build_config("CartPole-v1", "quick", **{**KNOBS, **METHODS[method], **changes})


def loops(path: Path = FILE) -> dict[str, dict[str, Any]]:
    """The recorded runs by method: ``config``, ``parameters_sha256`` and ``updates``, each as ``record`` gives it."""
    return json.loads(path.read_text(encoding="utf-8"))


class _Dealing:
    """A learner's generator that notes into which minibatch of ``size`` each sample is dealt, epoch by epoch."""

    def __init__(self, rng: np.random.Generator, size: int):
        self.rng, self.size = rng, size
        self.dealt: list[str] = []

    def permutation(self, count: int) -> np.ndarray:
        """The generator's own permutation ``(count,)``."""
        order = self.rng.permutation(count)
        place = np.empty(count, np.int64)
        place[order] = np.arange(count) // self.size
        self.dealt.append("".join(map(str, place)))
        return order


class _Watched(Learner):
    """A learner that notes when each gradient began and what its minibatch looked like."""

    def fit(self, batch: Batch, objective: Objective, config: TrainConfig, learning_rate: float) -> Trace:
        """As Learner's."""
        self.begun: list[float] = []
        self.seen: list[tuple[Terms, float]] = []
        self.parts: dict[str, float] = {}
        trace = super().fit(batch, objective, config, learning_rate)
        self.begun.append(time.process_time())
        return trace

    def gradient(self, mini: Batch, objective: Objective, config: TrainConfig, old_log_std: np.ndarray | None):
        """As Learner's."""
        self.begun.append(time.process_time())
        log_ratio, error, gradient = super().gradient(mini, objective, config, old_log_std)
        self.seen.append((Terms(log_ratio, mini.advantages), float(np.linalg.norm(gradient))))
        return log_ratio, error, gradient


class _WatchedTrustRegion(_Watched, TrustRegionLearner):
    """The same for TRPO: how long its one step of the actor took, and how long the critic's minibatches."""

    def _step_actor(self, *given: Any) -> Any:
        started = time.process_time()
        found = super()._step_actor(*given)
        self.parts["actor"] = time.process_time() - started
        return found

    def _fit_critic(self, *given: Any) -> float:
        started = time.process_time()
        loss = super()._fit_critic(*given)
        self.parts["critic"] = time.process_time() - started
        return loss


class LoopTrainer(Trainer):
    """A trainer that measures its phases; its numbers are those of any other trainer."""

    def __init__(self, config: TrainConfig):
        super().__init__(config)
        kind = _WatchedTrustRegion if self.objective.trust_region else _Watched
        watched = kind.__new__(kind)
        watched.__dict__.update(self.learner.__dict__)
        self.dealing = _Dealing(watched.rng, config.batch_size)
        watched.__dict__["rng"] = self.dealing
        self.learner = self.watched = watched
        self.seconds: dict[str, float] = {}

    def _roll(self) -> Any:
        started = time.process_time()
        episodes = super()._roll()
        self.seconds["rollout"] = time.process_time() - started
        return episodes

    def _assess(self) -> Batch:
        started = time.process_time()
        batch = super()._assess()
        self.seconds["advantages"] = time.process_time() - started
        return batch


def record(trainer: LoopTrainer) -> dict[str, Any]:
    """Makes one update and tells it phase by phase.

    ``seconds`` of processor time of the rollout, the advantages, the report (for TRPO also of its actor and its
    critic); ``episodes``: (step, environment, return) of those that ended; ``credit``: a letter for each of the T·N
    samples, step by step, from a (Â two deviations or more below the batch's mean) over g (at it) to m; ``dealt``: for
    each epoch a digit for each sample, the minibatch it went to; ``steps``: by name a list with a number for each
    gradient, as its minibatch stood before it.
    """
    trainer.dealing.dealt = []
    started = time.process_time()
    report = trainer.update()
    whole = time.process_time() - started
    watched, batch = trainer.watched, trainer.batch
    assert batch is not None
    steps: dict[str, list[float]] = {name: [] for name in _STEP}
    for k, (terms, norm) in enumerate(watched.seen):
        account = clip_account(trainer.objective, terms, trainer.config.clip_range)
        low, high = np.exp(np.quantile(terms.log_ratio, [0.05, 0.95]))
        taken = watched.begun[k + 1] - watched.begun[k]
        row = (taken, approx_kl(terms.log_ratio), low, high, account.clip_fraction, account.killed_fraction, norm)
        for name, value in zip(_STEP, row, strict=True):
            steps[name].append(_short(value))
    seconds = {**trainer.seconds, **watched.parts}
    seconds["report"] = whole - sum(seconds.values()) - sum(steps["seconds"])
    level = np.rint(6 * np.clip(normalise(batch.advantages) / 2, -1, 1)).astype(int) + 6
    return {
        "seconds": {name: _short(value) for name, value in seconds.items()},
        "episodes": [[episode.step, episode.env, episode.ret] for episode in report.episodes],
        "credit": "".join(LEVELS[at] for at in level), "dealt": trainer.dealing.dealt if len(watched.seen) > 1 else [],
        "steps": steps,
        **{name: _short(getattr(report, name)) for name in ("ep_rew_mean", "kl", "killed_fraction", "ratio_max")},
        **({"backtracks": len(report.detail["line_search"]) - 1} if "line_search" in report.detail else {}),
    }  # fmt: skip


_STEP = ("seconds", "kl", "low", "high", "outside", "killed", "norm")


def _short(value: float) -> float:
    return float(f"{value:.3g}")


def train(method: str) -> dict[str, Any]:
    """One of the three runs, from its first update to its last."""
    config = config_of(method)
    trainer, updates = LoopTrainer(config), []
    with trainer:
        while not trainer.finished:
            updates.append(record(trainer))
        return {"config": config.to_dict(), "parameters_sha256": trainer.parameters_sha256(), "updates": updates}


def main() -> int:
    """The command; prints what it wrote."""
    os.environ.update(ONE_THREAD)
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        found = dict(zip(METHODS, pool.map(train, METHODS), strict=True))
    FILE.write_text(json.dumps(found, separators=(",", ":")) + "\n", encoding="utf-8")
    for method, run in found.items():
        updates = run["updates"]
        print(f"{method}: {len(updates)} updates, mean return {updates[-1]['ep_rew_mean']:.0f} at the end")
    print(f"{FILE.name}: {FILE.stat().st_size // 1000} kB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
