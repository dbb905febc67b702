"""Environment steps per second of the whole loop, beside Stable-Baselines3's, measured in turns in one run."""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from ppo_engine.config import TrainConfig
from ppo_engine.trainer import Trainer

# RL-Zoo's settings for PPO, the same for both sides.
SETTINGS: dict[str, dict[str, Any]] = {
    "LunarLander-v3": {
        "n_envs": 16, "n_steps": 1024, "batch_size": 64, "n_epochs": 4, "gamma": 0.999, "gae_lambda": 0.98,
        "ent_coef": 0.01, "learning_rate": 3e-4,
    },
    "CartPole-v1": {
        "n_envs": 8, "n_steps": 32, "batch_size": 256, "n_epochs": 20, "gamma": 0.98, "gae_lambda": 0.8,
        "learning_rate": 1e-3,
    },
    "BipedalWalker-v3": {
        "n_envs": 32, "n_steps": 2048, "batch_size": 64, "n_epochs": 10, "gamma": 0.999, "gae_lambda": 0.95,
        "learning_rate": 3e-4, "clip_range": 0.18, "normalize_observation": True, "normalize_reward": True,
    },
}  # fmt: skip
OURS, THEIRS = "PPO Playground", "Stable-Baselines3"
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def steps_per_second(iterate: Callable[[], Any], batch: int, seconds: float) -> float:
    """Environment steps per second of ``iterate``, which takes ``batch`` of them, after one call to warm up."""
    iterate()
    calls, started = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - started) < seconds or not calls:
        iterate()
        calls += 1
    return calls * batch / elapsed


def measure_ours(env_id: str, seconds: float) -> float:
    """The trainer with all diagnostics, on every core."""
    config = TrainConfig(env_id=env_id, total_timesteps=50_000_000, **SETTINGS[env_id])
    with Trainer(config, workers=cores()) as trainer:
        return steps_per_second(trainer.update, config.batch, seconds)


def measure_theirs(env_id: str, seconds: float) -> float:
    """Stable-Baselines3's PPO on DummyVecEnv with one torch thread, its fastest way for networks of this size."""
    from stable_baselines3 import PPO
    from stable_baselines3.common.env_util import make_vec_env
    from stable_baselines3.common.vec_env import VecNormalize

    settings = dict(SETTINGS[env_id])
    envs = make_vec_env(env_id, n_envs=settings.pop("n_envs"), seed=1)
    if settings.pop("normalize_observation", False) | settings.pop("normalize_reward", False):
        envs = VecNormalize(envs, gamma=settings["gamma"])
    model = PPO("MlpPolicy", envs, device="cpu", seed=1, **settings)
    batch = envs.num_envs * settings["n_steps"]
    return steps_per_second(lambda: model.learn(batch, reset_num_timesteps=False), batch, seconds)


MEASURES = {OURS: measure_ours, THEIRS: measure_theirs}


def measure_apart(who: str, env_id: str, seconds: float) -> float:
    """One measurement in a process of its own, so that neither side inherits the other's memory or threads."""
    command = [sys.executable, "-m", "ppo_engine.bench", "--measure", who, "--env", env_id, "--seconds", str(seconds)]
    done = subprocess.run(command, env={**os.environ, **ONE_THREAD}, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"measuring {who} on {env_id} failed:\n{done.stderr}")
    return float(done.stdout.split()[-1])


def compare(env_id: str, repeats: int, seconds: float) -> dict[str, Any]:
    """Both sides in turns, ``repeats`` times: their steps per second, and the ratio of each pair."""
    speeds: dict[str, list[float]] = {OURS: [], THEIRS: []}
    for _ in range(repeats):
        for who, measured in speeds.items():
            measured.append(measure_apart(who, env_id, seconds))
    ratios = [ours / theirs for ours, theirs in zip(speeds[OURS], speeds[THEIRS], strict=True)]
    return {
        "env_id": env_id,
        "workers": cores(),
        "ours": speeds[OURS],
        "stable_baselines3": speeds[THEIRS],
        "ratios": ratios,
        "ratio_median": statistics.median(ratios),
        "ratio_min": min(ratios),
        "ratio_max": max(ratios),
    }


def table(result: dict[str, Any]) -> str:
    """A comparison as text."""
    s = SETTINGS[result["env_id"]]
    lines = [
        f"{result['env_id']}: {s['n_envs']} × {s['n_steps']} steps, minibatches of {s['batch_size']}, "
        f"{s['n_epochs']} epochs, {result['workers']} workers; steps per second",
        f"  {'repeat':8}{OURS:>16}{THEIRS:>20}{'ratio':>8}",
    ]
    rows = zip(result["ours"], result["stable_baselines3"], result["ratios"], strict=True)
    lines += [f"  {i:<8}{ours:>16,.0f}{theirs:>20,.0f}{ratio:>8.2f}" for i, (ours, theirs, ratio) in enumerate(rows, 1)]
    spread = f"{result['ratio_min']:.2f} to {result['ratio_max']:.2f}"
    return "\n".join([*lines, f"  {result['ratio_median']:.2f} times as fast in the median ({spread})"])


def main(argv: list[str] | None = None) -> int:
    """Runs the comparison that ``argv`` asks for; 0, or 2 where Stable-Baselines3 is missing."""
    parser = argparse.ArgumentParser(prog="python -m ppo_engine bench", description=__doc__)
    parser.add_argument("--env", action="append", choices=list(SETTINGS), help="environment; may be given again")
    parser.add_argument("--repeats", type=int, default=3, help="pairs of measurements (default 3)")
    parser.add_argument("--quick", action="store_true", help="one short pair for each environment")
    parser.add_argument("--json", action="store_true", help="one JSON object a line instead of tables")
    parser.add_argument("--seconds", type=float, default=8.0, help="least length of a measurement (default 8)")
    parser.add_argument("--measure", choices=list(MEASURES), help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if options.repeats < 1 or not 0 < options.seconds <= 3600:
        parser.error("--repeats must be at least 1, and --seconds above 0 and at most 3600")
    envs = options.env or list(SETTINGS)
    if options.measure:
        print(MEASURES[options.measure](envs[0], options.seconds))
        return 0
    if importlib.util.find_spec("stable_baselines3") is None:
        print("The comparison needs Stable-Baselines3: pip install -r tests/requirements.txt", file=sys.stderr)
        return 2
    for env_id in envs:
        repeats, seconds = (1, 2.0) if options.quick else (options.repeats, options.seconds)
        result = compare(env_id, repeats, seconds)
        print(json.dumps(result) if options.json else table(result), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
