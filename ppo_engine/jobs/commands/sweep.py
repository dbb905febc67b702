"""sweep: a grid of runs in the background, followed until it has finished; pause, resume, cancel and look at one."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from ppo_engine.config import TrainConfig
from ppo_engine.grids import Grid, TooLarge, make_grid, seeds_from_one
from ppo_engine.jobs import engines, speed, sweeps
from ppo_engine.jobs.commands.parser import FAILED, Refused, parse_settings
from ppo_engine.jobs.commands.printing import print_json
from ppo_engine.jobs.launching import ensure_supervisor
from ppo_engine.jobs.sweep_view import RunResult, Standing, SweepView
from ppo_engine.knobs import ConfigError

EVERY = 1.0
INTERRUPTED = 130


def carry_out(chosen: argparse.Namespace) -> int:
    """Start a sweep, or do something with one; an exit status."""
    for wish, act in (("pause", sweeps.pause), ("cancel", sweeps.cancel), ("resume", sweeps.resume)):
        if given := getattr(chosen, wish):
            sweep_id = sweeps.find_sweep_id(chosen.runs, given)
            act(chosen.runs, sweep_id, **({"engine": chosen.engine} if wish == "resume" else {}))
            return _follow(chosen, sweep_id) if wish == "resume" and not chosen.detach else _tell(chosen, sweep_id)
    if chosen.show:
        return _tell(chosen, sweeps.find_sweep_id(chosen.runs, chosen.show))
    if not chosen.env_id:
        raise ConfigError("--env-id", "", "the environment of a new sweep")
    grid = _grid(chosen)
    config, runs = grid.config(grid.cells()[0].values, 1), len(grid.cells()) * len(grid.seeds)
    engine = engines.check(chosen.engine or engines.default())
    seconds, words = _estimate(chosen.runs, config, runs)
    if not chosen.json:
        print(f"{grid.title}: {runs} runs. {words}", flush=True)
    sweep_id = sweeps.start(chosen.runs, grid, chosen.name, engine)
    if chosen.json:
        print_json({"event": "queued", "sweep_id": sweep_id, "runs": runs, "seconds_estimated": round(seconds, 1)})
    return _tell(chosen, sweep_id) if chosen.detach else _follow(chosen, sweep_id)


def _grid(chosen: argparse.Namespace) -> Grid:
    axes = [(name, [part for part in text.split(",") if part]) for name, text in parse_grid(chosen.grid).items()]
    settings = parse_settings(chosen.settings)
    if chosen.total_timesteps is not None:
        settings["total_timesteps"] = chosen.total_timesteps
    try:
        return make_grid(chosen.env_id, axes, seeds_from_one(chosen.seeds), chosen.preset, chosen.objective, settings)
    except TooLarge as error:
        raise Refused(f"{error} {_estimate(chosen.runs, error.config, error.runs)[1]}") from error


def parse_grid(arguments: list[str]) -> dict[str, str]:
    """Knob to its comma-separated values from ``KNOB=V1,V2`` arguments; raises ConfigError."""
    found: dict[str, str] = {}
    for argument in arguments:
        name, equals, values = argument.partition("=")
        if not equals or not name:
            raise ConfigError("--grid", argument, "of the form KNOB=V1,V2")
        if name in found:
            raise ConfigError("--grid", argument, f"given once for each knob, and {name} was there before")
        found[name] = values
    return found


def _estimate(runs: Path, config: TrainConfig, count: int) -> tuple[float, str]:
    rate = speed.known(runs, config) or speed.measure(runs, config)
    seconds = speed.estimate(config, count, rate)
    return seconds, speed.sentence(seconds, rate)


def _follow(chosen: argparse.Namespace, sweep_id: str) -> int:
    view, told, where = SweepView(chosen.runs, sweep_id), set(), ""
    if not chosen.json:
        print(f"sweep {sweep_id}", flush=True)
    try:
        while True:
            standing = view.standing()
            for result in standing.results:
                if result.run_id not in told and result.state not in ("queued", "running", "paused"):
                    told.add(result.run_id)
                    _print_run(chosen, standing, result)
            if standing.where != where and standing.where:
                print(standing.where, file=sys.stderr, flush=True)
            where = standing.where
            if not standing.going:
                break
            ensure_supervisor(chosen.runs)
            time.sleep(EVERY)
    except KeyboardInterrupt:
        print(
            f"The sweep goes on in the background. To end it: python -m ppo_engine sweep --cancel {sweep_id}"
            f" --runs {chosen.runs}",
            file=sys.stderr,
        )
        return INTERRUPTED
    return _tell(chosen, sweep_id)


def _print_run(chosen: argparse.Namespace, standing: Standing, result: RunResult) -> None:
    cell = standing.sweep.cells[result.cell]
    if chosen.json:
        print_json(
            {"event": "run", "run_id": result.run_id, "cell": cell.number} | cell.values
            | {"seed": result.seed, "state": result.state, "final_return": result.outcome.final,
               "collapsed": result.outcome.collapsed, "parameters_sha256": result.sha256 or None}
        )  # fmt: skip
    else:
        print(
            f"{standing.ended:>4} of {len(standing.results)}  {result.run_id}  {result.state:<8}  {cell.label}"
            f"  seed {result.seed}  return {result.outcome.final:.1f}",
            flush=True,
        )


def _tell(chosen: argparse.Namespace, sweep_id: str) -> int:
    """The last word: the state, and each cell's centre and interval."""
    from ppo_engine.statistics import summarise

    standing = SweepView(chosen.runs, sweep_id).standing()
    if not chosen.json:
        for cell in standing.sweep.cells:
            found = summarise(standing.values(cell.number))
            few = found.n and found.low is None
            print(f"{cell.label}: {f'mean {found.centre:.1f}, ' if few else ''}{found.words}")
        print(f"{sweep_id}: {standing.ended} of {len(standing.results)} runs have ended, {standing.state}")
    else:
        print_json(
            {"event": standing.state, "sweep_id": sweep_id, "ended": standing.ended, "runs": len(standing.results)}
        )
    broken = [result for result in standing.results if result.state in ("failed", "lost")]
    return FAILED if broken and not standing.going else 0
