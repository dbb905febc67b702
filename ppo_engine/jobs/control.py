"""Everything that can be done to runs: start, pause, resume, step, stop, move a knob, rename, delete and undo."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from ppo_engine.jobs import evaluations, peek
from ppo_engine.jobs.folders import RunFolder
from ppo_engine.jobs.forking import fork
from ppo_engine.jobs.launcher import start_detached
from ppo_engine.jobs.launching import ensure_supervisor, known_run, launch, runs_folder, start_worker_if_free
from ppo_engine.jobs.listing import read_config, status
from ppo_engine.jobs.live_knobs import check_live
from ppo_engine.jobs.locks import FileLock, is_held
from ppo_engine.jobs.names import clean_name
from ppo_engine.jobs.registry import Entry, Registry
from ppo_engine.jobs.states import State
from ppo_engine.jobs.trash import delete, undo_delete

__all__ = [
    "Outcome", "delete", "ensure_supervisor", "evaluate", "fork", "launch", "pause", "rename", "request_video",
    "resume", "runs_folder", "set_knob", "step", "stop", "undo_delete",
]  # fmt: skip


class Outcome(NamedTuple):
    """Whether a command was taken, and a sentence for whoever gave it."""

    ok: bool
    message: str


def _command(
    runs: Path, run_id: str, desired: str, rev: int | None, done: str, step_until: int | None = None
) -> Outcome:
    if Registry(runs).command(run_id, desired, rev, step_until):
        return Outcome(True, done)
    return Outcome(False, "Somebody else was faster: the run was changed since this page last saw it.")


def _state(runs: Path, folder: RunFolder, entry: Entry) -> State:
    return status(folder, entry, Registry(runs))


def pause(runs: Path, run_id: str, rev: int | None = None) -> Outcome:
    """Let the run finish its update and wait. With ``rev``, only if nobody gave it a command since."""
    folder, entry = known_run(runs, run_id)
    state = _state(runs, folder, entry)
    if state.name not in ("running", "queued", "paused", "lost"):
        return Outcome(False, f"It cannot be paused: {state.sentence}")
    if entry.desired == "pause" and entry.step_until <= peek.glance(folder.database).update:
        return Outcome(True, "It is already paused.")
    return _command(runs, run_id, "pause", rev, "It pauses after this update.", step_until=0)


def resume(runs: Path, run_id: str, rev: int | None = None) -> Outcome:
    """Let a paused, stopped, failed or lost run go on from where it was."""
    folder, entry = known_run(runs, run_id)
    state = _state(runs, folder, entry)
    if state.name in ("finished", "diverged"):
        return Outcome(False, f"It cannot go on: {state.sentence}")
    if entry.desired == "run" and state.name in ("running", "queued"):
        ensure_supervisor(runs)
        return Outcome(True, "It is already under way.")
    outcome = _command(runs, run_id, "run", rev, "It goes on.")
    if outcome.ok:
        _get_going(folder)
    return outcome


def step(runs: Path, run_id: str, rev: int | None = None) -> Outcome:
    """Let a run do one more update and wait; each further call adds one."""
    folder, entry = known_run(runs, run_id)
    state = _state(runs, folder, entry)
    if state.name in ("finished", "diverged"):
        return Outcome(False, f"It cannot take a step: {state.sentence}")
    until = max(entry.step_until, peek.glance(folder.database).update) + 1
    outcome = _command(runs, run_id, "pause", rev, f"It steps to update {until}.", step_until=until)
    if outcome.ok:
        _get_going(folder)
    return outcome


def _get_going(folder: RunFolder) -> None:
    if not is_held(folder.lock):
        Registry(folder.runs).requeue(folder.run_id, "supervisor")
        start_worker_if_free(folder)
    ensure_supervisor(folder.runs)


def stop(runs: Path, run_id: str, rev: int | None = None) -> Outcome:
    """End a run after its update; it keeps a checkpoint, so ``resume`` can take it up again."""
    folder, entry = known_run(runs, run_id)
    state = _state(runs, folder, entry)
    if state.name in ("finished", "diverged", "failed"):
        return Outcome(True, f"It has already ended: {state.sentence}")
    if entry.desired == "stop":
        return Outcome(True, "It is already stopped." if state.name == "stopped" else "It is already stopping.")
    return _command(runs, run_id, "stop", rev, "It stops after this update.")


def set_knob(runs: Path, run_id: str, **knobs: Any) -> int:
    """Wish live knobs for a run from its next update on; returns the wish's sequence number.

    Raises:
        ConfigError: a knob is unknown, cannot move during a run, or is out of range; then nothing is stored.
    """
    folder, _ = known_run(runs, run_id)
    return Registry(runs).wish(run_id, check_live(read_config(folder), knobs))


def request_video(runs: Path, run_id: str, update: int) -> None:
    """Have a video rendered of the policy kept nearest at or before ``update``."""
    known_run(runs, run_id)
    Registry(runs).wish_video(run_id, int(update))
    ensure_supervisor(runs)


def evaluate(runs: Path, run_id: str, update: int | None = None) -> Outcome:
    """Have the policy kept nearest at or before ``update`` (default: the newest) play 100 fresh episodes.

    A process of its own does it and publishes what came of it; see ``evaluations.standing``. Raises OSError.
    """
    folder, _ = known_run(runs, run_id)
    lock = FileLock(folder.evaluating)
    if not lock.acquire():
        return Outcome(False, "It is being evaluated already.")
    try:
        evaluations.publish(folder, evaluations.entry(update))
        options = lock.handover()
        arguments = [str(folder.path.absolute()), *(["--locked"] if options else [])]
        if update is not None:
            arguments += ["--update", str(int(update))]
        start_detached("ppo_engine.jobs.evaluator", arguments, folder.path / "evaluator.log", **options)
    finally:
        lock.release()
    return Outcome(True, "It is being evaluated.")


def rename(runs: Path, run_id: str, name: str) -> None:
    """Give a run another name; raises ConfigError."""
    name = clean_name(name)
    known_run(runs, run_id)
    Registry(runs).change(run_id, name=name)
