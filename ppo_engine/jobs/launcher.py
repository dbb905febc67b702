"""Where workers run: a launcher starts, finds and kills them. This one uses processes of this machine."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import psutil

from ppo_engine.jobs.card import read_card
from ppo_engine.jobs.desk import cores
from ppo_engine.jobs.folders import RunFolder
from ppo_engine.jobs.locks import is_held

ROOT = Path(__file__).resolve().parents[2]
MOST_SLOTS = 8
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class Launcher(Protocol):
    """The seam to other machines."""

    def start(self, folder: RunFolder) -> Any:
        """Start a worker for a run; a handle on it."""

    def alive(self, folder: RunFolder) -> bool:
        """Whether the run has a worker."""

    def kill(self, folder: RunFolder) -> bool:
        """End the run's worker at once; whether there was one."""

    def capacity(self) -> int:
        """How many workers may train at the same time."""


def child_environment() -> dict[str, str]:
    """The environment of a Python process of ours: it finds this package from anywhere, and computes on one thread."""
    environment = {**os.environ, **ONE_THREAD}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), environment.get("PYTHONPATH")]))
    return environment


def start_detached(module: str, arguments: Sequence[str], log: Path, **options: Any) -> subprocess.Popen:
    """A Python process in a session of its own: neither Ctrl-C nor the end of this process reaches it."""
    environment = child_environment()
    detach: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        detach = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS}
    options.setdefault("stdin", subprocess.DEVNULL)
    with open(log, "ab") as output:
        command = [sys.executable, "-m", module, *arguments]
        options.setdefault("stdout", output)
        return subprocess.Popen(command, stderr=output, env=environment, **detach, **options)


class LocalLauncher:
    """Workers as detached processes here; a run is alive while its lock is held, whoever started it."""

    def start(self, folder: RunFolder) -> subprocess.Popen:
        """Start a worker. Raises OSError, also when the folder is gone."""
        return start_detached("ppo_engine.jobs.worker", [str(folder.path.absolute())], folder.log)

    def alive(self, folder: RunFolder) -> bool:
        """Whether a worker holds the run's lock."""
        return is_held(folder.lock)

    def process(self, folder: RunFolder) -> psutil.Process | None:
        """The process that holds the run's lock; None if none does, or if its pid now belongs to somebody else."""
        if not self.alive(folder):
            return None
        try:
            process = psutil.Process(int(read_card(folder.card).get("pid", 0)))
            return process if any(folder.run_id in part for part in process.cmdline()) else None
        except (psutil.Error, ValueError):
            return None

    def ask_to_leave(self, folder: RunFolder) -> bool:
        """Ask the run's worker to write a checkpoint and end; whether there was one."""
        process = self.process(folder)
        if process is not None:
            process.terminate()
        return process is not None

    def kill(self, folder: RunFolder) -> bool:
        """End the run's worker at once; whether there was one."""
        process = self.process(folder)
        if process is not None:
            process.kill()
        return process is not None

    def capacity(self) -> int:
        """One worker a core, at least two and at most eight."""
        return min(MOST_SLOTS, max(2, cores()))
