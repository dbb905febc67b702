"""The supervisor: one small process a runs folder that keeps the queue, restarts the fallen, watches memory and disk.

``python -m ppo_engine.jobs.supervisor RUNS``; it ends when it has had nothing to do for a while, and exits with
status 75 when another one is there.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
import time
from pathlib import Path
from typing import Any

from ppo_engine.jobs import engines, peek
from ppo_engine.jobs.checking import Checking
from ppo_engine.jobs.cluster.launcher import RayLauncher
from ppo_engine.jobs.filming import Filming
from ppo_engine.jobs.folders import RunFolder
from ppo_engine.jobs.guards import Guards
from ppo_engine.jobs.launcher import Launcher, LocalLauncher
from ppo_engine.jobs.locks import FileLock
from ppo_engine.jobs.registry import Entry, Registry
from ppo_engine.jobs.states import CLOSING

TAKEN = 75
TICK, LOOK_EVERY = 0.05, 0.5  # a child that falls and a new wish are seen at the next tick
IDLE_SECONDS = 10.0
GRACE = 3.0
MOST_TRIES = 20
Under = tuple[RunFolder, Entry]
Waiting = tuple[RunFolder, Entry, peek.Glance]


class Supervisor:
    """What one supervisor knows; all of it can be lost at any moment, since it is read again from locks and files."""

    def __init__(self, runs: Path):
        self.runs = runs
        self.registry, self.launcher, self.cluster = Registry(runs), LocalLauncher(), RayLauncher(runs)
        self.children: dict[str, Any] = {}
        self.filming, self.guards = Filming(runs), Guards(runs, self.registry, self.launcher)
        self.checking = Checking(runs)
        self._stamp: tuple | None = None
        self._due = self._idle_since = time.monotonic()

    def look(self) -> bool:
        """Look after all runs, if there may be something new; whether there is anything to do at all."""
        now = time.monotonic()
        fell = [run_id for run_id, child in self.children.items() if child.poll() is not None]
        stamp = self._registry_stamp()
        if fell or stamp != self._stamp or now >= self._due:
            self._stamp, self._due = stamp, now + LOOK_EVERY
            if self._look_after_runs():
                self._idle_since = now
        if any([self.filming.look(), self.checking.look()]):
            self._idle_since = now
        return now - self._idle_since < IDLE_SECONDS

    def _registry_stamp(self) -> tuple | None:
        try:
            found = os.stat(self.registry.path)
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size

    def _look_after_runs(self) -> bool:
        """Start what may start; whether any run is under way or waiting."""
        training: list[Under] = []
        idle: list[RunFolder] = []
        waiting: list[Waiting] = []
        for entry in self.registry.open_entries():
            folder = RunFolder(self.runs, entry.run_id)
            if entry.keeper == "foreground":
                continue
            if entry.untouched and entry.run_id not in self.children and entry.background:
                # A queue of a thousand costs nothing to look at: what waits in it has not begun.
                if entry.desired == "run":
                    waiting.append((folder, entry, peek.NOTHING_YET))
                continue
            alive = self.launcher.alive(folder)
            glance = peek.glance(folder.database)
            wanted = entry.desired == "run" or entry.step_until > glance.update
            if alive:
                if wanted:
                    training.append((folder, entry))
                else:
                    idle.append(folder)
            elif self._starting(entry):
                training.append((folder, entry))
            elif not folder.exists():
                self._give_up(entry, "lost", "gone", "Its folder is gone.")
            elif _ended(entry, glance):
                self.registry.change(entry.run_id, settled=glance.event.kind)  # type: ignore[union-attr]
            elif wanted:
                waiting.append((folder, entry, glance))
        self.guards.watch_memory([folder for folder, _ in training] + idle)
        started = self._share_out(training, waiting, idle)
        by_hand = [folder for folder, entry in training if not entry.background]
        self.filming.running(by_hand)
        self.checking.running(by_hand)
        return bool(training or waiting or started)

    def _share_out(self, training: list[Under], waiting: list[Waiting], idle: list[RunFolder]) -> list[RunFolder]:
        """Start who waits while there are slots, here and on the cluster; who is paused here makes room."""
        away = engines.on_ray(self.runs)
        (here, there), (queued, to_send) = engines.split(training, away), engines.split(waiting, away)
        started = self._fill_slots(here, queued)
        # A paused run holds no slot, but its process goes when its place is given to another.
        excess = len(here) + len(started) + len(idle) - self.launcher.capacity()
        for folder in idle[: max(0, excess)] if queued else ():
            self.launcher.ask_to_leave(folder)
        if to_send:
            started += self._fill_slots(there, to_send, self.cluster)
        return started

    def _fill_slots(self, training: list[Under], waiting: list[Waiting], launcher: Any = None) -> list[RunFolder]:
        """Start who waits while there are slots. Runs of a sweep give way: they hold no slot against other runs."""
        slots = (launcher or self.launcher).capacity()
        taken, by_hand = len(training), sum(not entry.background for _, entry in training)
        started = []
        for folder, entry, glance in waiting:
            if (taken if entry.background else by_hand) >= slots:
                if entry.background:
                    break
                continue
            if self._start(folder, entry, glance):
                started.append(folder)
                taken, by_hand = taken + 1, by_hand + (not entry.background)
        return started

    def _starting(self, entry: Entry) -> bool:
        child = self.children.get(entry.run_id)
        if child is not None:
            if child.poll() is None:
                return True
            del self.children[entry.run_id]
            return False
        return 0 <= time.time() - entry.started < GRACE

    def _start(self, folder: RunFolder, entry: Entry, glance: peek.Glance) -> bool:
        if not folder.exists():
            self._give_up(entry, "lost", "gone", "Its folder is gone.")
            return False
        try:
            mark = f"{glance.update} {folder.checkpoint.stat().st_mtime_ns}"
        except OSError:
            mark = str(glance.update)
        tries = entry.tries + 1 if mark == entry.mark else 1
        if tries > MOST_TRIES:
            text = f"Its process ended {MOST_TRIES} times without getting any further; out.log in its folder says why."
            self._give_up(entry, "lost", "gave_up", text)
            return False
        if tries > 2 and 0 <= time.time() - entry.started < min(5.0, 0.1 * 2**tries):
            return False
        if not self.guards.room_to_start(entry.run_id):
            return False
        if glance.event is not None and glance.event.kind not in ("paused", "stopped", *CLOSING):
            self.registry.remark(entry.run_id, "killed", f"Its process was killed after update {glance.update}.")
        self.registry.change(entry.run_id, started=time.time(), tries=tries, mark=mark)
        launcher: Launcher = self.cluster if engines.is_away(entry, engines.on_ray(self.runs)) else self.launcher
        try:
            self.children[entry.run_id] = launcher.start(folder)
        except OSError as error:
            print(f"{entry.run_id} could not be started: {error}", file=sys.stderr)
            return False
        return True

    def _give_up(self, entry: Entry, settled: str, kind: str, text: str) -> None:
        self.registry.remark(entry.run_id, kind, text)
        self.registry.change(entry.run_id, settled=settled)


def main(arguments: list[str]) -> int:
    """Watch over a runs folder until there is nothing to do; an exit status."""
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        print("supervisor: it takes one argument, the runs folder", file=sys.stderr)
        return 2
    runs = Path(arguments[0])
    lock = FileLock(runs / "supervisor.lock")
    ended: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: ended.append(number))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while lock.acquire():
        supervisor = Supervisor(runs)
        busy = True
        while busy and not ended and runs.is_dir():
            try:
                busy = supervisor.look()
            except (sqlite3.Error, OSError) as error:
                print(f"{type(error).__name__}: {error}", file=sys.stderr)
                time.sleep(1)
            time.sleep(TICK)
        supervisor.filming.close()
        supervisor.checking.close()
        lock.release()
        # A wish that came while this one still held the lock started no other supervisor.
        if ended or not runs.is_dir() or not _somebody_waits(runs):
            return 0
    return TAKEN


def _ended(entry: Entry, glance: peek.Glance) -> bool:
    return glance.event is not None and glance.event.kind in CLOSING and not entry.settled


def _somebody_waits(runs: Path) -> bool:
    for entry in Registry(runs).open_entries():
        folder = RunFolder(runs, entry.run_id)
        glance = peek.glance(folder.database)
        wanted = (entry.desired == "run" or entry.step_until > glance.update) and not _ended(entry, glance)
        if wanted and entry.keeper != "foreground" and folder.exists():
            return True
    return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
