"""How a worker gets things onto the disk: transactions that wait out a full disk, and checkpoints at a fixed price."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator

from ppo_engine.config import TrainConfig
from ppo_engine.jobs import checkpoints
from ppo_engine.jobs.card import Card
from ppo_engine.jobs.comparisons import keep_batch
from ppo_engine.jobs.desk import Desk
from ppo_engine.jobs.folders import RunFolder
from ppo_engine.jobs.listing import read_config
from ppo_engine.jobs.store import Batch, NotWritten, Store
from ppo_engine.trainer import Trainer

FIRST_CHECKPOINT, CHECKPOINT_EVERY = 0.25, 1.0
CHECKPOINT_SHARE = 0.02
FIRST_BATCH, BATCH_EVERY = 1.0, 20.0
RETRY_EVERY = 10.0
POLL = 0.02
NOT_WRITTEN = "Nothing can be written ({}): the run waits at update {} and goes on by itself once something can."
NOT_KEPT = "The checkpoint could not be written ({}); training goes on."


class Leave(Exception):
    """The worker ends now, on purpose, with everything written that can be."""


class Recorder:
    """The store, the checkpoints and the card of one attempt; ``seconds`` is the run's training time so far."""

    def __init__(self, folder: RunFolder, desk: Desk, asked_to_leave: Callable[[], bool]):
        self.folder = folder
        self._begin(desk, asked_to_leave, Card(folder.card), Store(folder, lambda: self.seconds))

    def _begin(self, desk: Desk, asked_to_leave: Callable[[], bool], card: Card, store: Store) -> None:
        self.desk, self.asked_to_leave, self.card, self.store = desk, asked_to_leave, card, store
        self.seconds = 0.0
        self.checkpointed = -1
        self._next_checkpoint: float | None = None
        self._next_batch: float | None = None

    def config(self) -> TrainConfig:
        """The config that the run was started with; raises ValueError if it is damaged."""
        return read_config(self.folder)

    def candidates(self) -> Iterator[tuple[str, checkpoints.Checkpoint | checkpoints.BadCheckpoint]]:
        """The run's checkpoints by file name, best first; a BadCheckpoint in place of one that cannot be read."""
        checkpoints.remove_leftovers(self.folder)
        yield from ((path.name, found) for path, found in checkpoints.candidates(self.folder))

    def gone(self) -> bool:
        """Whether the run's folder has been deleted or moved away."""
        return not self.folder.config.exists()

    def commit(self, batch: Batch) -> None:
        """Write ``batch``; while the disk takes nothing keep it, say so on the card, and try again every 10 s.

        Raises Leave when the wait is ended by a wish to stop, a signal, or the folder's deletion.
        """
        try:
            self.store.commit(batch)
            return
        except NotWritten as error:
            reason = str(error)
        update = batch.report.update if batch.report else self.store.last_update()
        self.card.note(NOT_WRITTEN.format(reason, update))
        while True:
            self._sleep_unless_ended()
            try:
                self.store.flush()
                self.store.event("disk_full", update, reason=reason)
                break
            except NotWritten:
                self.store.drop_waiting_event("disk_full")
        self.card.note("")

    def commit_soon(self, batch: Batch) -> None:
        """Write ``batch`` now if the disk takes it, else together with the next one."""
        try:
            self.store.commit(batch)
        except NotWritten as error:
            self.card.note(NOT_WRITTEN.format(error, self.store.last_update() + 1))

    def _sleep_unless_ended(self) -> None:
        until = time.monotonic() + RETRY_EVERY
        while time.monotonic() < until:
            entry = self.desk.look()
            if self.asked_to_leave() or self.desk.gone or (entry is not None and entry.desired == "stop"):
                raise Leave
            time.sleep(POLL)

    def checkpoint_due(self) -> bool:
        """Whether it is time: soon after the start, then each second, or less often where that would cost over 2 %."""
        if self._next_checkpoint is None:
            self._next_checkpoint = self.seconds + FIRST_CHECKPOINT
        return self.seconds >= self._next_checkpoint

    def checkpoint(self, trainer: Trainer) -> None:
        """Keep the trainer's state, unless this very update's is kept. A write that fails leaves the last one."""
        if trainer.updates == self.checkpointed:
            return
        started = time.perf_counter()
        try:
            self._keep(checkpoints.Checkpoint(trainer.updates, self.seconds, *trainer.state()))
            self.checkpointed = trainer.updates
            self.card.note("")
        except OSError as error:
            if self.gone():
                raise Leave from error
            self.card.note(NOT_KEPT.format(error.strerror or error))
        cost = time.perf_counter() - started
        self._next_checkpoint = self.seconds + max(CHECKPOINT_EVERY, cost / CHECKPOINT_SHARE)

    def _keep(self, state: checkpoints.Checkpoint) -> None:
        self.store.harden()
        checkpoints.write_checkpoint(self.folder.checkpoint, state, self.folder.previous_checkpoint)
        checkpoints.keep_branch(self.folder, state.update)

    def keep_batch(self, trainer: Trainer) -> None:
        """Keep one gradient for its comparison with autograd, if it is time and if the disk takes it."""
        if self._next_batch is None:
            self._next_batch = self.seconds + FIRST_BATCH
        if self.seconds >= self._next_batch:
            self._next_batch = self.seconds + BATCH_EVERY
            with contextlib.suppress(OSError):
                keep_batch(self.folder, trainer)

    def close(self) -> None:
        """Close the files."""
        self.store.close()
        self.card.close()
