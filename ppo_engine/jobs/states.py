"""What state a run is in: derived from its lock, its last event and the wishes for it, and put into plain words."""

from __future__ import annotations

from typing import NamedTuple

from ppo_engine.jobs.peek import Event, Glance
from ppo_engine.jobs.registry import Entry, Remark

STATES = ("queued", "running", "paused", "finished", "stopped", "diverged", "failed", "lost")
CLOSING = ("finished", "diverged", "failed")


class State(NamedTuple):
    """One of STATES and a sentence saying what it means for this run."""

    name: str
    sentence: str


def derive(
    entry: Entry | None,
    glance: Glance,
    held: bool,
    ahead: int = 0,
    note: str = "",
    remark: Remark | None = None,
    total: int = 0,
) -> State:
    """The state of a run.

    ``entry`` is its registry row (None for a folder that was copied here), ``held`` whether a worker holds its lock,
    ``ahead`` how many queued runs come before it, ``note`` what its worker says it waits for, ``remark`` what the
    supervisor last said about it, ``total`` the number of updates it will have (0: unknown).
    """
    event = glance.event
    again = entry is not None and entry.settled == "again"
    if event is not None and event.kind in CLOSING and not again:
        return State(event.kind, _ending(event))
    if held:
        return _alive(entry, glance, note, total)
    if entry is None:
        return State("stopped", f"Not under way here; it can go on after update {glance.update}.")
    if entry.settled in ("lost", "failed"):
        return State(entry.settled, remark.text if remark else "Its process is gone and was not started again.")
    if entry.desired == "stop":
        return State("stopped", f"Stopped after update {glance.update}; Resume goes on from there.")
    if entry.desired == "pause" and entry.step_until <= glance.update:
        return State("paused", _paused(glance))
    if entry.keeper == "foreground":
        return State("lost", f"Its process is gone; Resume goes on from its checkpoint, near update {glance.update}.")
    return State("queued", _waiting(entry, ahead, remark))


def _ending(event: Event) -> str:
    if event.kind == "finished":
        return f"Finished after update {event.update}."
    if event.kind == "diverged":
        return f"Diverged at update {event.update}: {event.detail.get('reason', 'a number was no longer finite')}."
    return str(event.detail.get("sentence", "It failed."))


def _paused(glance: Glance) -> str:
    if glance.update == 0 and glance.event is None:
        return "Not started yet; press Resume."
    return f"Paused after update {glance.update}."


def _alive(entry: Entry | None, glance: Glance, note: str, total: int) -> State:
    if note:
        return State("running", note)
    event, desired = glance.event, entry.desired if entry else "run"
    if desired == "stop":
        return State("running", "Stopping after this update.")
    if desired == "pause":
        if event is not None and event.kind == "paused":
            return State("paused", _paused(glance))
        return State("running", "Pausing after this update.")
    if event is None:
        return State("running", "Starting.")
    if event.kind == "resumed" and event.detail.get("reason") == "killed":
        return State("running", restarted(event))
    return State("running", f"Training: update {glance.update}{f' of {total}' if total else ''} is done.")


def restarted(event: Event) -> str:
    """What a ``resumed`` event after a violent end says."""
    where = f"{event.update + 1} on {event.detail['node']}" if "node" in event.detail else event.update + 1
    return f"Restarted after its process was killed: attempt {event.attempt} went on at update {where}."


def _waiting(entry: Entry, ahead: int, remark: Remark | None) -> str:
    if remark is not None and remark.kind == "killed" and entry.tries > 0:
        return f"{remark.text} It starts again."
    if remark is not None and remark.kind == "disk":
        return remark.text
    if ahead:
        return f"Queued: {ahead} {'run is' if ahead == 1 else 'runs are'} ahead."
    return "Starting."
