"""The exporter: writes one export that a page has ordered, in a process of low priority, and says how far it is.

``python -m ppo_engine.jobs.exporter RUN_FOLDER FORMAT [--with RUN]… [--update N]``; with ``--locked`` it has been
handed the order's lock by whoever started it.
"""

from __future__ import annotations

import argparse
import sys
import time

import numpy as np

from ppo_engine.jobs import peek
from ppo_engine.jobs.exports.formats import CannotExport
from ppo_engine.jobs.exports.orders import Order
from ppo_engine.jobs.exports.writing import export
from ppo_engine.jobs.folders import RunFolder
from ppo_engine.jobs.locks import FileLock
from ppo_engine.jobs.priority import step_back

NICE = 10
BUSY = 75
TELL_EVERY = 0.5


class GivenUp(Exception):
    """Nobody wants this export any more."""


def carry_out(order: Order) -> None:
    """Write the export and its last word; raises GivenUp once the order has been cancelled, and what writers raise."""
    began = told = time.monotonic()

    def tell(share: float) -> None:
        nonlocal told
        if not order.standing.exists():
            raise GivenUp
        if time.monotonic() - told >= TELL_EVERY:
            told = time.monotonic()
            order.note({"state": "writing", "share": min(1.0, share), "seconds": told - began})

    update = order.update if order.update is not None else peek.glance(order.folders[0].database).update
    export(order.folders, order.form.name, order.target, order.update, tell)
    tell(1.0)
    order.note({"state": "ready", "seconds": time.monotonic() - began, "update": update})


def main(arguments: list[str]) -> int:
    """Write as told on the command line; an exit status, 75 if this very export is being written already."""
    parser = argparse.ArgumentParser(prog="python -m ppo_engine.jobs.exporter")
    parser.add_argument("folder", help="the run's folder")
    parser.add_argument("format", help="one of the formats")
    parser.add_argument("--with", action="append", default=[], dest="others", help="another run of the comparison")
    parser.add_argument("--update", type=int, help="which moment (default: the newest)")
    parser.add_argument("--locked", action="store_true", help="the order's lock was handed over")
    chosen = parser.parse_args(arguments)
    step_back(NICE)
    np.seterr(all="ignore")
    first = RunFolder.at(chosen.folder)
    order = Order(first.runs, [first.run_id, *chosen.others], chosen.format, chosen.update)
    lock = FileLock(order.lock)
    if not chosen.locked and not lock.acquire(timeout=1.0):
        print(f"{order.key} is being written already", file=sys.stderr)
        return BUSY
    try:
        carry_out(order)
    except GivenUp:
        order.target.unlink(missing_ok=True)
    except Exception as error:  # whatever it was, whoever pressed the button is told in one sentence
        print(f"{order.key}: {type(error).__name__}: {error}", file=sys.stderr)
        if not order.standing.exists():
            return 1
        known = isinstance(error, CannotExport)
        said = str(error) if known else f"It could not be written ({type(error).__name__}: {error})."
        order.note({"state": "failed", "error": said})
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
