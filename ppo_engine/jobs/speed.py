"""How long runs will take here: steps per second, measured by training for a moment and kept for each kind of work.

``python -m ppo_engine.jobs.speed RUNS CONFIG`` measures the config given as JSON and keeps the number.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import sys
import time
from pathlib import Path

from ppo_engine.config import TrainConfig
from ppo_engine.jobs.launcher import LocalLauncher, start_detached
from ppo_engine.jobs.locks import FileLock, is_held
from ppo_engine.jobs.sweep_view import STARTING
from ppo_engine.jobs.worker import one_thread

FILE, LOCK = "speed.json", "speed.lock"
MEASURED_FOR, MOST_PATIENCE = 1.0, 4.0
# What the work of one step depends on; every other knob changes what is learnt, not how long it takes.
WORK = (
    "env_id", "objective", "n_envs", "n_steps", "n_epochs", "batch_size", "hidden_sizes", "activation", "shared_trunk",
    "backend", "normalize_observation", "cg_iterations",
)  # fmt: skip


def known(runs: Path, config: TrainConfig) -> float | None:
    """Steps per second of one worker with this kind of work, if they were measured on this machine."""
    try:
        return float(json.loads((Path(runs) / FILE).read_text(encoding="utf-8"))[_key(config)])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def measure(runs: Path, config: TrainConfig) -> float:
    """Train for about a second, throw the result away, and keep the speed; steps per second of a free core."""
    one_thread()
    from ppo_engine.report import Diverged
    from ppo_engine.trainer import Trainer

    # Processor time, not the clock's: what else the machine does just now would else be in every later estimate.
    with Trainer(config.with_(total_timesteps=50_000_000), workers=1) as trainer:
        trainer.update()
        before, began, patience = trainer.timesteps, time.process_time(), time.monotonic() + MOST_PATIENCE
        with contextlib.suppress(Diverged):
            while time.process_time() - began < MEASURED_FOR and time.monotonic() < patience:
                trainer.update()
        speed = max(1, trainer.timesteps - before) / (time.process_time() - began)
    _keep(Path(runs), _key(config), speed)
    return speed


def measure_beside(runs: Path, config: TrainConfig) -> None:
    """Have the speed measured by a process of its own, unless one is measuring already; ``known`` then tells."""
    runs = Path(runs)
    runs.mkdir(parents=True, exist_ok=True)
    if not is_held(runs / LOCK):
        arguments = [str(runs.absolute()), json.dumps(config.to_dict())]
        start_detached("ppo_engine.jobs.speed", arguments, runs / "speed.log")


def estimate(config: TrainConfig, runs: int, speed: float) -> float:
    """Seconds that this many runs of this length take, as many at a time as there are slots."""
    slots = min(LocalLauncher().capacity(), runs)
    return runs * (STARTING + config.total_updates * config.batch / speed) / slots


def sentence(seconds: float, speed: float) -> str:
    """What a grid's runs will take, in one sentence."""
    return f"They would take about {in_words(seconds)} here, at {speed:,.0f} steps per second and run."


def in_words(seconds: float) -> str:
    """A duration as a person says it."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    if seconds < 172_800:
        return f"{seconds / 3600:.1f} h"
    return f"{seconds / 86_400:,.0f} days"


def _key(config: TrainConfig) -> str:
    return json.dumps([platform.node(), *(getattr(config, name) for name in WORK)])


def _keep(runs: Path, key: str, speed: float) -> None:
    runs.mkdir(parents=True, exist_ok=True)
    path = runs / FILE
    try:
        speeds = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        speeds = {}
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    temporary.write_text(json.dumps({**speeds, key: round(speed, 1)}), encoding="utf-8")
    os.replace(temporary, path)


def main(arguments: list[str]) -> int:
    """Measure one config, unless another process is at it; an exit status."""
    runs = Path(arguments[0])
    lock = FileLock(runs / LOCK)
    if lock.acquire():
        measure(runs, TrainConfig.from_dict(json.loads(arguments[1])))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
