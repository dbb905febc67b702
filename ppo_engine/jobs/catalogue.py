"""What is installed: every environment outside the table, examined once by other processes and remembered here."""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import threading
from pathlib import Path
from typing import Any

from ppo_engine.envs import ENVIRONMENTS, NOT_USABLE, EnvInfo, refuse_missing
from ppo_engine.jobs.launcher import start_detached
from ppo_engine.knobs import ConfigError

NICE = 5
PATIENCE, PATIENCE_OF_THE_SURVEY = 30.0, 120.0
MOST_KEPT = 5000
BROKE = NOT_USABLE + "making it ends the process that tries"
HUNG = NOT_USABLE + "it was still not made after {:.0f} seconds"


class Examiner:
    """The other end of one ``jobs.examiner`` process, started when it is first asked and again when it fell."""

    def __init__(self, runs: Path, nice: int = 0):
        self._runs, self._nice = runs, nice
        self._process: subprocess.Popen | None = None
        self._answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def ask(self, env_id: str, patience: float = PATIENCE) -> dict[str, Any]:
        """Its answer; a process that fell or hangs is an answer too. Raises OSError if none can be started."""
        if self._process is None:
            self._start()
        process = self._process
        assert process is not None and process.stdin is not None
        try:
            process.stdin.write(f"{env_id}\n".encode())
            process.stdin.flush()
            line = self._answers.get(timeout=patience)
        except queue.Empty:
            self.close()
            return {"refused": HUNG.format(patience)}
        except OSError:
            line = b""
        try:
            return json.loads(line)
        except ValueError:  # nothing, or half an answer
            self.close()
            return {"refused": BROKE}

    def _start(self) -> None:
        self._runs.mkdir(parents=True, exist_ok=True)
        self._process = start_detached(
            "ppo_engine.jobs.examiner", ["--nice", str(self._nice)], self._runs / "examiner.log",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self._answers = queue.SimpleQueue()
        threading.Thread(target=_forward, args=(self._process.stdout, self._answers), daemon=True).start()

    def close(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            assert self._process.stdin is not None
            with contextlib.suppress(OSError):  # what was asked last may never have been read
                self._process.stdin.close()
        self._process = None


def _forward(lines: Any, answers: queue.SimpleQueue[bytes]) -> None:
    with lines:
        for line in lines:
            answers.put(line)
    answers.put(b"")


class Catalogue:
    """What is known of ids outside the table. ``complete`` once every installed one has been examined.

    ``missing`` are the modules of ``PPO_MODULES`` that cannot be imported, with what they say.
    """

    def __init__(self, runs: Path):
        self.runs = runs
        self.complete = False
        self.missing: dict[str, str] = {}
        self._newest: list[str] = []
        self._registered: frozenset[str] = frozenset()
        self._known: dict[str, EnvInfo | str] = {}
        self._survey: threading.Thread | None = None
        self._one_at_a_time, self._starting = threading.Lock(), threading.Lock()

    def start(self) -> None:
        """Begin to examine everything installed, in the background and only once."""
        with self._starting:
            if self._survey is None:
                self._survey = threading.Thread(target=self._look_around, daemon=True)
                self._survey.start()

    def wait(self, seconds: float) -> bool:
        """Wait until everything has been examined, for so long at most; whether it has."""
        if self._survey is not None:
            self._survey.join(seconds)
        return self.complete

    def _look_around(self) -> None:
        examiner = Examiner(self.runs, NICE)
        try:
            found = examiner.ask("", PATIENCE_OF_THE_SURVEY)
            self._newest = [env_id for env_id in found.get("newest", ()) if env_id not in ENVIRONMENTS]
            self._registered, self.missing = frozenset(found.get("registered", ())), found.get("failed", {})
            for env_id in self._newest:
                if env_id not in self._known:
                    self._known[env_id] = _read(examiner.ask(env_id, PATIENCE_OF_THE_SURVEY))
        except OSError:
            pass  # no process could be started: the table's environments are all there is
        finally:
            examiner.close()
            self.complete = True

    def examine(self, env_id: str) -> EnvInfo:
        """What an id is, asked of a process of its own if it is not known yet; raises ConfigError."""
        known = self._known.get(env_id)
        if known is None and self._registered and ":" not in env_id and env_id not in self._registered:
            refuse_missing(env_id, self._registered)
        if known is None:
            with self._one_at_a_time:
                known = self._known.get(env_id) or self._ask(env_id)
        if isinstance(known, str):
            raise ConfigError("env_id", env_id, known)
        return known

    def _ask(self, env_id: str) -> EnvInfo | str:
        examiner = Examiner(self.runs)
        try:
            known = _read(examiner.ask(env_id))
        except OSError as error:
            return NOT_USABLE + f"no process could be started to look at it ({error.strerror})"
        finally:
            examiner.close()
        if len(self._known) < MOST_KEPT:
            self._known[env_id] = known
        return known

    def usable(self) -> list[str]:
        """The newest version of every installed id that can be trained, as far as they have been examined."""
        return [env_id for env_id in self._newest if isinstance(self._known.get(env_id), EnvInfo)]

    def refused(self) -> dict[str, str]:
        """The others, and modules that cannot be imported, each with the reason as one sentence."""
        found = {env_id: self._known.get(env_id) for env_id in self._newest}
        reasons = {env_id: why.removeprefix(NOT_USABLE) for env_id, why in found.items() if isinstance(why, str)}
        return {name: f"{why[:1].upper()}{why[1:]}." for name, why in {**self.missing, **reasons}.items()}


def _read(answer: dict[str, Any]) -> EnvInfo | str:
    if "info" not in answer:
        return str(answer.get("refused", BROKE))
    found: dict[str, Any] = answer["info"]
    info: Any = {key: tuple(value) if isinstance(value, list) else value for key, value in found.items()}
    return EnvInfo(**info)
