"""train and resume: the run's worker in this very process, printing each update."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from ppo_engine.jobs.commands.parser import FAILED, Refused, parse_settings
from ppo_engine.jobs.commands.printing import print_json, print_update
from ppo_engine.jobs.folders import RunFolder, find_run_id
from ppo_engine.jobs.launching import known_run, write_run
from ppo_engine.jobs.listing import read_config
from ppo_engine.jobs.locks import FileLock
from ppo_engine.jobs.names import clean_name
from ppo_engine.jobs.registry import Registry
from ppo_engine.jobs.view import RunView
from ppo_engine.jobs.worker import Signals
from ppo_engine.knobs import ConfigError
from ppo_engine.presets import build_config
from ppo_engine.report import Report

INTERRUPTED = 130
MOST_ATTEMPTS = 5


def carry_out(chosen: argparse.Namespace) -> int:
    """Train a new run, or go on with one; an exit status."""
    return _train(chosen) if chosen.command == "train" else _resume(chosen)


def _train(chosen: argparse.Namespace) -> int:
    overrides = parse_settings(chosen.settings)
    if "env_id" in overrides:
        raise ConfigError("--set", f"env_id={overrides['env_id']}", "a knob; the environment is --env-id")
    objective = overrides.pop("objective", chosen.objective)
    for flag in ("seed", "total_timesteps"):
        if getattr(chosen, flag) is not None:
            overrides[flag] = getattr(chosen, flag)
    config = build_config(chosen.env_id, chosen.preset, objective, **overrides)
    name = clean_name(chosen.name)
    folder = write_run(chosen.runs, config)
    return train_here(folder, chosen, name)


def _resume(chosen: argparse.Namespace) -> int:
    folder, _ = known_run(chosen.runs, find_run_id(chosen.runs, chosen.run))
    view = RunView(chosen.runs, folder.run_id)
    state = view.status
    if state.name == "finished":
        return _last_word(view, chosen.json, interrupted=False)
    if state.name == "diverged":
        raise Refused(f"Run {folder.run_id} cannot go on: {state.sentence}")
    return train_here(folder, chosen, None)


def train_here(folder: RunFolder, chosen: argparse.Namespace, name: str | None) -> int:
    """Be the worker of a run and print what it does; ``name`` registers a new run. An exit status."""
    # The lock comes first: a supervisor that sees the run's wish must find it taken.
    lock = FileLock(folder.lock)
    if not lock.acquire(1.0):
        raise Refused(f"Run {folder.run_id} is already under way in another process.")
    registry = Registry(folder.runs)
    if name is not None:
        registry.add(folder.run_id, name, "run", keeper="foreground")
    else:
        registry.requeue(folder.run_id, "foreground")
        registry.command(folder.run_id, "run")
    from ppo_engine.jobs.life import FELL, Life

    signals = Signals(interrupt_too=True)
    try:
        total = read_config(folder).total_updates
    except ValueError as error:
        raise Refused(f"Run {folder.run_id} cannot go on: {error}") from error

    def tell(report: Report) -> None:
        try:
            if chosen.json:
                print_json(report.scalars())
            else:
                print_update(report.scalars(), total)
        except BrokenPipeError:
            signals.came = True

    if not chosen.json:
        print(f"run {folder.run_id} in {folder.path}", flush=True)
    attempts = 1
    while Life(folder, signals, chosen.workers or 0, tell, linger=0.0).run() == FELL and attempts < MOST_ATTEMPTS:
        attempts += 1
    lock.release()
    return _last_word(RunView(folder.runs, folder.run_id), chosen.json, signals.came)


def _last_word(view: RunView, as_json: bool, interrupted: bool) -> int:
    state, run_id = view.status, view.run_id
    last = view.events_since(0)[-1]
    if as_json:
        line: dict[str, Any] = {"event": state.name, "run_id": run_id}
        if state.name == "finished":
            line["parameters_sha256"] = last.detail["parameters_sha256"]
        else:
            line |= {"update": last.update, "reason": state.sentence}
        print_json(line)
    else:
        print(state.sentence)
        if state.name == "finished":
            print(f"parameters_sha256 {last.detail['parameters_sha256']}")
    if state.name in ("paused", "stopped", "lost"):
        print(f"To go on: python -m ppo_engine resume {run_id} --runs {view.folder.runs}", file=sys.stderr)
    if state.name in ("failed", "lost"):
        return FAILED
    return INTERRUPTED if interrupted and state.name == "paused" else 0
