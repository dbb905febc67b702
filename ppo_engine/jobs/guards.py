"""What the supervisor guards the machine against: a run that eats its memory, and a disk that runs full."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import psutil

from ppo_engine.jobs.folders import RunFolder
from ppo_engine.jobs.launcher import LocalLauncher
from ppo_engine.jobs.registry import Registry

MEGABYTE = 1 << 20
MEMORY_LIMIT = int(os.environ.get("PPO_MEMORY_MB", "2048")) * MEGABYTE
FREE_DISK = int(os.environ.get("PPO_FREE_DISK_MB", "200")) * MEGABYTE
MEMORY_EVERY = 2.0


class Guards:
    """Memory and disk of one runs folder."""

    def __init__(self, runs: Path, registry: Registry, launcher: LocalLauncher):
        self.runs, self.registry, self.launcher = runs, registry, launcher
        self._memory_due = 0.0
        self._said: set[str] = set()

    def watch_memory(self, folders: list[RunFolder]) -> None:
        """End a run whose processes together hold more than the limit; it counts as failed, with the reason."""
        if time.monotonic() < self._memory_due:
            return
        self._memory_due = time.monotonic() + MEMORY_EVERY
        for folder in folders:
            used = self._memory_of(folder)
            if used > MEMORY_LIMIT:
                self.registry.change(folder.run_id, settled="failed")
                text = f"Out of memory: it used {used // MEGABYTE} MB, and {MEMORY_LIMIT // MEGABYTE} MB is the limit."
                self.registry.remark(folder.run_id, "memory", text)
                self.launcher.kill(folder)

    def _memory_of(self, folder: RunFolder) -> int:
        process = self.launcher.process(folder)
        try:
            family = [process, *process.children()] if process else []
            return sum(member.memory_info().rss for member in family)
        except psutil.Error:
            return 0

    def room_to_start(self, run_id: str) -> bool:
        """Whether the disk has room for another run; if not, the run is told once why it waits."""
        free = shutil.disk_usage(self.runs).free
        if free >= FREE_DISK:
            self._said.discard(run_id)
            return True
        if run_id not in self._said:
            self._said.add(run_id)
            least = FREE_DISK // MEGABYTE
            text = f"Queued: the disk has {free // MEGABYTE} MB left, and a run starts only from {least} MB."
            self.registry.remark(run_id, "disk", text)
        return False
