"""Killing at random: 50 workers and 20 supervisors over several runs, and every run ends as if untouched."""

from __future__ import annotations

import random
import sqlite3
import time

import numpy as np
import pytest

from ppo_engine.config import TrainConfig
from ppo_engine.jobs import control
from ppo_engine.jobs.view import RunView, list_runs
from ppo_engine.trainer import Trainer
from tests.jobs.killing import end_everything, kill, supervisors, wait_until, workers

WORKER_KILLS, SUPERVISOR_KILLS = 50, 20
CARTPOLE = TrainConfig(env_id="CartPole-v1", n_envs=8, n_steps=64, batch_size=128, total_timesteps=60_000)
LANDER = TrainConfig(env_id="LunarLander-v3", n_envs=8, n_steps=96, n_epochs=4, total_timesteps=90_000)


def unbroken(config: TrainConfig) -> tuple[str, np.ndarray]:
    with Trainer(config) as trainer:
        rows = []
        while not trainer.finished:
            report = trainer.update()
            rows.append([report.update, report.timesteps, report.ep_rew_mean, report.kl, report.grad_norm])
        return trainer.parameters_sha256(), np.array(rows)


def shown(view: RunView) -> dict[int, bytes]:
    numbers, rows = view.updates_since(0)
    return {number: row.tobytes() for number, row in zip(numbers, rows, strict=True)}


@pytest.mark.slow
def test_50_killed_workers_and_20_killed_supervisors_change_nothing(tmp_path, tell):
    runs, dice = tmp_path / "runs", random.Random(5)
    try:
        configs: dict[str, TrainConfig] = {}
        seen: dict[str, dict[int, bytes]] = {}
        killed, most, started = {"worker": 0, "supervisor": 0}, 0, time.monotonic()
        while True:
            if all(row.state == "finished" for row in list_runs(runs)):
                if killed["worker"] >= WORKER_KILLS and killed["supervisor"] >= SUPERVISOR_KILLS:
                    break
                # However fast the machine: more runs until enough have been killed.
                for config in (CARTPOLE, LANDER, CARTPOLE, LANDER):
                    config = config.with_(seed=len(configs) + 1)
                    configs[control.launch(runs, config)] = config
            assert not [row for row in list_runs(runs) if row.state in ("failed", "lost")]
            assert time.monotonic() - started < 900
            time.sleep(dice.uniform(0.2, 1.6))
            at_work = workers(runs)
            folders = [process.info["cmdline"][-1] for process in at_work]
            most = max([most, *(folders.count(folder) for folder in folders)])
            for run_id in configs:
                now = shown(RunView(runs, run_id))
                for number, row in seen.get(run_id, {}).items():
                    assert now.get(number) == row, f"update {number} of {run_id} was shown and is gone or different"
                seen[run_id] = now
            if killed["worker"] < WORKER_KILLS and at_work:
                killed["worker"] += kill(dice.choice(at_work))
            if killed["supervisor"] < SUPERVISOR_KILLS and dice.random() < 0.5:
                killed["supervisor"] += sum(kill(process) for process in supervisors(runs))
            control.ensure_supervisor(runs)
        wait_until(lambda: not workers(runs))
        attempts = {}
        for run_id, config in configs.items():
            view = RunView(runs, run_id)
            sha256, rows = unbroken(config)
            events = view.events_since(0)
            assert events[-1].detail["parameters_sha256"] == sha256
            numbers, scalars = view.updates_since(0)
            assert numbers == list(range(1, config.total_updates + 1))
            np.testing.assert_array_equal(scalars[:, [0, 1, 2, 7, 15]], rows)
            with sqlite3.connect(view.folder.database) as database:
                assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert not [event for event in events if event.kind == "bad_checkpoint"]
            attempts[run_id] = events[-1].attempt
        tell(
            f"killed {killed}, attempts {list(attempts.values())}, most processes seen on one run {most},"
            f" {time.monotonic() - started:.0f} s; hashes, rows and files whole"
        )
    finally:
        end_everything(runs)
