"""The worker: one process, one run. ``python -m ppo_engine.jobs.worker FOLDER``; exit status 75 if the run has one."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
TAKEN = 75
LOCK_SECONDS = 1.0


def one_thread() -> None:
    """One BLAS thread, which must be said before NumPy is first imported."""
    for variable in THREADS:
        os.environ[variable] = "1"


class Signals:
    """Turns a request to end the process into a flag that is read between updates."""

    def __init__(self, interrupt_too: bool = False):
        self.came = False
        signal.signal(signal.SIGTERM, self._note)
        signal.signal(signal.SIGINT, self._note if interrupt_too else signal.SIG_IGN)

    def _note(self, *_: Any) -> None:
        self.came = True

    def __call__(self) -> bool:
        """Whether the process was asked to end."""
        return self.came


def _prefer_me_when_memory_runs_out() -> None:
    try:
        with open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
            file.write("500")
    except OSError:
        pass


def main(arguments: list[str]) -> int:
    """Take the run's lock and work on it; an exit status."""
    one_thread()
    from ppo_engine.jobs.folders import RunFolder, UnknownRun
    from ppo_engine.jobs.locks import FileLock

    try:
        folder = RunFolder.at(arguments[0])
        lock = FileLock(folder.lock)
        # A second worker gives way to the first, but not to somebody who only looks at the lock.
        if not lock.acquire(LOCK_SECONDS):
            return TAKEN
    except (IndexError, UnknownRun, FileNotFoundError) as error:
        print(f"worker: no such run folder: {error}", file=sys.stderr)
        return 2
    signals = Signals()
    _prefer_me_when_memory_runs_out()
    from ppo_engine.jobs.life import Life

    return Life(folder, signals).run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
