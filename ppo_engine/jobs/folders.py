"""Run ids, and where each file of a run lies."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import time
from pathlib import Path

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RUN_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
TRASH = ".trash"


class UnknownRun(KeyError):
    """No run of that id; ``str()`` is one clear sentence."""

    def __init__(self, run_id: object):
        self.run_id = run_id
        shown = repr(run_id)
        super().__init__(f"run is {shown if len(shown) <= 60 else shown[:59] + '…'}, but no run has that id.")

    def __str__(self) -> str:
        return self.args[0]


def new_run_id() -> str:
    """A fresh id: 10 characters of milliseconds since 1970 and 16 random ones, in Crockford's base 32 (a ULID)."""
    number = (int(time.time() * 1000) << 80) | secrets.randbits(80)
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))


def check_run_id(run_id: object) -> str:
    """Return ``run_id`` if it has the form of one of our ids, which makes it safe in a path; else raise UnknownRun."""
    if isinstance(run_id, str) and RUN_ID.fullmatch(run_id):
        return run_id
    raise UnknownRun(run_id)


def find_run_id(runs: Path, start: str) -> str:
    """The id of the one run in ``runs`` whose id begins (in any case) with ``start``; UnknownRun if none or several."""
    wanted = str(start).upper()
    if RUN_ID.fullmatch(wanted):
        return wanted
    if not 4 <= len(wanted) < 26 or not all(letter in ALPHABET for letter in wanted):
        raise UnknownRun(start)
    found = [run_id for run_id in run_ids(runs) if run_id.startswith(wanted)]
    if len(found) != 1:
        raise UnknownRun(start)
    return found[0]


def run_ids(runs: Path) -> list[str]:
    """The ids of all run folders in ``runs``, oldest first; empty if the folder does not exist yet."""
    try:
        return sorted(entry.name for entry in os.scandir(runs) if RUN_ID.fullmatch(entry.name) and entry.is_dir())
    except OSError:
        return []


class RunFolder:
    """The paths of one run; making one touches no file."""

    def __init__(self, runs: Path | str, run_id: str):
        self.runs = Path(runs)
        self.run_id = check_run_id(run_id)
        self.path = self.runs / self.run_id
        self.config = self.path / "config.json"
        self.database = self.path / "run.db"
        self.checkpoint = self.path / "checkpoint.npz"
        self.previous_checkpoint = self.path / "checkpoint.npz.prev"
        self.branches = self.path / "branches"
        self.videos = self.path / "videos"
        self.log = self.path / "out.log"
        self.lock = self.path / "worker.lock"
        self.card = self.path / "worker.json"
        self.evaluations = self.path / "evaluations.json"
        self.evaluating = self.path / "evaluator.lock"
        self.batch = self.path / "batch.npz"
        self.comparison = self.path / "autograd.json"
        self.holding = self.path / "holding.json"
        self.trashed = self.runs / TRASH / self.run_id

    @classmethod
    def at(cls, path: Path | str) -> RunFolder:
        """The run whose folder is ``path``; raises UnknownRun if its last part is not a run id."""
        path = Path(path).absolute()
        return cls(path.parent, path.name)

    def exists(self) -> bool:
        """Whether the run has been written here."""
        return self.config.is_file()

    def remove_unwritten(self) -> None:
        """Remove what a maker left who was killed before config.json was there; nothing else can be in it."""
        if self.path.is_dir() and not self.exists():
            shutil.rmtree(self.path, ignore_errors=True)

    def create(self) -> None:
        """Make the folder, and the runs folder around it when this is the first run; raises FileExistsError."""
        self.runs.mkdir(parents=True, exist_ok=True)
        self.path.mkdir()
        self.videos.mkdir()
