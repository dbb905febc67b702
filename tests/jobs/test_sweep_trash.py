"""Deleting a grid and taking it back: its runs and its file go and come together, and nothing else does."""

from __future__ import annotations

import pytest

from ppo_engine.grids import make_grid
from ppo_engine.jobs import sweep_trash, sweeps, trash
from ppo_engine.jobs.folders import RunFolder, UnknownRun
from ppo_engine.jobs.view import list_runs


@pytest.fixture
def sweep(tmp_path, monkeypatch):
    """A stored grid of 2 × 2 runs that nobody trains."""
    monkeypatch.setattr(sweeps, "ensure_supervisor", lambda runs: None)
    short = {"total_timesteps": "4096"}
    grid = make_grid("CartPole-v1", [("clip_range", ["0.1", "0.2"])], (1, 2), "quick", None, short)
    return sweeps.read(tmp_path, sweeps.start(tmp_path, grid))


def test_a_grid_goes_and_comes_back_with_its_runs(tmp_path, sweep):
    before = {row.run_id: (row.env_id, row.seed) for row in list_runs(tmp_path)}
    assert len(before) == 4
    alone = sweep.run_ids[1]
    trash.delete(tmp_path, alone)
    assert sweep_trash.delete(tmp_path, sweep.sweep_id) == 3
    assert list_runs(tmp_path) == [] and sweeps.list_sweeps(tmp_path) == []
    assert sweep_trash.is_trashed(tmp_path, sweep.sweep_id)
    with pytest.raises(UnknownRun):
        sweeps.read(tmp_path, sweep.sweep_id)
    sweep_trash.undo_delete(tmp_path, sweep.sweep_id)
    after = {row.run_id: (row.env_id, row.seed) for row in list_runs(tmp_path)}
    assert after == {run_id: told for run_id, told in before.items() if run_id != alone}, "it went before, by itself"
    assert {row.state for row in list_runs(tmp_path)} == {"stopped"}, "nothing begins to train by being brought back"
    assert sweeps.read(tmp_path, sweep.sweep_id) == sweep
    assert not sweep_trash.is_trashed(tmp_path, sweep.sweep_id)
    trash.undo_delete(tmp_path, alone)
    assert {row.run_id for row in list_runs(tmp_path)} == set(sweep.run_ids)


def test_what_is_not_there_is_refused_and_nothing_moves(tmp_path, sweep):
    for unknown in ("../../etc", RunFolder(tmp_path, sweep.run_ids[0]).run_id):
        with pytest.raises(UnknownRun):
            sweep_trash.delete(tmp_path, unknown)
        with pytest.raises(UnknownRun):
            sweep_trash.undo_delete(tmp_path, unknown)
    assert len(list_runs(tmp_path)) == 4
