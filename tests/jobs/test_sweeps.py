"""Sweeps: queued behind other runs, killed half-way and gone on, paused and cancelled, and the same as train."""

from __future__ import annotations

import shutil

import pytest

from ppo_engine.grids import make_grid
from ppo_engine.jobs import control, listing, sweeps
from ppo_engine.jobs.folders import UnknownRun
from ppo_engine.jobs.launcher import LocalLauncher
from ppo_engine.jobs.registry import Registry
from ppo_engine.jobs.supervisor import Supervisor
from ppo_engine.jobs.sweep_view import SweepView
from ppo_engine.jobs.view import RunView, list_runs
from ppo_engine.knobs import ConfigError
from tests.jobs.expected import unbroken_sha256
from tests.jobs.killing import kill, supervisors, wait_until, workers

SMALL = {"total_timesteps": 768, "n_epochs": 2}
LONG = {"total_timesteps": 5_000_000, "n_epochs": 2}


def grid(settings=SMALL, seeds=(1, 2), values=(0.1, 0.3)):
    return make_grid("CartPole-v1", [("clip_range", list(values))], seeds, settings=settings)


@pytest.fixture
def no_supervisor(monkeypatch):
    """Nobody starts what is queued, so that the queue can be looked at."""
    monkeypatch.setattr(sweeps, "ensure_supervisor", lambda runs: None)


def test_a_sweep_killed_half_way_ends_as_if_it_had_not_been(runs):
    sweep_id = sweeps.start(runs, grid(seeds=(1, 2, 3)))
    view = SweepView(runs, sweep_id)
    wait_until(lambda: 2 <= view.standing().ended < 6)
    for process in [*supervisors(runs), *workers(runs)]:
        kill(process)
    before = {run.run_id: run.sha256 for run in view.standing().results if run.counts}
    assert before
    sweeps.resume(runs, sweep_id)
    wait_until(lambda: view.standing().state == "finished")
    standing = view.standing()
    assert [(run.cell, run.seed) for run in standing.results] == [(c, s) for s in (1, 2, 3) for c in (0, 1)]
    for run in standing.results:
        config = standing.sweep.grid.config(standing.sweep.cells[run.cell].values, run.seed)
        assert run.sha256 == unbroken_sha256(config), "a cell is what train makes of the same settings"
        kinds = [event.kind for event in RunView(runs, run.run_id).events_since(0)]
        assert kinds.count("finished") == 1
        if run.run_id in before:
            assert kinds == ["start", "finished"], "what had finished was not trained again"
    assert len(list_runs(runs)) == 6 and standing.seconds_left == 0


def test_a_maker_killed_half_way_is_followed_by_one_that_makes_the_rest(runs, no_supervisor, monkeypatch):
    made, whole = [], sweeps.write_run

    def write_two(*arguments, **more):
        if len(made) == 2:
            raise KeyboardInterrupt
        made.append(whole(*arguments, **more))
        return made[-1]

    monkeypatch.setattr(sweeps, "write_run", write_two)
    with pytest.raises(KeyboardInterrupt):
        sweeps.start(runs, grid())
    (sweep,) = sweeps.list_sweeps(runs)
    assert SweepView(runs, sweep.sweep_id).standing().state == "stopped" and not Registry(runs).entries()
    monkeypatch.setattr(sweeps, "write_run", whole)
    sweeps.resume(runs, sweep.sweep_id)
    sweeps.resume(runs, sweep.sweep_id)
    assert [entry.run_id for entry in Registry(runs).open_entries()] == sweep.run_ids
    assert SweepView(runs, sweep.sweep_id).standing().state == "queued"


def test_runs_started_by_hand_go_first(runs, lander, no_supervisor):
    sweep_id = sweeps.start(runs, grid(LONG))
    by_hand = control.launch(runs, lander, start=False)
    assert SweepView(runs, sweep_id).standing().where == "", "a run that is paused is not waited for"
    Registry(runs).command(by_hand, "run")
    assert SweepView(runs, sweep_id).standing().where == "It waits for 1 run started by hand, which goes first."
    assert [entry.run_id for entry in Registry(runs).open_entries()][0] == by_hand
    slots = LocalLauncher().capacity()
    watch, started = Supervisor(runs), []
    watch._start = lambda folder, entry, glance: started.append(folder.run_id) or True
    watch.look()
    assert started == [by_hand, *sweeps.read(runs, sweep_id).run_ids][:slots]
    started.clear()
    # With every slot taken by the sweep, one started by hand still begins, and no more of the sweep do.
    entries = {entry.run_id: entry for entry in Registry(runs).entries()}
    taken = [(None, entries[run_id]) for run_id in sweeps.read(runs, sweep_id).run_ids[:slots]]
    queue = [(listing.RunFolder(runs, e.run_id), e, None) for e in Registry(runs).open_entries()]
    watch._fill_slots(taken, queue)
    assert started == [by_hand]


