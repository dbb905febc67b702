"""What a sweep has found, live: one fragment that sends the component a packet, with a link behind every number."""

from __future__ import annotations

import math
import threading
import time
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from pages.shared.live_chart import note_loaded
from pages.shared.sweep_chart import chart
from ppo_engine.envs import describe
from ppo_engine.jobs.control import runs_folder
from ppo_engine.jobs.recomputing import Kept
from ppo_engine.jobs.speed import in_words
from ppo_engine.jobs.sweep_view import RunResult, Standing, SweepView
from ppo_engine.plots import evidence
from ppo_engine.recordings import sweeps as recorded

TICK = 1.0
FIRST = "cartpole"
BADGES = {"running": "LIVE", "queued": "QUEUED", "paused": "PAUSED", "stopped": "CANCELLED", "finished": "FINISHED"}
NOTE = (
    "Final return: the mean return of the episodes that ended in the last tenth of a run, fixed before any run began. "
    "A run that diverged counts with its last ten episodes, and as collapsed. Every dot, number and seed opens what it "
    "stands on."
)
RECORDED = (
    " Recorded here once with the command sweep; a dot opens the Lab with that run's settings, and the same settings "
    "train to the same parameters."
)


class _Shared:
    """One sweep for all its viewers: read again at most once a tick."""

    def __init__(self, runs: str, sweep_id: str):
        self.view, self._lock = SweepView(runs, sweep_id), threading.Lock()
        self._read_at, self._standing = 0.0, None

    def standing(self, min_age: float = 0.0) -> Standing:
        with self._lock:
            if self._standing is None or time.monotonic() - self._read_at >= min_age:
                self._standing, self._read_at = self.view.standing(), time.monotonic()
            return self._standing


@st.cache_resource(show_spinner=False, max_entries=32)
def _shared(runs: str, sweep_id: str) -> _Shared:
    return _Shared(runs, sweep_id)


@st.cache_resource(show_spinner=False)
def _recording() -> Standing:
    return recorded.load(FIRST)


def current(sweep_id: str, min_age: float = 0.3) -> Standing:
    """The sweep of that id as it is now; the recorded one for an empty id. Raises UnknownRun."""
    return _shared(str(runs_folder()), sweep_id).standing(min_age) if sweep_id else _recording()


def show(standing: Standing, axes: tuple[str, str] | None, reference: int) -> None:
    """The results, brought up to date while the sweep goes on; ``axes`` are the heatmap's."""
    sweep_id, going = standing.sweep.sweep_id, standing.going

    def live() -> None:
        now = current(sweep_id, 0.9 * TICK)
        chart(packet(now, axes, reference), note_loaded)
        if going and not now.going:
            st.rerun()

    st.fragment(live, run_every=TICK if going else None)()


def packet(standing: Standing, axes: tuple[str, str] | None, reference: int) -> dict[str, Any]:
    """Everything the component draws."""
    sweep, results = standing.sweep, standing.results
    cells, grid = sweep.cells, sweep.grid
    config = grid.config(cells[0].values, grid.seeds[0])
    tried = dict(grid.axes)
    live = sweep.sweep_id != ""
    return {
        "key": sweep.sweep_id or FIRST, "state": standing.state if live else "replay", "title": sweep.title,
        "badge": BADGES[standing.state] if live else "RECORDED",
        "progress": {"done": standing.ended / len(results), "text": progress(standing)},
        "verdict": evidence.ruling(cells, results, standing.going),
        "rows": evidence.rows(cells, results, reference, lambda run: _url(standing, run),
                              lambda cell: _url_of_cells(standing, cell)),
        "pooled": [{**row, "url": f"./runs?sweep={sweep.sweep_id}" if live else ""}
                   for row in evidence.pooled(cells, results)],
        "heat": evidence.heatmap(cells, results, {name: tried[name] for name in axes}) if axes else None,
        "curves": evidence.curves(cells, results, config.total_updates * config.batch),
        "leader": evidence.leader(cells, results), "reference": cells[reference].label,
        "threshold": describe(grid.env_id).threshold, "note": NOTE + ("" if live else RECORDED),
    }  # fmt: skip


def progress(standing: Standing) -> str:
    """How far a sweep is, in words."""
    done = f"{standing.ended} of {len(standing.results)} runs have ended"
    if not standing.going:
        return done
    left = standing.seconds_left
    done += f", about {in_words(left)} left" if math.isfinite(left) and left > 0 else ""
    return f"{done}. {standing.where}" if standing.where else done


def recorded_runs(standing: Standing) -> list[Kept]:
    """The runs of a recorded grid, to be trained again."""
    grid, cells = standing.sweep.grid, standing.sweep.cells
    return [
        Kept(f"{cells[run.cell].label}, seed {run.seed}", grid.config(cells[run.cell].values, run.seed), run.sha256,
             run.state == "diverged", {})
        for run in standing.results
    ]  # fmt: skip


def _url(standing: Standing, run: RunResult) -> str:
    if run.run_id:
        return f"./?{urlencode({'run': run.run_id})}"
    config = standing.sweep.grid.config(standing.sweep.cells[run.cell].values, run.seed)
    names = ("objective", "clip_range", "learning_rate", "kl_coef", "seed")
    preset = {"preset": standing.sweep.grid.preset} if standing.sweep.grid.preset else {}
    return f"./?{urlencode({'env': config.env_id, **preset, **{name: getattr(config, name) for name in names}})}"


def _url_of_cells(standing: Standing, cell: int) -> str:
    if not standing.sweep.sweep_id:
        first = next(run for run in standing.results if run.cell == cell)
        return _url(standing, first)
    return f"./runs?{urlencode({'sweep': standing.sweep.sweep_id, 'cell': cell})}"
