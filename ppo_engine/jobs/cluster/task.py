"""The task: one attempt at a run, on whatever node it was put, by the very code that a worker of this machine runs."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Any

from ppo_engine.jobs.cluster.channel import OPENING, Channel
from ppo_engine.jobs.cluster.messages import Opening
from ppo_engine.jobs.cluster.remote import RemoteRecorder
from ppo_engine.jobs.life import Life


def train_apart(run_id: str, sink: Any) -> str:
    """``train`` in a session of its own, as every worker has one: its low priority is then nobody else's."""
    with contextlib.suppress(OSError, AttributeError):
        os.setsid()
    return train(run_id, sink)


def train(run_id: str, sink: Any) -> str:
    """Train a run until it ends, is paused, or is taken away; what went wrong, or an empty text.

    ``sink`` is called as ``sink.METHOD.remote(…).future()``. Pausing ends the task, so that its CPU is free at once.
    """
    opening: Opening | None = sink.open.remote(run_id).future().result(timeout=OPENING)
    if opening is None:
        return ""
    channel = Channel(sink, run_id, opening)
    status = Life(None, workers=1, linger=0.0, recorder=RemoteRecorder(channel, opening)).run()
    sys.stdout.flush()
    return channel.lost or (f"the worker ended with status {status}" if status else "")
