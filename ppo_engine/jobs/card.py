"""worker.json: the pid of a run's worker, and a word on what it waits for, for whoever sees its lock held."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

SIZE = 4096


class Card:
    """The worker's card; it is overwritten in place, so that it can still be written when the disk is full."""

    def __init__(self, path: Path):
        self.pid = os.getpid()
        self._values: dict[str, Any] = {"pid": self.pid, "note": ""}
        self._file = open(path, "wb", buffering=0)  # noqa: SIM115 (kept open for the worker's life)
        self._write()

    @property
    def whereabouts(self) -> dict[str, Any]:
        """Where the worker is to be found."""
        return {"pid": self.pid}

    def _write(self) -> None:
        text = json.dumps(self._values)[: SIZE - 1]
        self._file.seek(0)
        self._file.write(text.ljust(SIZE).encode("ascii"))

    def close(self) -> None:
        """Close the file; what it says stays."""
        self._file.close()

    def note(self, text: str) -> None:
        """Say what the worker waits for; empty when it waits for nothing."""
        if text != self._values["note"]:
            self._values["note"] = text[:600]
            self._write()


def read_card(path: Path) -> dict[str, Any]:
    """What the card says: ``pid`` and ``note``; empty if there is none. Believe it only while the lock is held."""
    try:
        values = json.loads(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}
