"""The evaluator: a run's policy plays 100 fixed-seed episodes, greedy and stochastic, in a process of low priority.

``python -m ppo_engine.jobs.evaluator RUN_FOLDER [--update N]``; one evaluation at a time on a runs folder, the others
wait. With ``--locked`` it has been handed the run's evaluation lock by whoever started it.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

import numpy as np

from ppo_engine.evaluate import evaluate
from ppo_engine.jobs.evaluations import entry, finished, publish, read_evaluations, summary
from ppo_engine.jobs.folders import RunFolder
from ppo_engine.jobs.locks import FileLock
from ppo_engine.jobs.priority import step_back
from ppo_engine.jobs.view import RunView

EPISODES = 100
SEED = 10_000
NICE = 10
BUSY = 75
PATIENCE = 3600.0


def evaluate_run(folder: RunFolder, update: int | None = None, episodes: int = EPISODES) -> dict[str, Any]:
    """Evaluate the policy kept nearest at or before ``update`` (default: the newest); publish the entry and return it.

    The same policy always plays the same episodes, so one that was evaluated before is only put last again.
    Raises LookupError while no parameters are kept, ValueError when the config cannot be read, OSError.
    """
    view = RunView(folder.runs, folder.run_id)
    moment = view.moment(update)
    if moment is None:
        raise LookupError("There is nothing to evaluate yet: this run has kept no parameters.")
    number, snapshot = moment
    known = [found for found in read_evaluations(folder) if finished(found) and found["update"] == number]
    if known and known[-1]["greedy"]["n"] == episodes:
        publish(folder, known[-1])
        return known[-1]
    publish(folder, entry(number))
    greedy = summary(evaluate(view.config, snapshot, episodes, SEED))
    publish(folder, entry(number, greedy))
    done = entry(number, greedy, summary(evaluate(view.config, snapshot, episodes, SEED, deterministic=False)))
    publish(folder, done)
    return done


def main(arguments: list[str]) -> int:
    """Evaluate as told on the command line; an exit status, 75 if the run is being evaluated already."""
    parser = argparse.ArgumentParser(prog="python -m ppo_engine.jobs.evaluator")
    parser.add_argument("folder", help="the run's folder")
    parser.add_argument("--update", type=int, help="which moment to evaluate (default: the newest)")
    parser.add_argument("--locked", action="store_true", help="the run's evaluation lock was handed over")
    chosen = parser.parse_args(arguments)
    step_back(NICE)
    np.seterr(all="ignore")
    folder = RunFolder.at(chosen.folder)
    lock, turn = FileLock(folder.evaluating), FileLock(folder.runs / "evaluator.lock")
    if not chosen.locked and not lock.acquire(timeout=1.0):
        print(f"run {folder.run_id} is being evaluated already", file=sys.stderr)
        return BUSY
    turn.acquire(timeout=PATIENCE)
    try:
        evaluate_run(folder, chosen.update)
    except Exception as error:  # whatever it was, whoever pressed the button is told in one sentence
        print(f"{folder.path}: {type(error).__name__}: {error}", file=sys.stderr)
        if not folder.exists():
            return 1
        known = isinstance(error, (LookupError, ValueError))
        said = str(error) if known else f"The evaluation failed ({type(error).__name__}: {error})."
        publish(folder, entry(chosen.update, error=said))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
