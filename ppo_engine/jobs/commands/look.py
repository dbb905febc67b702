"""list and show: what runs there are, and one run's updates."""

from __future__ import annotations

import argparse

from ppo_engine.jobs.commands.printing import print_json, print_update
from ppo_engine.jobs.folders import find_run_id
from ppo_engine.jobs.view import RunView, list_runs
from ppo_engine.report import REPORT_KEYS

LISTED = ("run_id", "state", "env_id", "objective", "seed", "timesteps", "ep_rew_mean")
WHOLE = ("update", "timesteps")


def carry_out(chosen: argparse.Namespace) -> int:
    """Print all runs, or the updates of one; an exit status."""
    return _list(chosen) if chosen.command == "list" else _show(chosen)


def _list(chosen: argparse.Namespace) -> int:
    rows = list_runs(chosen.runs)
    for row in rows:
        if chosen.json:
            print_json({key: getattr(row, key) for key in LISTED} | {"name": row.name})
        else:
            print(
                f"{row.run_id}  {row.state:<8}  {row.env_id:<24}  {row.objective:<15}  seed {row.seed:<4}"
                f"  {row.timesteps:>10,} steps  return {row.ep_rew_mean:>8.1f}  {row.name}"
            )
    if not rows and not chosen.json:
        print(f"No runs in {chosen.runs}.")
    return 0


def _show(chosen: argparse.Namespace) -> int:
    view = RunView(chosen.runs, find_run_id(chosen.runs, chosen.run))
    progress = view.progress()
    _, scalars = view.updates_since(0)
    for row in scalars.tolist():
        named = {key: int(value) if key in WHOLE else value for key, value in zip(REPORT_KEYS, row, strict=True)}
        if chosen.json:
            print_json(named)
        else:
            print_update(named, progress.total_updates)
    if not chosen.json:
        print(view.state_sentence)
    return 0
