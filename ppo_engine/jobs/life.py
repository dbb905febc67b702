"""One attempt at a run: restore, train update by update, obey wishes, record everything, end in a known state."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from typing import Any

import numpy as np

from ppo_engine.jobs import checkpoints
from ppo_engine.jobs.desk import Desk, cores
from ppo_engine.jobs.folders import RunFolder
from ppo_engine.jobs.knob_changes import KnobChanges
from ppo_engine.jobs.priority import step_back
from ppo_engine.jobs.recorder import POLL, Leave, Recorder
from ppo_engine.jobs.store import Batch
from ppo_engine.report import Diverged, Episode, Report
from ppo_engine.rollout_workers import RolloutProcessDied
from ppo_engine.trainer import Trainer

ENDED, FAILED, FELL = 0, 1, 70
LINGER_PAUSED = 120.0
ADAPT_EVERY = 2.0
NICE_IN_A_SWEEP = 5
SNAPSHOTS_IN_A_SWEEP = 20


class Life:
    """One attempt at a run by the process that holds its lock.

    ``asked_to_leave`` is true once the process got a signal to end; ``workers`` fixes the number of rollout processes
    (0: as many as fit beside the other runs); ``on_report`` is called after each update that was written; ``recorder``
    is where it is all kept, if that is not the run's folder here.
    """

    def __init__(
        self,
        folder: RunFolder | None,
        asked_to_leave: Callable[[], bool] = lambda: False,
        workers: int = 0,
        on_report: Callable[[Report], None] | None = None,
        linger: float = LINGER_PAUSED,
        recorder: Recorder | None = None,
    ):
        self.folder, self.asked_to_leave, self.on_report, self.linger = folder, asked_to_leave, on_report, linger
        self.recorder = recorder or Recorder(folder, Desk(folder), asked_to_leave)  # type: ignore[arg-type]
        self.desk = self.recorder.desk
        entry = self.desk.look()
        self.fixed_workers = workers or (entry.workers if entry else 0)
        self.background = entry is not None and entry.background
        self.trainer: Trainer = None  # type: ignore
        self.sha256 = ""
        self._pause_shown = False
        self._next_adapt = time.monotonic() + ADAPT_EVERY

    def run(self) -> int:
        """Train until the run ends, is paused for long, or the process is asked to leave; an exit status."""
        try:
            if self.background:
                step_back(NICE_IN_A_SWEEP)
            self._restore()
            while True:
                self._one_round()
        except Leave:
            return ENDED
        except Diverged as error:
            self._close_run("diverged", error.update, reason=error.reason)
            return ENDED
        except Exception as error:
            return self._crash(error)
        finally:
            if self.trainer is not None:
                self.trainer.close()
            self.recorder.close()

    def _count_workers(self) -> int:
        self.workers = self.fixed_workers or max(1, cores() // self.desk.running())
        return self.workers

    def _restore(self) -> None:
        last, bad = self.recorder.store.last_event(), []
        for name, found in self.recorder.candidates():
            try:
                if isinstance(found, checkpoints.BadCheckpoint):
                    raise found
                self.trainer = Trainer.from_state(found.arrays, found.meta, self._count_workers(), self._publish)
                self.recorder.seconds = max(found.run_seconds, self.recorder.store.last_run_seconds())
                break
            except (ValueError, KeyError, TypeError, IndexError) as error:
                bad.append(("bad_checkpoint", 0, {"file": name, "reason": str(error)[:300]}))
        else:
            self.trainer = Trainer(self.recorder.config(), self._count_workers(), self._publish)
        update = self.trainer.updates
        self.recorder.checkpointed = update
        self.knobs = KnobChanges(self.recorder.store, self.desk, self.trainer.config)
        first = self.recorder.store.attempt == 1
        reason = {"paused": "paused", "stopped": "stopped", "failed": "failed"}.get(last, "killed")
        detail = {"attempt": self.recorder.store.attempt, **self.recorder.card.whereabouts}
        opening = ("start", update, detail) if first else ("resumed", update, {**detail, "reason": reason})
        batch = Batch(events=[*bad, opening])
        if update == 0:
            batch.snapshot = self.trainer.snapshot()
        self.recorder.commit(batch)
        self.desk.tell(settled="", started=0)

    def _one_round(self) -> None:
        entry = self.desk.look()
        if self.desk.gone:
            raise Leave
        desired = entry.desired if entry else "run"
        if self.asked_to_leave():
            self._leave_when_asked(desired)
        if desired == "stop":
            self.recorder.checkpoint(self.trainer)
            self._record("stopped")
            raise Leave
        if self.trainer.finished:
            self._finish()
        if desired == "pause" and (entry is None or self.trainer.updates >= entry.step_until):
            self._wait_paused()
            return
        if desired == "run" and self._pause_shown:
            self._record("resumed", reason="asked", attempt=self.recorder.store.attempt)
        self._pause_shown = self._pause_shown and desired == "pause"
        self._adapt_workers()
        self._update()
        if self.recorder.checkpoint_due():
            self.recorder.checkpoint(self.trainer)

    def _update(self) -> None:
        update = self.trainer.updates + 1
        events = self.knobs.apply(self.trainer, update)
        started = time.perf_counter()
        try:
            report = self.trainer.update()
        except Diverged as error:
            self.recorder.seconds += time.perf_counter() - started
            self.recorder.commit(Batch(report=error.report, events=events))
            raise
        self.recorder.seconds += time.perf_counter() - started
        self.recorder.commit(Batch(report, self._snapshot(update), update, events))
        if not self.background:
            self.recorder.keep_batch(self.trainer)
        if self.on_report:
            self.on_report(report)

    def _snapshot(self, update: int) -> dict[str, np.ndarray] | None:
        """The parameters to keep of this update: of every one, but of a run of many only a few and the last."""
        every = self.trainer.config.total_updates // SNAPSHOTS_IN_A_SWEEP if self.background else 1
        return self.trainer.snapshot() if update % max(1, every) == 0 or self.trainer.finished else None

    def _publish(self, episodes: list[Episode]) -> None:
        self.recorder.commit_soon(Batch(episodes=tuple(episodes)))

    def _adapt_workers(self) -> None:
        if self.fixed_workers or time.monotonic() < self._next_adapt:
            return
        self._next_adapt = time.monotonic() + ADAPT_EVERY
        before, wanted = self.workers, self._count_workers()
        if wanted != before:
            state = self.trainer.state()
            self.trainer.close()
            self.trainer = Trainer.from_state(*state, workers=wanted, on_episodes=self._publish)

    def _record(self, kind: str, **detail: Any) -> None:
        self.recorder.commit(Batch(events=[(kind, self.trainer.updates, detail)]))

    def _wait_paused(self) -> None:
        if not self._pause_shown:
            self.recorder.checkpoint(self.trainer)
            self._record("paused", reason="asked")
            self._pause_shown = True
        until = time.monotonic() + self.linger
        while not self.asked_to_leave() and not self.desk.gone:
            entry = self.desk.look()
            if entry is None or entry.desired != "pause" or entry.step_until > self.trainer.updates:
                return
            if time.monotonic() >= until:
                raise Leave
            time.sleep(POLL)

    def _leave_when_asked(self, desired: str) -> None:
        self.recorder.checkpoint(self.trainer)
        if desired == "run":
            self.desk.wish_pause()
        if not self._pause_shown:
            self._record("paused", reason="signal")
        raise Leave

    def _finish(self) -> None:
        self.recorder.checkpoint(self.trainer)
        self.sha256 = self.trainer.parameters_sha256()
        detail = {"parameters_sha256": self.sha256, "timesteps": self.trainer.timesteps}
        self._close_run("finished", self.trainer.updates, **detail)
        raise Leave

    def _close_run(self, kind: str, update: int, **detail: Any) -> None:
        try:
            self.recorder.commit(Batch(events=[(kind, update, detail)]))
        except Leave:
            return
        self.desk.tell(settled=kind)

    def _crash(self, error: Exception) -> int:
        if self.recorder.gone():
            return ENDED
        traceback.print_exc()
        if isinstance(error, RolloutProcessDied):
            return FELL  # no fault of the run, which goes on from its checkpoint
        update = self.trainer.updates + 1 if self.trainer is not None else 0
        lines = str(error).splitlines() or [""]
        sentence = f"Failed at update {update}: {type(error).__name__}: {lines[0]}"
        self._close_run("failed", update, sentence=sentence, trace=traceback.format_exc())
        return FAILED
