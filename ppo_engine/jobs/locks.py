"""File locks: a process is alive while it holds its lock, whatever its pid or its last sign of life say.

``flock`` is asked directly: a look at a lock is then a *shared* request that never makes a starting worker lose the
race, and a rollout process forked by a worker can be kept from holding its parent's lock beyond the parent's death.
Where there is no ``flock`` (Windows), the filelock package does the same with exclusive requests.
"""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from typing import Any

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_HELD: set[int] = set()


def _drop_in_child() -> None:
    for descriptor in _HELD:
        with contextlib.suppress(OSError):
            os.close(descriptor)
    _HELD.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_drop_in_child)


class FileLock:
    """An exclusive lock on a file, freed by the system when the process ends in whatever way."""

    def __init__(self, path: Path | str):
        self.path = str(path)
        self._descriptor: int | None = None
        self._other: Any = None

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._descriptor is not None or self._other is not None

    def acquire(self, timeout: float = 0.0) -> bool:
        """Take the lock, trying for ``timeout`` seconds; False if somebody else keeps it. Raises OSError."""
        deadline = time.monotonic() + timeout
        while not self._try():
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.01)
        return True

    def _try(self) -> bool:
        if fcntl is None:
            return self._try_elsewhere()
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            if isinstance(error, BlockingIOError):
                return False
            raise
        self._descriptor = descriptor
        _HELD.add(descriptor)
        return True

    def _try_elsewhere(self) -> bool:
        from filelock import FileLock as OtherLock
        from filelock import Timeout

        other = OtherLock(self.path, timeout=0)
        try:
            other.acquire()
        except Timeout:
            return False
        self._other = other
        return True

    def handover(self) -> dict[str, Any]:
        """Options for a Popen whose process is to keep this lock until it ends, though we release it; else empty.

        Empty where a lock cannot be handed over: release it, and let the process take it by itself.
        """
        return {"pass_fds": (self._descriptor,)} if self._descriptor is not None else {}

    def release(self) -> None:
        """Give the lock back; harmless when it is not held."""
        if self._descriptor is not None:
            _HELD.discard(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = None
        if self._other is not None:
            self._other.release()
            self._other = None


def is_held(path: Path | str) -> bool:
    """Whether some process holds the lock on ``path``; never creates the file and never gets in a starter's way."""
    if fcntl is None:
        if not os.path.exists(path):
            return False
        lock = FileLock(path)
        free = lock.acquire()
        lock.release()
        return not free
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False
