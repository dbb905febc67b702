"""Sweeps: a grid and the ids of its runs as one JSON file in the runs folder; start, pause, resume, cancel.

The file is written before any of its runs, and the runs are made from it: whoever is killed half-way can be followed by
``complete``, which makes what is missing and never a run twice.
"""

from __future__ import annotations

import functools
import json
import os
import time
from pathlib import Path
from typing import Any, NamedTuple

from ppo_engine.grids import Cell, Grid
from ppo_engine.jobs import engines
from ppo_engine.jobs.folders import RUN_ID, RunFolder, UnknownRun, new_run_id
from ppo_engine.jobs.launching import ensure_supervisor, write_run
from ppo_engine.jobs.names import clean_name
from ppo_engine.jobs.sweep_queue import SweepQueue

FORMAT = 1
FOLDER = "sweeps"


class Planned(NamedTuple):
    """One run of a sweep: its id, the number of its cell, its seed."""

    run_id: str
    cell: int
    seed: int


class Sweep(NamedTuple):
    """A stored sweep; ``cells`` are the grid's, ``runs`` one for each cell and seed, in the order of the queue."""

    sweep_id: str
    name: str
    created: float
    engine: str
    grid: Grid
    cells: tuple[Cell, ...]
    runs: tuple[Planned, ...]

    @property
    def run_ids(self) -> list[str]:
        """The ids of its runs, in the order of the queue."""
        return [run.run_id for run in self.runs]

    @property
    def title(self) -> str:
        """Its name, or its grid in a few words."""
        return self.name or self.grid.title


def start(runs: Path, grid: Grid, name: str = "", engine: str = "") -> str:
    """Store a sweep of ``grid`` and queue its runs, all cells of the first seed first; returns its id at once.

    ``engine`` says where they are trained (default: ``engines.default``). Raises ConfigError for a bad name or engine,
    and OSError when nothing can be written.
    """
    engine = engines.check(engine or engines.default())
    name, sweep_id = clean_name(name), new_run_id()
    planned = [[new_run_id(), cell.number, seed] for seed in grid.seeds for cell in grid.cells()]
    data = {
        "format": FORMAT, "name": name, "created": time.time(), "engine": engine, "grid": grid.to_dict(),
        "runs": planned,
    }  # fmt: skip
    _write(file_of(runs, sweep_id), data)
    complete(runs, read(runs, sweep_id))
    return sweep_id


def complete(runs: Path, sweep: Sweep) -> None:
    """Make the runs of a sweep that were never made, queue those that were never queued, and see to a supervisor."""
    queue = SweepQueue(runs)
    known = {entry.run_id for entry in queue.entries()}
    for run in sweep.runs:
        folder = RunFolder(runs, run.run_id)
        if run.run_id not in known and not folder.exists() and queue.entry(run.run_id) is None:
            folder.remove_unwritten()
            config = sweep.grid.config(sweep.cells[run.cell].values, run.seed)
            write_run(Path(runs), config, run.run_id, sweep=sweep.sweep_id)
    queue.add_behind(sweep.run_ids, "", workers=1)
    ensure_supervisor(runs)


def pause(runs: Path, sweep_id: str) -> None:
    """Let the runs that train finish their update and wait, and start no more. Raises UnknownRun."""
    SweepQueue(runs).command_all(read(runs, sweep_id).run_ids, "pause")


def cancel(runs: Path, sweep_id: str) -> None:
    """Stop the runs that train after their update, and start no more; what has finished stays. Raises UnknownRun."""
    SweepQueue(runs).command_all(read(runs, sweep_id).run_ids, "stop")


def resume(runs: Path, sweep_id: str, engine: str = "") -> None:
    """Let a paused or cancelled sweep go on: what has finished is not done again, what failed is tried again.

    ``engine`` says where it goes on, if not where it was. Raises UnknownRun, and ConfigError for a bad engine.
    """
    sweep = read(runs, sweep_id)
    if engine and engine != sweep.engine:
        path = file_of(runs, sweep_id)
        _write(path, {**json.loads(path.read_text(encoding="utf-8")), "engine": engines.check(engine)})
    complete(runs, sweep)
    SweepQueue(runs).command_all(sweep.run_ids, "run")
    ensure_supervisor(runs)


def read(runs: Path | str, sweep_id: str) -> Sweep:
    """A stored sweep; raises UnknownRun if there is none of that id, or its file is damaged."""
    path = file_of(runs, sweep_id)
    try:
        return _read(str(path), path.stat().st_mtime_ns)
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise UnknownRun(sweep_id) from error


def list_sweeps(runs: Path | str) -> list[Sweep]:
    """All sweeps of a runs folder, newest first; damaged files are passed over."""
    found = []
    for path in sorted((Path(runs) / FOLDER).glob("*.json"), reverse=True):
        try:
            found.append(read(runs, path.stem))
        except UnknownRun:
            continue
    return found


def find_sweep_id(runs: Path, start_of_id: str) -> str:
    """The id of the one sweep whose id begins (in any case) with this; raises UnknownRun if none or several do."""
    found = [sweep.sweep_id for sweep in list_sweeps(runs) if sweep.sweep_id.startswith(str(start_of_id).upper())]
    if len(found) != 1 or len(start_of_id) < 4:
        raise UnknownRun(start_of_id)
    return found[0]


def sweep_of(runs: Path | str) -> dict[str, str]:
    """Run id → the id of the sweep it belongs to, for every run that belongs to one."""
    return {run_id: sweep.sweep_id for sweep in list_sweeps(runs) for run_id in sweep.run_ids}


def ended_counts(runs: Path | str) -> dict[str, int]:
    """Sweep id → how many of its runs have ended for good, newest sweep first; one look at the registry."""
    settled = {entry.run_id for entry in SweepQueue(runs).entries() if entry.settled not in ("", "again")}
    return {sweep.sweep_id: len(settled.intersection(sweep.run_ids)) for sweep in list_sweeps(runs)}


def _write(path: Path, data: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(data), encoding="utf-8")
    os.replace(temporary, path)


def file_of(runs: Path | str, sweep_id: str) -> Path:
    """Where a sweep of that id is kept; raises UnknownRun for what is no id."""
    if not isinstance(sweep_id, str) or not RUN_ID.fullmatch(sweep_id):
        raise UnknownRun(sweep_id)
    return Path(runs) / FOLDER / f"{sweep_id}.json"


@functools.lru_cache(maxsize=64)
def _read(path: str, _stamp: int) -> Sweep:
    data = json.loads(Path(path).read_text(encoding="utf-8"))
    grid = Grid.from_dict(data["grid"])
    runs = tuple(Planned(str(run_id), int(cell), int(seed)) for run_id, cell, seed in data["runs"])
    return Sweep(Path(path).stem, data["name"], data["created"], data["engine"], grid, tuple(grid.cells()), runs)
