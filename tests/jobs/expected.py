"""What an unbroken run ends with, what a run's events were, and a run's life in a thread of the test."""

from __future__ import annotations

import threading

from ppo_engine.jobs.life import Life
from ppo_engine.jobs.locks import FileLock
from ppo_engine.jobs.view import RunView
from ppo_engine.trainer import Trainer


def unbroken_sha256(config, **knobs_at):
    """The parameters of a run without any interruption; ``knobs_at`` is {"u5": {"clip_range": 0.1}}."""
    with Trainer(config) as trainer:
        while not trainer.finished:
            trainer.apply(**knobs_at.get(f"u{trainer.updates + 1}", {}))
            trainer.update()
        return trainer.parameters_sha256()


def kinds(view: RunView) -> list[str]:
    return [event.kind for event in view.events_since(0)]


def in_thread(life: Life) -> threading.Thread:
    """Run it as a worker would: under the run's lock, so that no command starts a second one."""
    lock = FileLock(life.folder.lock)
    assert lock.acquire()

    def work():
        life.run()
        lock.release()

    thread = threading.Thread(target=work)
    thread.start()
    return thread
