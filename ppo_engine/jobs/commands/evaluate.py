"""evaluate: the policy of one moment plays fixed episodes."""

from __future__ import annotations

import argparse

from ppo_engine.evaluate import evaluate
from ppo_engine.jobs.commands.parser import Refused
from ppo_engine.jobs.commands.printing import print_json
from ppo_engine.jobs.folders import find_run_id
from ppo_engine.jobs.view import RunView
from ppo_engine.knobs import ConfigError


def carry_out(chosen: argparse.Namespace) -> int:
    """Print the evaluation; an exit status."""
    view = RunView(chosen.runs, find_run_id(chosen.runs, chosen.run))
    if not 1 <= chosen.episodes <= 100_000:
        raise ConfigError("episodes", chosen.episodes, "a whole number from 1 to 100,000")
    if not 0 <= chosen.seed < 2**31:
        raise ConfigError("seed", chosen.seed, "a whole number from 0 to 2,147,483,647")
    if chosen.update is not None and not 0 <= chosen.update <= view.progress().update:
        raise ConfigError("update", chosen.update, f"a whole number from 0 to {view.progress().update:,}")
    moment = view.moment(chosen.update)
    if moment is None:
        raise Refused(f"Run {view.run_id} has kept no parameters yet.")
    update, snapshot = moment
    result = evaluate(view.config, snapshot, chosen.episodes, chosen.seed)
    if chosen.json:
        keys = ("mean", "std", "n", "ci95", "share_solved", "threshold")
        print_json({key: getattr(result, key) for key in keys} | {"update": update})
    else:
        low, high = result.ci95
        print(f"update {update}: mean return {result.mean:.1f} [{low:.1f}, {high:.1f}] over {result.n} episodes")
        if result.threshold is not None:
            print(f"{result.share_solved:.0%} of them reach {result.threshold:g}")
    return 0
