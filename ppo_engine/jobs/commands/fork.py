"""fork: a new run that shares another's history up to a moment and then goes its own way."""

from __future__ import annotations

import argparse

from ppo_engine.jobs.commands.parser import parse_settings
from ppo_engine.jobs.commands.train import train_here
from ppo_engine.jobs.folders import RunFolder, find_run_id
from ppo_engine.jobs.forking import fork


def carry_out(chosen: argparse.Namespace) -> int:
    """Fork a run and train the new one in this process; an exit status."""
    run_id = find_run_id(chosen.runs, chosen.run)
    new = fork(chosen.runs, run_id, chosen.update, chosen.name, start=False, **parse_settings(chosen.settings))
    return train_here(RunFolder(chosen.runs, new), chosen, None)
