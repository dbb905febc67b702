"""The newest survey of a runs folder as a file beside the runs, for whoever looks: begin one, follow it, cancel it."""

from __future__ import annotations

import contextlib
import json
import os
import time
from pathlib import Path
from typing import NamedTuple

from ppo_engine.jobs.launcher import start_detached
from ppo_engine.jobs.locks import FileLock, is_held
from ppo_engine.jobs.preflight import CHECKS, Context, Finding
from ppo_engine.jobs.preflight.survey import survey

FILE, LOCK, STOP = "preflight.json", "preflight.lock", "preflight.stop"
TO_COME_UP = 20.0


class Standing(NamedTuple):
    """How the newest survey stands; ``age``: seconds since it was last written, ``inf`` if there is none; ``lasted``:
    seconds from its beginning until then."""

    going: bool
    findings: tuple[Finding, ...]
    age: float
    lasted: float = 0.0

    @property
    def ended(self) -> int:
        """How many checks have ended."""
        return sum(finding.state in ("good", "bad") for finding in self.findings)

    @property
    def good(self) -> bool:
        """Whether all have ended well."""
        return bool(self.findings) and all(finding.state == "good" for finding in self.findings)


def begin(runs: Path, port: int) -> None:
    """Have everything checked by a process of its own; harmless while one is at it. Raises OSError."""
    runs.mkdir(parents=True, exist_ok=True)
    if is_held(runs / LOCK):
        return
    with contextlib.suppress(FileNotFoundError):
        (runs / STOP).unlink()
    _write(runs, [Finding(check.name, check.title, "waiting") for check in CHECKS], time.time())
    start_detached("ppo_engine.jobs.preflight", ["all", str(runs.absolute()), str(port)], runs / "preflight.log")


def cancel(runs: Path) -> None:
    """End the survey that goes on; what has been found stays."""
    (runs / STOP).touch()


def standing(runs: Path) -> Standing:
    """How the newest survey of a runs folder stands; one that fell with its machine is over."""
    path = runs / FILE
    going = is_held(runs / LOCK)
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        findings = tuple(Finding(**one) for one in told["findings"])
        written = path.stat().st_mtime
        age, lasted = max(0.0, time.time() - written), max(0.0, written - float(told["began"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Standing(going, (), float("inf"))
    begun_just_now = age < TO_COME_UP and all(finding.state == "waiting" for finding in findings)
    if not going and not begun_just_now:
        over = ("waiting", "checking")
        findings = tuple(one._replace(state="cancelled") if one.state in over else one for one in findings)
    return Standing(going or begun_just_now, findings, age, lasted)


def keep(context: Context) -> int:
    """Carry out the survey and keep what it finds; an exit status, 0 if all is well."""
    runs = Path(context.runs)
    lock = FileLock(runs / LOCK)
    if not lock.acquire():
        return 0
    found = {check.name: Finding(check.name, check.title, "waiting") for check in CHECKS}
    began = time.time()
    _write(runs, list(found.values()), began)
    for finding in survey(context, cancelled=(runs / STOP).exists):
        found[finding.name] = finding
        _write(runs, list(found.values()), began)
    lock.release()
    return 0 if all(finding.state == "good" for finding in found.values()) else 1


def _write(runs: Path, findings: list[Finding], began: float) -> None:
    temporary = runs / f"{FILE}.tmp"
    told = {"began": began, "findings": [one._asdict() for one in findings]}
    temporary.write_text(json.dumps(told), encoding="utf-8")
    os.replace(temporary, runs / FILE)
