"""What a sweep has found so far: read from its runs, each ended run once, and put together with what is left to do."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ppo_engine.envs import describe
from ppo_engine.jobs import engines, peek
from ppo_engine.jobs.cluster.orders import ClusterFolder
from ppo_engine.jobs.folders import RunFolder
from ppo_engine.jobs.launcher import LocalLauncher
from ppo_engine.jobs.listing import status
from ppo_engine.jobs.registry import Entry, Registry
from ppo_engine.jobs.sweeps import Planned, Sweep, read
from ppo_engine.outcomes import PIECES, Outcome, measure

MEASURED = ("finished", "diverged")
WILL_GO_ON = ("queued", "running", "paused")
STARTING = 1.5
NOTHING = Outcome(np.full(PIECES, np.nan), float("nan"), float("nan"), False)


class RunResult(NamedTuple):
    """One run of a sweep: its state, how much of it is done, and its outcome so far.

    Only of a run in a state of ``MEASURED`` are final return and collapse what they say; ``seconds`` is its training
    time, ``sha256`` that of its final parameters.
    """

    run_id: str
    cell: int
    seed: int
    state: str
    progress: float
    outcome: Outcome
    seconds: float = 0.0
    sha256: str = ""

    @property
    def counts(self) -> bool:
        """Whether it has ended and has a final return, so that statistics are made of it."""
        return self.state in MEASURED and math.isfinite(self.outcome.final)


class Standing(NamedTuple):
    """A sweep at one moment: queued, running, paused, stopped or finished; ``seconds_left`` is NaN if unknown, and
    ``where`` says on what it is trained, if not on this machine alone, or what it waits for."""

    sweep: Sweep
    results: tuple[RunResult, ...]
    state: str
    seconds_left: float
    where: str = ""

    @property
    def ended(self) -> int:
        """How many runs have come to an end of whatever kind, and will not go on by themselves."""
        return sum(result.state not in (*WILL_GO_ON, "stopped") for result in self.results)

    @property
    def going(self) -> bool:
        """Whether something may still change without anybody's doing."""
        return self.state in ("queued", "running")

    def values(self, cell: int) -> list[float]:
        """The final returns of a cell's ended runs, by seed."""
        return [run.outcome.final for run in self.of_cell(cell) if run.counts]

    def of_cell(self, cell: int) -> list[RunResult]:
        """A cell's runs, by seed."""
        return sorted((run for run in self.results if run.cell == cell), key=lambda run: run.seed)


class SweepView:
    """One sweep, looked at from outside, again and again. Raises UnknownRun for an id that names none here."""

    def __init__(self, runs: Path | str, sweep_id: str):
        self.runs, self.registry = Path(runs), Registry(runs)
        self.sweep = read(runs, sweep_id)
        self._ended: dict[str, RunResult] = {}
        self._goal = describe(self.sweep.grid.env_id).threshold

    def standing(self) -> Standing:
        """The sweep as it is now; a run that has ended is read once."""
        entries = {entry.run_id: entry for entry in self.registry.entries()}
        results = tuple(self._result(run, entries.get(run.run_id)) for run in self.sweep.runs)
        state, slots, where = _state(results), LocalLauncher().capacity(), ""
        if self.sweep.engine == engines.RAY:
            place = ClusterFolder(self.runs)
            cluster, up = place.state(), place.up()
            slots = (up and cluster.cpus) or slots
            if state in ("queued", "running"):
                where = engines.where(cluster.cpus if up else 0, cluster.nodes, "" if up else cluster.problem)
        elif state == "queued":
            where = _behind(sum(_by_hand(entry) for entry in entries.values()))
        return Standing(self.sweep, results, state, _seconds_left(results, slots), where)

    def _result(self, run: Planned, entry: Entry | None) -> RunResult:
        if entry is not None and entry.untouched:
            waits = {"run": "queued", "pause": "paused", "stop": "stopped"}[entry.desired]
            return RunResult(*run, waits, 0.0, NOTHING)
        folder = RunFolder(self.runs, run.run_id)
        if entry is None:
            return RunResult(*run, "stopped" if not folder.trashed.exists() else "deleted", 0.0, NOTHING)
        if entry.settled in MEASURED and run.run_id in self._ended:
            return self._ended[run.run_id]
        state = status(folder, entry, self.registry, queue=[]).name
        config = self.sweep.grid.config(self.sweep.cells[run.cell].values, run.seed)
        steps = config.total_updates * config.batch
        episodes = peek.query(folder.database, "SELECT timesteps, ret FROM episodes ORDER BY seq")
        at, returns = zip(*episodes, strict=True) if episodes else ((), ())
        finite = np.asarray(returns, dtype=float)
        at, finite = np.asarray(at)[np.isfinite(finite)], finite[np.isfinite(finite)]
        outcome = measure(at, finite, steps, self._goal, state == "diverged")
        seconds = peek.query(folder.database, "SELECT max(run_seconds), max(timesteps) FROM updates")
        trained, done = seconds[0] if seconds else (0.0, 0)
        result = RunResult(
            *run, state, 1.0 if state in MEASURED else (done or 0) / steps, outcome, trained or 0.0, _sha256(folder)
        )
        if state in MEASURED:
            self._ended[run.run_id] = result
        return result


def _by_hand(entry: Entry) -> bool:
    """Whether a run goes before every grid: somebody has started it, and it goes on."""
    return not entry.background and entry.desired == "run" and entry.settled in ("", "again")


def _behind(count: int) -> str:
    if count < 2:
        return "It waits for 1 run started by hand, which goes first." if count else ""
    return f"It waits for {count} runs started by hand, which go first."


def _sha256(folder: RunFolder) -> str:
    rows = peek.query(folder.database, "SELECT detail FROM events WHERE kind = 'finished' ORDER BY seq DESC LIMIT 1")
    return json.loads(rows[0][0]).get("parameters_sha256", "") if rows else ""


def _state(results: tuple[RunResult, ...]) -> str:
    states = {result.state for result in results}
    for state in ("running", "queued", "paused", "stopped"):
        if state in states:
            return state
    return "finished"


def _seconds_left(results: tuple[RunResult, ...], slots: int) -> float:
    """What the runs that will go on take, by how long those took that are done or under way."""
    left = [1 - result.progress for result in results if result.state in WILL_GO_ON]
    done = [result for result in results if result.seconds and result.progress > 0.05]
    if not left:
        return 0.0
    if not done:
        return float("nan")
    each = sum((run.seconds + STARTING) / run.progress for run in done) / len(done)
    return sum(left) * each / min(slots, len(left))
