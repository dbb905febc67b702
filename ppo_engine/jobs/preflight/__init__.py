"""Preflight: whether this machine can do what the pages promise; each check a process of its own with a time limit."""

from __future__ import annotations

from typing import NamedTuple


class Mend(Exception):
    """Something is not as it should be; ``str()`` is the sentence that says what, and how it is mended."""


class Check(NamedTuple):
    """One check: its name (that of its module here), what it is called, and how many seconds it may take."""

    name: str
    title: str
    patience: float


CHECKS = (
    Check("packages", "Python and packages", 30),
    Check("disk", "Disk space", 15),
    Check("storage", "Locks and SQLite", 45),
    Check("clock", "Clock", 15),
    Check("address", "Port and address", 20),
    Check("fonts", "Fonts", 30),
    Check("recordings", "Recordings", 60),
    Check("videos", "Videos encode", 60),
    Check("environments", "Environments render", 120),
    Check("supervisor", "Supervisor comes up", 120),
    Check("workers", "Workers, and a run twice", 180),
    Check("offline", "Offline", 120),
    Check("chromium", "Chromium, for tests", 30),
)
NAMES = tuple(check.name for check in CHECKS)


class Context(NamedTuple):
    """What a check is told: the runs folder, and the port that the pages are served on."""

    runs: str
    port: int = 8501


class Finding(NamedTuple):
    """How a check stands. ``state``: waiting, checking, good, bad or cancelled; ``sentence``: what was found or how it
    is mended; ``seconds`` it took."""

    name: str
    title: str
    state: str
    sentence: str = ""
    seconds: float = 0.0
