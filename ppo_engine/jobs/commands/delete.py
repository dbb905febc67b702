"""delete: a run moves to the trash."""

from __future__ import annotations

import argparse

from ppo_engine.jobs.commands.printing import print_json
from ppo_engine.jobs.folders import RunFolder, find_run_id
from ppo_engine.jobs.trash import delete


def carry_out(chosen: argparse.Namespace) -> int:
    """Stop and delete a run; an exit status."""
    folder = RunFolder(chosen.runs, find_run_id(chosen.runs, chosen.run))
    delete(chosen.runs, folder.run_id)
    if chosen.json:
        print_json({"event": "deleted", "run_id": folder.run_id})
    else:
        print(f"Deleted; it lies in {folder.trashed}, and the Runs page can bring it back.")
    return 0