def test_pause_resume_and_cancel(runs):
    sweep_id = sweeps.start(runs, grid(LONG, seeds=(1,), values=(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)))
    view = SweepView(runs, sweep_id)
    wait_until(lambda: any(run.progress > 0 for run in view.standing().results))
    assert view.standing().state == "running" and view.standing().seconds_left != 0
    sweeps.pause(runs, sweep_id)
    wait_until(lambda: view.standing().state == "paused")
    progress = [run.progress for run in view.standing().results]
    sweeps.resume(runs, sweep_id)
    wait_until(lambda: [run.progress for run in view.standing().results] > progress)
    sweeps.cancel(runs, sweep_id)
    wait_until(lambda: view.standing().state == "stopped" and not workers(runs))
    assert {row.state for row in list_runs(runs)} == {"stopped"} and view.standing().ended == 0


def test_only_final_returns_of_ended_runs_count(runs, no_supervisor):
    sweep_id = sweeps.start(runs, grid(LONG, seeds=(1,)))
    view = SweepView(runs, sweep_id)
    watch = Supervisor(runs)
    wait_until(lambda: watch.look() and any(run.outcome.final > 0 for run in view.standing().results))
    standing = view.standing()
    assert standing.values(0) == [] and not any(run.counts for run in standing.results)
    sweeps.cancel(runs, sweep_id)


def test_a_grid_run_keeps_few_snapshots_and_no_film(runs):
    sweep_id = sweeps.start(runs, grid({"total_timesteps": 256 * 60, "n_epochs": 1}, seeds=(1,), values=(0.2,)))
    view = SweepView(runs, sweep_id)
    wait_until(lambda: view.standing().state == "finished")
    run = RunView(runs, view.sweep.run_ids[0])
    kept = [row[0] for row in run._query("SELECT at_update FROM snapshots ORDER BY at_update")]
    assert kept == list(range(0, 61, 3)) and run.moment()[0] == 60
    assert run.videos() == [] and run.entry.workers == 1


def test_the_list_of_runs_can_leave_grids_out(runs, pole, no_supervisor):
    by_hand = control.launch(runs, pole, start=False)
    sweep_id = sweeps.start(runs, grid())
    members = sweeps.sweep_of(runs)
    assert set(members.values()) == {sweep_id} and len(members) == 4
    assert [row.run_id for row in list_runs(runs, but=members)] == [by_hand]
    assert len(list_runs(runs, only=members)) == 4
    ahead = {row.run_id: row.state_sentence for row in list_runs(runs, only=members)}
    order = [ahead[run_id] for run_id in sweeps.read(runs, sweep_id).run_ids]
    assert order[1:] == ["Queued: 1 run is ahead.", "Queued: 2 runs are ahead.", "Queued: 3 runs are ahead."]
    assert sweeps.ended_counts(runs) == {sweep_id: 0}


def test_a_run_that_was_deleted_is_not_made_again(runs, no_supervisor):
    sweep_id = sweeps.start(runs, grid())
    first = sweeps.read(runs, sweep_id).run_ids[0]
    control.delete(runs, first)
    sweeps.resume(runs, sweep_id)
    assert first not in [row.run_id for row in list_runs(runs)]
    assert SweepView(runs, sweep_id).standing().results[0].state == "deleted"


def test_a_sweep_that_is_not_there_or_damaged(runs, no_supervisor):
    sweep_id = sweeps.start(runs, grid())
    path = runs / "sweeps" / f"{sweep_id}.json"
    shutil.copy(path, path.with_name("0" * 26 + ".json"))
    path.with_name("0" * 26 + ".json").write_text('{"grid": {"env_id": "Nowhere-v0", "axes": []}}')
    assert [sweep.sweep_id for sweep in sweeps.list_sweeps(runs)] == [sweep_id]
    assert sweeps.find_sweep_id(runs, sweep_id[:20].lower()) == sweep_id
    for unknown in ("0" * 26, "../" + sweep_id, sweep_id[:3], "Z" * 26):
        with pytest.raises(UnknownRun):
            sweeps.find_sweep_id(runs, unknown)
    with pytest.raises(UnknownRun):
        sweeps.read(runs, "../registry")
    with pytest.raises(ConfigError, match="engine is 'mars', but it must be one of local"):
        sweeps.start(runs, grid(), engine="mars")


def test_what_failed_is_tried_again_and_what_finished_is_not(runs, no_supervisor):
    sweep_id = sweeps.start(runs, grid())
    first, second, third, _ = sweeps.read(runs, sweep_id).run_ids
    registry = Registry(runs)
    registry.change(first, settled="finished", tries=1)
    registry.change(second, settled="lost", tries=20)
    registry.change(third, tries=1)
    sweeps.resume(runs, sweep_id)
    assert [registry.entry(run_id).settled for run_id in (first, second, third)] == ["finished", "again", ""]
    assert [registry.entry(run_id).tries for run_id in (first, second, third)] == [1, 0, 1]
    sweeps.cancel(runs, sweep_id)
    assert [registry.entry(run_id).desired for run_id in (first, second, third)] == ["run", "stop", "stop"]
