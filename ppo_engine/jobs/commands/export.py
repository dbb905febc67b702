"""export: a run, or several side by side, in a format that other programs read."""

from __future__ import annotations

import argparse
from pathlib import Path

from ppo_engine.jobs.commands.parser import Refused
from ppo_engine.jobs.commands.printing import print_json
from ppo_engine.jobs.exports.formats import CannotExport
from ppo_engine.jobs.exports.writing import export
from ppo_engine.jobs.folders import RunFolder, UnknownRun, find_run_id
from ppo_engine.jobs.sweeps import find_sweep_id, read


def carry_out(chosen: argparse.Namespace) -> int:
    """Write the export and say where it lies; an exit status."""
    folders = _folders(chosen.runs, [chosen.run, *chosen.others])
    try:
        written = export(folders, chosen.to, chosen.path, chosen.update)
    except CannotExport as error:
        raise Refused(str(error)) from error
    if chosen.json:
        names = [str(path) for path in written]
        print_json({"event": "exported", "run_id": folders[0].run_id, "format": chosen.to, "files": names})
    else:
        for path in written:
            print(path)
    return 0


def _folders(runs: Path, named: list[str]) -> list[RunFolder]:
    """The runs that are named, those of a grid where it is a grid's id; raises UnknownRun."""
    found: list[RunFolder] = []
    for name in named:
        try:
            known = [RunFolder(runs, find_run_id(runs, name))]
            if not known[0].exists():
                raise UnknownRun(name)
        except UnknownRun:
            grid = read(runs, find_sweep_id(runs, name)).run_ids
            known = [folder for folder in (RunFolder(runs, run_id) for run_id in grid) if folder.exists()]
        found += [folder for folder in known if folder.run_id not in [other.run_id for other in found]]
    return found
