"""Comparisons: kept as files, refused in one sentence; twins launched together; forks that share every earlier row."""

from __future__ import annotations

import json

import pytest

from ppo_engine.jobs import control, groups
from ppo_engine.jobs.life import Life
from ppo_engine.jobs.registry import Registry
from ppo_engine.jobs.view import RunView
from ppo_engine.knobs import ConfigError
from ppo_engine.plots.partings import parting, shared_until
from tests.jobs.killing import wait_until


@pytest.fixture
def parent(written):
    folder = written()
    Life(folder).run()
    return folder


def rows_of(runs, run_id):
    return RunView(runs, run_id).updates_since(0)[1]


def sha(runs, run_id):
    return RunView(runs, run_id).events_since(0)[-1].detail["parameters_sha256"]


@pytest.fixture
def not_started(monkeypatch):
    """Forks and twins are written and wished for, but no process comes of it; returns what was to be started."""
    started = []
    monkeypatch.setattr(groups, "ensure_supervisor", lambda runs: None)
    monkeypatch.setattr(groups, "start_worker_if_free", lambda folder, at_once: started.append(folder.run_id))
    return started


def test_a_comparison_is_kept_once_and_outlives_its_maker(runs, written):
    one, other = written().run_id, written().run_id
    name = groups.save(runs, [one, other], "twins")
    assert groups.save(runs, [one, other], "picked") == name, "the same runs are the same comparison"
    newer = groups.save(runs, [other, one], "picked")
    (runs / "comparisons" / "broken.json").write_text('{"runs": ["')
    (runs / "comparisons" / "foreign.json").write_text(json.dumps({"kind": "x", "runs": ["../etc"], "created": 0}))
    assert [known.comparison_id for known in groups.comparisons(runs)] == [newer, name]
    assert groups.comparisons(runs)[1][1:3] == ("twins", (one, other))
    control.delete(runs, one)
    assert groups.comparisons(runs) == []
    control.undo_delete(runs, one)
    assert len(groups.comparisons(runs)) == 2


def test_what_cannot_be_compared_is_one_sentence(runs, written, pole, lander):
    one, other = written(pole).run_id, written(lander).run_id
    with pytest.raises(ConfigError) as refused:
        groups.check_group(runs, [one, other])
    assert str(refused.value) == (
        "runs is 'CartPole-v1, LunarLander-v3', but it must be of one environment: "
        "the returns of different tasks have no common scale."
    )
    with pytest.raises(ConfigError, match="one to 4 runs"):
        groups.check_group(runs, [])
    with pytest.raises(ConfigError, match="one to 4 runs"):
        groups.check_group(runs, [written(pole).run_id for _ in range(5)])
    assert groups.check_group(runs, [one, one]) == (one,)


def test_twins_must_be_twins(runs, pole, not_started):
    for configs, field in (([pole], "twins"), ([pole, pole.with_(seed=2)], "seed"), ([pole] * 5, "twins")):
        with pytest.raises(ConfigError) as refused:
            groups.launch_twins(runs, configs)
        assert refused.value.field == field
    assert not not_started and not list(runs.glob("0*"))


def test_four_twins_train_side_by_side_from_one_batch(runs, pole):
    long = pole.with_(total_timesteps=1_000_000)
    ids = groups.launch_twins(runs, [long.with_(n_epochs=epochs) for epochs in (4, 4, 3, 2)])
    views = [RunView(runs, run_id) for run_id in ids]
    wait_until(lambda: all(view.progress().update >= 3 for view in views))
    assert [view.state for view in views] == ["running"] * 4, "not one after the other"
    for view in views:
        control.stop(runs, view.run_id)
    wait_until(lambda: all(view.state == "stopped" for view in views))
    rows = [rows_of(runs, run_id) for run_id in ids]
    assert parting(rows[0], rows[1]).update is None
    assert [parting(rows[0], other)[:2] for other in rows[2:]] == [(1, True)] * 2
    assert groups.comparisons(runs)[0].run_ids == ids
    groups.start_together(runs, ids)
    wait_until(lambda: all(view.state == "running" for view in views))


def test_a_fork_without_a_change_reproduces_its_parent_bit_for_bit(parent, not_started):
    runs = parent.runs
    unmoved, moved = groups.branch(runs, parent.run_id, 8)
    assert unmoved == parent.run_id and not_started == [moved]
    Life(RunView(runs, moved).folder).run()
    assert sha(runs, moved) == sha(runs, parent.run_id)
    assert parting(rows_of(runs, moved), rows_of(runs, parent.run_id)).update is None


def test_a_fork_with_a_change_shares_every_row_before_it(parent, not_started):
    runs = parent.runs
    _, moved = groups.branch(runs, parent.run_id, 8, clip_range=0.001)
    Life(RunView(runs, moved).folder).run()
    one, other = rows_of(runs, parent.run_id), rows_of(runs, moved)
    assert one[:8].tobytes() == other[:8].tobytes() and len(one) == len(other) == 20
    found = parting(one, other)
    assert found.update == 9 and shared_until(found) == 8 and sha(runs, moved) != sha(runs, parent.run_id)
    assert groups.comparisons(runs)[0][1:3] == ("fork", (parent.run_id, moved))
    assert RunView(runs, moved).parent == (parent.run_id, 8) and RunView(runs, parent.run_id).parent is None


def test_a_run_that_stands_still_is_stood_in_for(written, pole, not_started):
    folder = written()
    runs = folder.runs
    Registry(runs).command(folder.run_id, "pause", step_until=6)
    Life(folder, linger=0.0).run()
    unmoved, moved = groups.branch(runs, folder.run_id, 6, clip_range=0.05)
    assert unmoved != folder.run_id and not_started == [unmoved, moved]
    assert RunView(runs, folder.run_id).progress().update == 6, "nobody set it going"
    for run_id in (unmoved, moved):
        Life(RunView(runs, run_id).folder).run()
    found = parting(rows_of(runs, unmoved), rows_of(runs, moved))
    assert (found.update, found.compared) == (7, 20)


def test_a_knob_that_was_moved_can_stay_in_a_branch(written, pole, not_started):
    folder = written()
    runs = folder.runs
    Registry(runs).command(folder.run_id, "pause", step_until=5)
    Life(folder, linger=0.0).run()
    control.set_knob(runs, folder.run_id, clip_range=0.001)
    Registry(runs).command(folder.run_id, "run")
    Life(folder).run()
    assert groups.branch_unmoved(runs, folder.run_id, 6)[0] == folder.run_id
    (stayed,) = not_started
    Life(RunView(runs, stayed).folder).run()
    assert parting(rows_of(runs, folder.run_id), rows_of(runs, stayed)).update == 6
    assert not RunView(runs, stayed).applied_knobs()
    with pytest.raises(ConfigError, match="from 0 to 20"):
        groups.branch_unmoved(runs, folder.run_id, 22)


@pytest.mark.parametrize(("update", "knobs"), [(20, {}), (-1, {}), (3, {"seed": 2}), (3, {"clip_range": "nan"})])
def test_a_fork_that_cannot_be_is_one_sentence_and_writes_nothing(parent, not_started, update, knobs):
    before = sorted(parent.runs.iterdir())
    with pytest.raises(ConfigError):
        groups.branch(parent.runs, parent.run_id, update, **knobs)
    assert sorted(parent.runs.iterdir()) == before and not not_started
