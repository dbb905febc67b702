"""The processes that share a rollout's groups: one message out and one back per rollout, data in shared memory."""

from __future__ import annotations

import ctypes
import math
import multiprocessing
import os
import signal
import sys
import traceback
from collections.abc import Callable
from typing import Any

import numpy as np

from ppo_engine.actor_critic import Network
from ppo_engine.config import TrainConfig
from ppo_engine.rollout import Arrays, EnvGroup, env_groups, rollout_layout

METHOD = "fork" if sys.platform.startswith("linux") else "spawn"


class EnvironmentFailed(RuntimeError):
    """An environment raised; the message is its own, with the trace of the process that stepped it."""


class RolloutProcessDied(RuntimeError):
    """A rollout process was ended from outside: no fault of the environment, so the run may go on from its state."""


class RolloutWorkers:
    """``workers`` processes, this one included, each with its groups of environments.

    ``make_network(parameters)`` builds the network on shared memory, so that every process always acts with the newest
    parameters. With one worker no process is started. Results do not depend on ``workers``.
    """

    def __init__(self, config: TrainConfig, make_network: Callable[[np.ndarray | None], Network], workers: int):
        groups = env_groups(config.n_envs)
        self.workers = max(1, min(workers, len(groups)))
        context: Any = multiprocessing.get_context(METHOD)
        layout = rollout_layout(config, make_network(None).size)
        memory = {
            name: context.RawArray(ctypes.c_byte, max(1, math.prod(shape) * np.dtype(dtype).itemsize))
            for name, (shape, dtype) in layout.items()
        }
        self.arrays = _on(memory, config, make_network)
        self.arrays["obs_var"][:] = 1
        self._pipes: list[Any] = []
        self._processes: list[Any] = []
        for rank in range(1, self.workers):
            ours, theirs = context.Pipe()
            share = groups[rank :: self.workers]
            inherited = [*self._pipes, ours] if METHOD == "fork" else []
            process = context.Process(
                target=_serve, args=(theirs, inherited, config, make_network, memory, share), daemon=True
            )
            process.start()
            theirs.close()
            self._pipes.append(ours)
            self._processes.append(process)
        self._groups = _build(config, make_network, self.arrays, groups[0 :: self.workers])

    def roll(self, poll: Callable[[], None] | None = None) -> None:
        """One rollout of all groups; raises EnvironmentFailed or RolloutProcessDied."""
        self.arrays["episode_counts"][:] = 0
        self._tell("roll")
        try:
            for group in self._groups:
                group.roll(poll)
        except Exception as error:
            raise EnvironmentFailed(f"{type(error).__name__}: {error}\n{traceback.format_exc()}") from error
        self._answers()

    def states(self) -> dict[int, tuple[np.ndarray, dict]]:
        """Environment index → its slot's state."""
        self._tell("states")
        found = {index: state for group in self._groups for index, state in group.states()}
        for answer in self._answers():
            found |= answer
        return found

    def restore(self, states: dict[int, tuple[np.ndarray, dict]]) -> None:
        """Brings every environment to where ``states`` was taken."""
        self._tell("restore", states)
        _restore(self._groups, states)
        self._answers()

    def _tell(self, command: str, payload: Any = None) -> None:
        for pipe in self._pipes:
            try:
                pipe.send((command, payload))
            except OSError:
                raise RolloutProcessDied("A rollout process was ended from outside.") from None

    def _answers(self) -> list[Any]:
        answers = []
        for pipe in self._pipes:
            try:
                kind, payload = pipe.recv()
            except (EOFError, OSError):
                raise RolloutProcessDied("A rollout process was ended from outside.") from None
            if kind == "failed":
                raise EnvironmentFailed(payload)
            answers.append(payload)
        return answers

    def close(self) -> None:
        """Ends the processes; the arrays stay readable."""
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.join(timeout=0.2)
            if process.is_alive():
                process.kill()
                process.join()
        self._pipes, self._processes = [], []


def _on(memory: dict[str, Any], config: TrainConfig, make_network: Callable) -> Arrays:
    layout = rollout_layout(config, make_network(None).size)
    return {
        name: np.frombuffer(memory[name], dtype=dtype, count=math.prod(shape)).reshape(shape)
        for name, (shape, dtype) in layout.items()
    }


def _build(config: TrainConfig, make_network: Callable, arrays: Arrays, groups: list[list[int]]) -> list[EnvGroup]:
    network = make_network(arrays["parameters"])
    return [EnvGroup(config, indices, network, arrays) for indices in groups]


def _restore(groups: list[EnvGroup], states: dict[int, tuple[np.ndarray, dict]]) -> None:
    for group in groups:
        for row, slot in enumerate(group.slots):
            slot.restore(*states[group.first + row])


def _serve(pipe, inherited, config, make_network, memory, share) -> None:
    """The life of a rollout process: roll when told, end when the trainer does."""
    for other in inherited:
        other.close()
    _die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        groups = _build(config, make_network, _on(memory, config, make_network), share)
        while True:
            command, payload = pipe.recv()
            answer = None
            if command == "roll":
                for group in groups:
                    group.roll()
            elif command == "states":
                answer = {index: state for group in groups for index, state in group.states()}
            elif command == "restore":
                _restore(groups, payload)
            pipe.send(("done", answer))
    except (EOFError, OSError):
        os._exit(0)
    except Exception as error:
        pipe.send(("failed", f"{type(error).__name__}: {error}\n{traceback.format_exc()}"))


def _die_with_parent() -> None:
    """A killed trainer leaves no process behind: on Linux the kernel ends it, elsewhere the closed pipe does."""
    if sys.platform.startswith("linux"):
        parent = os.getppid()
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(0)
