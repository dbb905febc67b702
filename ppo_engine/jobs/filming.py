"""When a video is made: one at a time, by one patient process, while runs train, when they end, or when asked."""

from __future__ import annotations

import os
import subprocess
import time
from collections import deque
from pathlib import Path

from ppo_engine.jobs.folders import RunFolder, UnknownRun
from ppo_engine.jobs.launcher import start_detached
from ppo_engine.jobs.registry import Registry

FIRST_AFTER, EVERY = 1.0, 4.0
SHARE = 0.15
SEND_AWAY_AFTER = 30.0
LONGEST, LONGEST_FILM = 120.0, 600.0
NEWEST = -1


class Filming:
    """The renderer process and what it is to render: of each run an update, NEWEST, or an ordered film's name."""

    def __init__(self, runs: Path):
        self.runs, self.registry = runs, Registry(runs)
        self.orders: deque[tuple[str, int | str]] = deque()
        self._due: dict[str, float] = {}
        self._renderer: subprocess.Popen | None = None
        self._busy: str | None = None
        self._since = self._spent = 0.0
        self._patience = LONGEST

    def running(self, folders: list[RunFolder]) -> None:
        """Say which runs are training now; one that no longer does gets a last video."""
        now = time.monotonic()
        training = {folder.run_id for folder in folders}
        for run_id in set(self._due) - training:
            del self._due[run_id]
            self._order(run_id, NEWEST)
        for run_id in training - set(self._due):
            self._due[run_id] = now + FIRST_AFTER
        for run_id, due in self._due.items():
            if now >= due:
                self._due[run_id] = float("inf")
                self._order(run_id, NEWEST)
        for run_id, update in self.registry.take_video_wishes():
            self._order(run_id, update)

    def _order(self, run_id: str, update: int | str) -> None:
        if (run_id, update) not in self.orders:
            self.orders.append((run_id, update))

    def look(self) -> bool:
        """Go on with the next video; whether one is being made or waits."""
        now = time.monotonic()
        if self._busy is not None:
            answer = self._answer()
            if answer is not None:
                self._finished(now, answer)
            elif now - self._since > self._patience:
                self._send_away()
                self._finished(now, self._spent)
        if self._busy is None and self.orders:
            self._begin(now)
        elif self._busy is None and self._renderer is not None and now - self._since > SEND_AWAY_AFTER:
            self._send_away()
        return self._busy is not None or bool(self.orders)

    def _begin(self, now: float) -> None:
        run_id, update = self.orders.popleft()
        try:
            folder = RunFolder(self.runs, run_id)
        except UnknownRun:
            return
        if not folder.exists():
            return
        if self._renderer is None or self._renderer.poll() is not None:
            self._renderer = start_detached(
                "ppo_engine.jobs.renderer", ["--serve"], self.runs / "renderer.log", stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )  # fmt: skip
            self._spent = 0.0
            assert self._renderer.stdout is not None
            os.set_blocking(self._renderer.stdout.fileno(), False)
        assert self._renderer.stdin is not None
        self._busy, self._since = run_id, now
        self._patience = LONGEST if isinstance(update, int) else LONGEST_FILM
        try:
            self._renderer.stdin.write(f"{update} {folder.path.absolute()}\n".encode())
            self._renderer.stdin.flush()
        except OSError:
            self._send_away()
            self._finished(now, self._spent)

    def _answer(self) -> float | None:
        """The renderer's processor seconds once it has answered or died; None while it is at work."""
        if self._renderer is None or self._renderer.stdout is None or self._renderer.poll() is not None:
            self._renderer = None
            return self._spent
        answer = self._renderer.stdout.read()
        return float(answer.split()[-1]) if answer else None

    def _finished(self, now: float, spent: float) -> None:
        # Processor seconds, not time on the clock: a busy machine makes a video slower, not dearer.
        run_id, took, self._spent = self._busy, max(0.0, spent - self._spent), spent
        if run_id is not None and run_id in self._due:
            self._due[run_id] = now + max(EVERY, took / SHARE)
        self._busy, self._since = None, now

    def _send_away(self) -> None:
        if self._renderer is not None:
            self._renderer.kill()
            self._renderer.wait()
        self._renderer = None

    def close(self) -> None:
        """Let the renderer go."""
        self._send_away()
