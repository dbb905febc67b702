"""import: a run that was exported as a zip becomes one of the runs here."""

from __future__ import annotations

import argparse

from ppo_engine.jobs.commands.parser import Refused
from ppo_engine.jobs.commands.printing import print_json
from ppo_engine.jobs.exports.unpacking import CannotImport
from ppo_engine.jobs.importing import import_run
from ppo_engine.jobs.priority import step_back

NICE = 5


def carry_out(chosen: argparse.Namespace) -> int:
    """Import the file and say which run it is; an exit status."""
    step_back(NICE)
    try:
        found = import_run(chosen.runs, chosen.file)
    except CannotImport as error:
        raise Refused(str(error)) from error
    if chosen.json:
        print_json({"event": "imported", "run_id": found.run_id, "original": found.original})
    else:
        print(found.sentence)
    return 0
