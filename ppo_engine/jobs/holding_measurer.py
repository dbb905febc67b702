"""Makes one update of each run again from a state it has kept, with and without each stabiliser, and keeps the KLs.

``python -m ppo_engine.jobs.holding_measurer RUN_FOLDER… [--update N]``: a short-lived process of low priority, which
only reads what the workers have written, so no run waits for it. With ``--locked`` it was handed the lock.
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

import numpy as np

from ppo_engine.jobs import checkpoints
from ppo_engine.jobs.folders import RunFolder
from ppo_engine.jobs.holding import LOCK, publish
from ppo_engine.jobs.listing import read_config
from ppo_engine.jobs.locks import FileLock
from ppo_engine.jobs.priority import step_back
from ppo_engine.jobs.view import RunView
from ppo_engine.report import REPORT_KEYS
from ppo_engine.stabilisers import measure
from ppo_engine.trainer import Trainer

NICE = 5  # a second of work that somebody is waiting for, beside runs that go on for minutes
BUSY = 75
PATIENCE = 15.0  # what failed counts as this long, so that it is not tried again at once


def measure_run(folder: RunFolder, update: int | None = None) -> dict[str, Any]:
    """Measure the update that follows the newest whole state (before ``update``), publish what came of it, return it.

    ``stored_kl`` is the KL that the run itself recorded for that update, None while it has not got there.
    """
    began = time.perf_counter()
    with _trainer_before(folder, update) as trainer:
        number = trainer.updates + 1
        view = RunView(folder.runs, folder.run_id)
        for event in view.events_since(0):
            if event.kind == "knob" and event.update == number:
                trainer.apply(**event.detail["changes"])
        found = measure(trainer)
    _, rows = view.updates_since(number - 1, 1)
    stored = float(rows[0, REPORT_KEYS.index("kl")]) if len(rows) else None
    found |= {"asked": update, "stored_kl": stored, "seconds": time.perf_counter() - began, "at": time.time()}
    publish(folder, found)
    return found


def _trainer_before(folder: RunFolder, update: int | None) -> Trainer:
    """A trainer in the newest state that an update can follow, of those before ``update``."""
    config = read_config(folder)
    limit = min(config.total_updates, config.total_updates if update is None else update) - 1
    kept = [folder.branches / f"{u:08d}.npz" for u in reversed(checkpoints.branch_updates(folder)) if u <= limit]
    for path in (folder.checkpoint, *kept):
        try:
            found = checkpoints.read_checkpoint(path)
            if found.update <= limit:
                return Trainer.from_state(found.arrays, found.meta)
        except (FileNotFoundError, ValueError):  # thinned meanwhile, or damaged: the one before it will do
            continue
    return Trainer(config)


def main(arguments: list[str]) -> int:
    """Measure as told on the command line; an exit status, 75 if another process is measuring in this folder."""
    parser = argparse.ArgumentParser(prog="python -m ppo_engine.jobs.holding_measurer")
    parser.add_argument("folders", nargs="+", help="the runs' folders")
    parser.add_argument("--update", type=int, help="which moment to measure (default: the newest)")
    parser.add_argument("--locked", action="store_true", help="the lock was handed over")
    chosen = parser.parse_args(arguments)
    step_back(NICE)
    np.seterr(all="ignore")
    folders = [RunFolder.at(path) for path in chosen.folders]
    lock = FileLock(folders[0].runs / LOCK)
    if not chosen.locked and not lock.acquire(timeout=1.0):
        print("what holds the KL down is being measured already", file=sys.stderr)
        return BUSY
    failed = False
    for folder in folders:
        try:
            measure_run(folder, chosen.update)
        except Exception as error:  # whatever it was, whoever looks is told in one sentence
            print(f"{folder.path}: {type(error).__name__}: {error}", file=sys.stderr)
            failed = True
            if folder.exists():
                said = f"It could not be measured ({type(error).__name__}: {str(error).splitlines()[0][:200]})."
                failure = {"update": 0, "asked": chosen.update, "error": said, "at": time.time(), "seconds": PATIENCE}
                publish(folder, failure)
    lock.release()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
