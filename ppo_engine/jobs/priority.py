"""Work that can wait: a process steps behind the runs that train."""

from __future__ import annotations

import contextlib
import os


def step_back(nice: int) -> None:
    """Lower this process's priority by ``nice``, and that of its session.

    Where Linux groups processes by session (``sched_autogroup``, on by default in most distributions), niceness only
    orders the processes *within* a session, and a process started apart would get as much as a whole training run.
    """
    if hasattr(os, "nice"):
        os.nice(nice)
    with contextlib.suppress(OSError), open("/proc/self/autogroup", "w", encoding="ascii") as group:
        group.write(str(nice))
