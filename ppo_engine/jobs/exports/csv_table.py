"""csv: every update of the runs as one row, all numbers by their names, and the knobs that were moved before it."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from ppo_engine.jobs.exports.formats import Tell
from ppo_engine.jobs.exports.rows import HEAD, rows_of
from ppo_engine.jobs.folders import RunFolder


def write(folders: Sequence[RunFolder], path: Path, update: int | None, tell: Tell) -> None:
    """One header line and one line an update; numbers as Python writes them, so that they read back bit for bit."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(HEAD)
        for done, folder in enumerate(folders):
            table.writerows(rows_of(folder))
            tell((done + 1) / len(folders))
