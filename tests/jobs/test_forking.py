"""Forks share their parent's history bit for bit, and part from it where they are told to."""

from __future__ import annotations

import pytest

from ppo_engine.jobs import checkpoints, control
from ppo_engine.jobs.life import Life
from ppo_engine.jobs.view import RunView
from ppo_engine.knobs import ConfigError
from tests.jobs.expected import unbroken_sha256


@pytest.fixture
def parent(written):
    folder = written()
    control.set_knob(folder.runs, folder.run_id, ent_coef=0.01)
    Life(folder).run()
    return folder


@pytest.mark.parametrize("moment", [0, 7, 20])
def test_a_fork_is_the_run_that_had_the_knob_moved_then(parent, pole, moment):
    child_id = control.fork(parent.runs, parent.run_id, moment, "child", start=False, clip_range=0.02)
    child, view = RunView(parent.runs, child_id), RunView(parent.runs, parent.run_id)
    assert child.updates_since(0)[0] == list(range(1, moment + 1))
    assert child.updates_since(0)[1].tobytes() == view.updates_since(0)[1][:moment].tobytes()
    control.Registry(parent.runs).command(child_id, "run")
    Life(child.folder).run()
    moved = {f"u{moment + 1}": {"clip_range": 0.02}}
    expected = unbroken_sha256(pole, **({"u1": {"ent_coef": 0.01}} if moment else {}) | moved)
    assert child.events_since(0)[-1].detail["parameters_sha256"] == expected
    assert child.events_since(0)[0].detail == {"run_id": parent.run_id}


def test_a_fork_begins_at_the_nearest_kept_state(parent):
    kept = checkpoints.branch_updates(parent)
    assert kept and kept[-1] == 20
    child = RunView(parent.runs, control.fork(parent.runs, parent.run_id, 20, start=False))
    assert checkpoints.read_checkpoint(child.folder.checkpoint).update == 20


@pytest.mark.parametrize(
    "wrong", [{"update": 21}, {"update": -1}, {"update": "x"}, {"update": True}, {"seed": 3}, {"clip_range": "nan"}]
)
def test_a_bad_fork_writes_nothing(parent, wrong):
    before = sorted(parent.runs.iterdir())
    with pytest.raises(ConfigError):
        control.fork(parent.runs, parent.run_id, start=False, **wrong)
    assert sorted(parent.runs.iterdir()) == before
