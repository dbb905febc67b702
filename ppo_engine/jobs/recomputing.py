"""Kept runs trained again on this machine, as grids in the background, and held against what was kept, bit for bit.

Nothing new is stored: a grid is found again by being the same grid, and a run of it by its config.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ppo_engine.config import TrainConfig
from ppo_engine.grids import Grid, make_grid
from ppo_engine.jobs import pace, speed, studies, sweeps
from ppo_engine.jobs.launcher import LocalLauncher
from ppo_engine.jobs.sweep_view import MEASURED, RunResult, Standing
from ppo_engine.jobs.trained import Key


class Kept(NamedTuple):
    """A run whose outcome is kept: its words, what it trained, its final parameters' SHA-256 (empty: not kept yet),
    and the query by which the Lab opens with its settings."""

    words: str
    config: TrainConfig
    sha256: str
    diverged: bool
    query: dict[str, str]


class Held(NamedTuple):
    """One kept run against its recomputation; ``same`` is None while there is nothing to compare."""

    kept: Kept
    run: RunResult | None
    same: bool | None


def kept_runs(study: str, some: dict[str, Any]) -> list[Kept]:
    """The runs of a study whose keys have the values of ``some``, whether or not their rows are there yet."""
    about = studies.STUDIES[study]
    rows = {tuple(row[name] for name in about.names): row for row in studies.rows(study)}
    found = []
    for key in about.wanted():
        named = dict(zip(about.names, key, strict=True))
        if all(named[name] == value for name, value in some.items()):
            found.append(_kept(study, named, about.config_of(*key), rows.get(tuple(key), {})))
    return found


def _kept(study: str, named: dict[str, Any], config: TrainConfig, row: dict[str, Any]) -> Kept:
    words = ", ".join(f"seed {value}" if name == "seed" else str(value) for name, value in named.items())
    query = {"row": studies.link(study, named)}
    return Kept(words, config, row.get("parameters_sha256", ""), row.get("diverged", False), query)


def missing(study: str) -> list[Key]:
    """The keys of a study's rows that have not been trained yet."""
    about = studies.STUDIES[study]
    there = {tuple(row[name] for name in about.names) for row in studies.rows(study)}
    return [key for key in about.wanted() if tuple(key) not in there]


def grids(kept: Iterable[Kept]) -> list[Grid]:
    """The grids that train these runs and no others: one for each config, with all its seeds."""
    seeds: dict[TrainConfig, list[int]] = {}
    for one in kept:
        seeds.setdefault(one.config.with_(seed=0), []).append(one.config.seed)
    found = []
    for config, own in seeds.items():
        said = config.to_dict()
        env_id, objective = said.pop("env_id"), said.pop("objective")
        said.pop("seed")
        found.append(make_grid(env_id, [], tuple(own), None, objective, said))
    return found


def find(runs: Path, grid: Grid) -> sweeps.Sweep | None:
    """The newest sweep here of this very grid."""
    wanted = json.dumps(grid.to_dict())
    return next((sweep for sweep in sweeps.list_sweeps(runs) if json.dumps(sweep.grid.to_dict()) == wanted), None)


def start(runs: Path, wanted: Sequence[Grid], title: str, standings: Sequence[Standing | None]) -> list[str]:
    """Queue every grid that is not going already; a paused or cancelled one goes on. Returns the sweeps' ids.

    ``standings`` are those of the grids as they are now, None where there is none. Raises OSError.
    """
    found = []
    for grid, standing in zip(wanted, standings, strict=True):
        if standing is None or standing.state == "finished":
            found.append(sweeps.start(runs, grid, f"{title}, {grid.env_id}"[:80]))
        else:
            sweeps.resume(runs, standing.sweep.sweep_id)
            found.append(standing.sweep.sweep_id)
    return found


def held(kept: Sequence[Kept], standings: Iterable[Standing | None]) -> list[Held]:
    """Each kept run beside its recomputation: the same bits, others, or not known (yet).

    The same is: the same SHA-256 of the final parameters, or both diverged.
    """
    here: dict[TrainConfig, RunResult] = {}
    for standing in standings:
        for run in standing.results if standing else ():
            grid = standing.sweep.grid  # type: ignore[union-attr]
            here[grid.config(standing.sweep.cells[run.cell].values, run.seed)] = run  # type: ignore[union-attr]
    return [Held(one, here.get(one.config), _same(one, here.get(one.config))) for one in kept]


def _same(kept: Kept, run: RunResult | None) -> bool | None:
    if run is None or run.state not in MEASURED or not kept.sha256:
        return None
    if kept.diverged or run.state == "diverged":
        return kept.diverged and run.state == "diverged"
    return run.sha256 == kept.sha256


def seconds(runs: Path, wanted: Sequence[Grid]) -> tuple[float, bool]:
    """About how long the runs of these grids take, as many at a time as there are slots, and whether that was measured
    here, with runs like these; else it is by a slow machine's numbers, or NaN if nobody knows.
    """
    total, count, here = 0.0, 0, True
    for grid in wanted:
        config = grid.config({}, grid.seeds[0])
        rate = speed.known(runs, config) or pace.measured(runs, config)
        if not math.isfinite(rate):
            rate, here = pace.usual(config), False
        total += len(grid.seeds) * (speed.STARTING + config.total_updates * config.batch / rate)
        count += len(grid.seeds)
    return total / max(1, min(LocalLauncher().capacity(), count)), here
