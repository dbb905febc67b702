"""Kept runs trained again: the very configs, found again by being the same grid, and compared bit for bit."""

from __future__ import annotations

import json
import math

import pytest

from ppo_engine.grids import Grid
from ppo_engine.jobs import recomputing, studies, sweeps
from ppo_engine.jobs.recomputing import Kept
from ppo_engine.jobs.sweep_view import SweepView
from ppo_engine.jobs.trained import trained_row
from tests.jobs.conftest import POLE
from tests.jobs.killing import wait_until

SHORT = POLE.with_(total_timesteps=512)


def kept(seed, sha256="", diverged=False, **more):
    return Kept(f"seed {seed}", SHORT.with_(seed=seed, **more), sha256, diverged, {})


@pytest.mark.parametrize("study", studies.STUDIES)
def test_a_grid_trains_exactly_what_a_row_says(study):
    about = studies.STUDIES[study]
    first = dict(zip(about.names, about.wanted()[0], strict=True))
    del first["seed"]
    runs = recomputing.kept_runs(study, first)
    (grid,) = recomputing.grids(runs)
    again = Grid.from_dict(json.loads(json.dumps(grid.to_dict())))
    assert [again.config({}, seed) for seed in grid.seeds] == [one.config for one in runs]
    assert all(studies.settings(one.query["row"]) == one.config for one in runs)


def test_settings_and_environments_become_grids_of_their_own(runs, monkeypatch):
    monkeypatch.setattr(sweeps, "ensure_supervisor", lambda runs: None)
    some = [kept(1), kept(2), kept(1, clip_range=0.3)]
    wanted = recomputing.grids(some)
    assert [grid.seeds for grid in wanted] == [(1, 2), (1,)]
    assert [recomputing.find(runs, grid) for grid in wanted] == [None, None]
    first, second = recomputing.start(runs, wanted, "Row", [None, None])
    assert recomputing.find(runs, wanted[0]).sweep_id == first
    assert recomputing.find(runs, wanted[1]).title == f"Row, {SHORT.env_id}"
    standings = [SweepView(runs, sweep_id).standing() for sweep_id in (first, second)]
    assert recomputing.start(runs, wanted, "Row", standings) == [first, second], "what is queued is not queued again"
    assert len(sweeps.list_sweeps(runs)) == 2
    held = recomputing.held(some, standings)
    assert [one.run.seed for one in held] == [1, 2, 1] and {one.same for one in held} == {None}


def test_the_same_bits_other_bits_and_nothing_kept(runs):
    row = trained_row(SHORT.with_(seed=1))
    some = [kept(1, row["parameters_sha256"]), kept(2, "0" * 64), kept(3), kept(4, "0" * 64, diverged=True)]
    wanted = recomputing.grids(some)
    (sweep_id,) = recomputing.start(runs, wanted, "Row", [None])
    view = SweepView(runs, sweep_id)
    wait_until(lambda: view.standing().state == "finished")
    assert [one.same for one in recomputing.held(some, [view.standing()])] == [True, False, None, False]
    assert [one.same for one in recomputing.held(some, [None])] == [None] * 4


def test_the_price_is_measured_here_or_a_slow_machines(runs):
    wanted = recomputing.grids([kept(1), kept(2)])
    seconds, here = recomputing.seconds(runs, wanted)
    assert seconds > 0 and not here
    (trust,) = recomputing.grids([kept(1, objective="trpo")])
    assert math.isnan(recomputing.seconds(runs, [trust])[0])


def test_what_is_missing_is_what_has_no_row(monkeypatch, tmp_path):
    about = studies.STUDIES["collapse"]
    data = tmp_path / "rows.json"
    monkeypatch.setitem(studies.STUDIES, "collapse", about._replace(data=data))
    assert recomputing.missing("collapse") == about.wanted()
    there = dict(zip(about.names, about.wanted()[3], strict=True))
    data.write_text(json.dumps([{**there, "parameters_sha256": "ab", "diverged": False}]))
    assert recomputing.missing("collapse") == [key for key in about.wanted() if key != about.wanted()[3]]
    (one,) = [one for one in recomputing.kept_runs("collapse", there) if one.sha256]
    assert one.sha256 == "ab" and one.config == about.config_of(*about.wanted()[3])
