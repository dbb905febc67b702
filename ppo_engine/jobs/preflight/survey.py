"""All checks, two at a time: each is a process of its own that is ended with all it started when its time is over."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, NamedTuple

import psutil

from ppo_engine.jobs.launcher import start_detached
from ppo_engine.jobs.preflight import CHECKS, Check, Context, Finding

SEATS = 2
LOOK_EVERY = 0.05


class _Seat(NamedTuple):
    check: Check
    process: subprocess.Popen
    answer: IO[bytes]
    began: float

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began


def survey(
    context: Context, names: Sequence[str] = (), cancelled: Callable[[], bool] = lambda: False,
    checks: Sequence[Check] = CHECKS,
) -> Iterator[Finding]:  # fmt: skip
    """Carry out the checks of these names (none: all); each is told of when it begins and when it has ended.

    Ends early when ``cancelled()``; then what runs is ended, and nothing else begins. Every process that a check
    started ends with it.
    """
    waiting = [check for check in checks if not names or check.name in names]
    seats: list[_Seat] = []
    with tempfile.TemporaryDirectory(prefix="ppo-preflight-") as logs:
        try:
            while waiting or seats:
                while waiting and len(seats) < SEATS:
                    seats.append(_sit(waiting.pop(0), context, Path(logs)))
                    yield _finding(seats[-1], "checking")
                time.sleep(LOOK_EVERY)
                for seat in list(seats):
                    found = _look(seat)
                    if found is not None:
                        seats.remove(seat)
                        yield found
                if cancelled():
                    return
        finally:
            for seat in seats:
                end_family(seat.process)


def _sit(check: Check, context: Context, logs: Path) -> _Seat:
    answer = open(logs / f"{check.name}.json", "w+b")  # noqa: SIM115 (closed when the check has ended)
    process = start_detached(
        "ppo_engine.jobs.preflight", [check.name, context.runs, str(context.port)], logs / f"{check.name}.log",
        stdout=answer,
    )  # fmt: skip
    return _Seat(check, process, answer, time.monotonic())


def _finding(seat: _Seat, state: str, sentence: str = "") -> Finding:
    return Finding(seat.check.name, seat.check.title, state, sentence, round(seat.seconds, 2))


def _look(seat: _Seat) -> Finding | None:
    """What a check found, or None while it goes on."""
    if seat.process.poll() is None:
        if seat.seconds < seat.check.patience:
            return None
        end_family(seat.process)
        seat.answer.close()
        late = f"It had not ended after {seat.check.patience:.0f} s: close what keeps this machine busy, and repeat."
        return _finding(seat, "bad", late)
    with seat.answer as answer:
        answer.seek(0)
        try:
            found = json.loads(answer.read())
        except ValueError:
            return _finding(seat, "bad", f"Its process ended with status {seat.process.returncode} and said nothing.")
    return _finding(seat, "good" if found["ok"] else "bad", found["sentence"])


def end_family(process: subprocess.Popen) -> None:
    """End a check's process and everything in its session, the detached ones by what they were started for."""
    family: list[psutil.Process] = []
    with contextlib.suppress(psutil.Error):
        family = [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]
    for member in family:
        with contextlib.suppress(psutil.Error):
            member.kill()
    if hasattr(os, "killpg"):
        with contextlib.suppress(OSError):
            os.killpg(process.pid, 9)  # it leads a session of its own
    process.wait()
