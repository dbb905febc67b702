"""What the sink and a worker on another machine say to each other."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Any, NamedTuple

from ppo_engine.jobs.registry import Entry, Wish
from ppo_engine.jobs.store import AppliedKnobs

# The packages whose version can change a number.
NUMERIC = ("numpy", "gymnasium", "box2d", "torch")


class Reply(NamedTuple):
    """The sink's answer to everything: what is wished of the run, and how its folder is.

    ``refused``: the sender's attempt is no longer the run's. ``gone``: the folder was deleted. ``full``: why the disk
    takes nothing just now; what was sent is kept and written when it can be.
    """

    refused: bool = False
    entry: Entry | None = None
    wishes: tuple[Wish, ...] = ()
    gone: bool = False
    full: str = ""


REFUSED = Reply(refused=True)


class Opening(NamedTuple):
    """All that a new attempt at a run needs to know; ``files`` are its checkpoints as (file name, bytes), best first.

    ``versions`` are those of the packages on the sink's machine.
    """

    attempt: int
    config: dict[str, Any]
    files: tuple[tuple[str, bytes], ...]
    last_event: str
    last_run_seconds: float
    last_update: int
    last_wish: int
    applied_knobs: tuple[AppliedKnobs, ...]
    versions: dict[str, str]
    reply: Reply


def versions() -> dict[str, str]:
    """What the numbers of a run depend on beside its settings: Python, and the packages that compute."""
    found = {"python": ".".join(map(str, sys.version_info[:2])), "machine": platform.machine()}
    for name in NUMERIC:
        try:
            found[name] = version(name).partition("+")[0]
        except PackageNotFoundError:
            found[name] = "none"
    return found


def differences(here: dict[str, str], there: dict[str, str]) -> str:
    """In words, what a node has otherwise than the sink's machine; empty if nothing."""
    return ", ".join(
        f"{name} {there.get(name)} instead of {wanted}" for name, wanted in here.items() if there.get(name) != wanted
    )
