"""When a run's gradient is compared with autograd's: soon after its start, now and then, and when it has ended."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import psutil

from ppo_engine.jobs.folders import RunFolder
from ppo_engine.jobs.launcher import start_detached
from ppo_engine.jobs.locks import is_held

FIRST_AFTER, EVERY = 3.0, 60.0
LONGEST = 600.0
MEMORY = 800 << 20  # torch takes about 370 MB; a machine without twice that has better things to do


class Checking:
    """The one process that compares, and the runs whose turn comes."""

    def __init__(self, runs: Path):
        self.runs = runs
        self._due: dict[str, float] = {}
        self._ended: set[str] = set()
        self._process: subprocess.Popen | None = None
        self._since = 0.0

    def running(self, folders: list[RunFolder]) -> None:
        """Say which runs are training now; one that no longer does is due at once, for the last time."""
        now = time.monotonic()
        training = {folder.run_id for folder in folders}
        for run_id in set(self._due) - training - self._ended:
            self._due[run_id] = now
            self._ended.add(run_id)
        for run_id in training:
            self._ended.discard(run_id)
            self._due.setdefault(run_id, now + FIRST_AFTER)

    def look(self) -> bool:
        """Go on with the next comparison; whether one is under way."""
        now = time.monotonic()
        if self._process is not None:
            if self._process.poll() is None and now - self._since < LONGEST:
                return True
            self.close()
        due = sorted((run_id for run_id, when in self._due.items() if when <= now), key=self._due.__getitem__)
        if due and is_held(lock_of(self.runs)):
            return True  # a supervisor that was killed has left one, and torch in several processes would starve runs
        for run_id in due:
            self._due[run_id] = now + EVERY
            if run_id in self._ended:
                self._ended.discard(run_id)
                del self._due[run_id]
            folder = RunFolder(self.runs, run_id)
            if waits(folder) and psutil.virtual_memory().available > MEMORY:
                self._since = now
                module, log = "ppo_engine.jobs.autograd_check", folder.path / "autograd.log"
                self._process = start_detached(module, [str(folder.path.absolute())], log)
                return True
        return False

    def close(self) -> None:
        """Let the process go."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = None


def lock_of(runs: Path) -> Path:
    """What a process holds while it compares a run of this folder."""
    return runs / "autograd.lock"


def waits(folder: RunFolder) -> bool:
    """Whether a batch is kept that is newer than the newest comparison."""
    try:
        kept = folder.batch.stat().st_mtime_ns
    except OSError:
        return False
    try:
        return folder.comparison.stat().st_mtime_ns < kept
    except OSError:
        return True
