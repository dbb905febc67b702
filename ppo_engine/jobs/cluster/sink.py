"""The sink: the one writer of the runs that train on a cluster, on the machine that has the runs folder.

It holds the locks of these runs. Each start of a run asks it for the next attempt's number, and what an older attempt
sends is refused: a node that was only cut off can never write beside the one that took its run over.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from pathlib import Path
from typing import Any

from ppo_engine.jobs import checkpoints, peek
from ppo_engine.jobs.card import Card
from ppo_engine.jobs.cluster.messages import REFUSED, Opening, Reply, versions
from ppo_engine.jobs.desk import Desk
from ppo_engine.jobs.folders import RunFolder
from ppo_engine.jobs.locks import FileLock
from ppo_engine.jobs.recorder import NOT_KEPT, NOT_WRITTEN
from ppo_engine.jobs.states import CLOSING
from ppo_engine.jobs.store import Batch, NotWritten, Store

LOCK_SECONDS = 1.0
MOST_TRIES = 20


class Ledger:
    """One run in the sink's hands: its lock, and once a worker has opened it the files of the newest attempt."""

    def __init__(self, folder: RunFolder, lock: FileLock):
        self.folder, self.lock, self.desk = folder, lock, Desk(folder)
        self.store: Store | None = None
        self.card: Card | None = None
        self.attempt, self.seconds = 0, 0.0
        self.mark, self.tries = -1, 0

    def open(self) -> bool:
        """Begin the next attempt; False if it is the 20th that got no further than the one before."""
        self.close()
        self.store, self.card = Store(self.folder, lambda: self.seconds), Card(self.folder.card)
        self.store.claim()
        self.attempt, self.seconds = self.store.attempt, self.store.last_run_seconds()
        reached = self.store.last_update()
        self.tries, self.mark = (self.tries + 1 if reached == self.mark else 1), reached
        return self.tries <= MOST_TRIES

    def close(self) -> None:
        """Close the files; the lock stays."""
        if self.store is not None and self.card is not None:
            self.store.close()
            self.card.close()
        self.store = self.card = None

    def reply(self, full: str = "") -> Reply:
        """What is wished of the run just now."""
        entry = self.desk.look()
        return Reply(False, entry, tuple(self.desk.wishes), self.desk.gone, full)


class Sink:
    """All runs of a runs folder that train on the cluster; one call at a time, in the order they were sent."""

    def __init__(self, runs: str):
        self.runs = Path(runs)
        self.ledgers: dict[str, Ledger] = {}

    def reserve(self, run_id: str) -> bool:
        """Take a run's lock on behalf of a worker to come; False if somebody else works on it, or it is gone."""
        if run_id in self.ledgers:
            return True
        folder = RunFolder(self.runs, run_id)
        try:
            lock = FileLock(folder.lock)
            if folder.exists() and lock.acquire(LOCK_SECONDS):
                self.ledgers[run_id] = Ledger(folder, lock)
        except OSError:
            return False
        return run_id in self.ledgers

    def open(self, run_id: str) -> Opening | None:
        """Begin a new attempt; None if there is nothing to do: the run is not reserved, not wanted, or has ended."""
        ledger = self.ledgers.get(run_id)
        if ledger is None or not _wanted(ledger):
            return None
        if not ledger.open():
            text = f"Its task ended {MOST_TRIES} times without getting any further."
            ledger.desk.registry.remark(run_id, "gave_up", text)
            ledger.desk.tell(settled="lost")
            return None
        store = ledger.store
        assert store is not None
        checkpoints.remove_leftovers(ledger.folder)
        config = json.loads(ledger.folder.config.read_text(encoding="utf-8"))["config"]
        return Opening(
            ledger.attempt, config, tuple(checkpoints.stored(ledger.folder)), store.last_event(),
            store.last_run_seconds(), store.last_update(), store.last_wish(), tuple(store.applied_knobs()),
            versions(), ledger.reply(),
        )  # fmt: skip

    def push(self, run_id: str, attempt: int, batch: Batch | None, seconds: float, served: int) -> Reply:
        """Write what an attempt has to say, or, with no batch, only answer."""
        ledger = self._of(run_id, attempt)
        if ledger is None or ledger.store is None or ledger.card is None:
            return REFUSED
        ledger.seconds, full = seconds, ""
        ledger.desk.serve(served)
        try:
            ledger.store.commit(batch) if batch is not None else ledger.store.flush()
        except NotWritten as error:
            full = str(error)
        ledger.card.note(NOT_WRITTEN.format(full, ledger.store.last_update() + 1) if full else "")
        return ledger.reply(full)

    def keep(self, run_id: str, attempt: int, update: int, data: bytes) -> Reply:
        """Replace the run's checkpoint, all at once or not at all."""
        ledger = self._of(run_id, attempt)
        if ledger is None or ledger.store is None or ledger.card is None:
            return REFUSED
        folder = ledger.folder
        try:
            ledger.store.harden()
            checkpoints.replace(folder.checkpoint, data, folder.previous_checkpoint)
            checkpoints.keep_branch(folder, update)
        except (OSError, sqlite3.Error) as error:
            ledger.card.note(NOT_KEPT.format(getattr(error, "strerror", None) or error))
        return ledger.reply()

    def tell(self, run_id: str, attempt: int, values: dict[str, Any]) -> Reply:
        """Set columns of the run's registry row."""
        ledger = self._of(run_id, attempt)
        if ledger is None:
            return REFUSED
        ledger.desk.tell(**values)
        return ledger.reply()

    def release(self, run_id: str) -> None:
        """Let go of a run: its task has ended, or must not write any more."""
        ledger = self.ledgers.pop(run_id, None)
        if ledger is not None:
            with contextlib.suppress(sqlite3.Error, OSError):
                ledger.close()
            ledger.lock.release()

    def _of(self, run_id: str, attempt: int) -> Ledger | None:
        ledger = self.ledgers.get(run_id)
        return ledger if ledger is not None and ledger.attempt == attempt else None


def _wanted(ledger: Ledger) -> bool:
    entry, glance = ledger.desk.look(), peek.glance(ledger.folder.database)
    if ledger.desk.gone or entry is None or entry.deleted or entry.settled not in ("", "again"):
        return False
    ended = glance.event is not None and glance.event.kind in CLOSING and entry.settled != "again"
    return not ended and (entry.desired == "run" or entry.step_until > glance.update)
