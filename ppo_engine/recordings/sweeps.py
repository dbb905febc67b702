"""Recorded sweeps: the outcomes of every run of a grid, with the parameters' hashes by which they can be checked.

``python -m ppo_engine.recordings.sweeps RUNS SWEEP NAME`` records one; ``sweep`` with the same grid trains it again.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np

from ppo_engine.grids import Grid
from ppo_engine.jobs.sweep_view import RunResult, Standing, SweepView
from ppo_engine.jobs.sweeps import Planned, Sweep, find_sweep_id
from ppo_engine.knobs import ConfigError
from ppo_engine.outcomes import Outcome

FOLDER = Path(__file__).parent
PREFIX = "sweep-"


def names() -> list[str]:
    """The recorded sweeps that there are."""
    return sorted(path.stem.removeprefix(PREFIX) for path in FOLDER.glob(f"{PREFIX}*.json"))


def load(name: str) -> Standing:
    """A recorded sweep as if it had just finished; its runs have no ids. Raises ConfigError for an unknown name."""
    if name not in names():
        raise ConfigError("recorded sweep", name, "one of " + ", ".join(names()))
    data = json.loads((FOLDER / f"{PREFIX}{name}.json").read_text(encoding="utf-8"))
    grid = Grid.from_dict(data["grid"])
    planned = tuple(Planned("", row["cell"], row["seed"]) for row in data["runs"])
    sweep = Sweep("", data["name"], data["created"], "local", grid, tuple(grid.cells()), planned)
    return Standing(sweep, tuple(_result(row) for row in data["runs"]), "finished", 0.0)


def record(runs: Path, sweep_id: str, name: str, title: str = "") -> Path:
    """Write what a finished sweep found; raises ValueError while it goes on."""
    standing = SweepView(runs, sweep_id).standing()
    if standing.state != "finished":
        raise ValueError(f"Sweep {sweep_id} has not finished: it is {standing.state}.")
    rows = [
        {
            "cell": run.cell, "seed": run.seed, "state": run.state, "first": _plain(run.outcome.first),
            "final": _plain(run.outcome.final), "collapsed": run.outcome.collapsed, "seconds": round(run.seconds, 2),
            "parameters_sha256": run.sha256, "curve": [_plain(value) for value in run.outcome.curve],
        }
        for run in standing.results
    ]  # fmt: skip
    head = {"name": title, "created": standing.sweep.created, "grid": standing.sweep.grid.to_dict()}
    lines = ",\n".join(json.dumps(row) for row in rows)
    path = FOLDER / f"{PREFIX}{name}.json"
    path.write_text(json.dumps(head)[:-1] + ', "runs": [\n' + lines + "\n]}\n", encoding="utf-8")
    return path


def _plain(value: float) -> float | None:
    return round(float(value), 2) if math.isfinite(value) else None


def _result(row: dict[str, Any]) -> RunResult:
    first, final = (float("nan") if row[key] is None else row[key] for key in ("first", "final"))
    outcome = Outcome(np.array(row["curve"], dtype=float), first, final, row["collapsed"])
    return RunResult("", row["cell"], row["seed"], row["state"], 1.0, outcome, row["seconds"], row["parameters_sha256"])


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    print(record(folder, find_sweep_id(folder, sys.argv[2]), sys.argv[3]))
