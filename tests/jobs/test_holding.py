"""The measurement of what holds the KL down: of stored runs, bit for bit; one process at a time; damage is told."""

from __future__ import annotations

import numpy as np
import pytest

from ppo_engine.jobs import holding, holding_measurer
from ppo_engine.jobs.folders import UnknownRun
from ppo_engine.jobs.forking import fork
from ppo_engine.jobs.life import Life
from ppo_engine.jobs.locks import FileLock
from ppo_engine.jobs.registry import Registry
from ppo_engine.jobs.view import RunView
from ppo_engine.report import REPORT_KEYS
from tests.jobs.conftest import POLE
from tests.jobs.killing import wait_until

SHORT = POLE.with_(total_timesteps=1280)
KL = REPORT_KEYS.index("kl")


@pytest.fixture
def ended(written, monkeypatch):
    """A run of 10 updates that kept a whole state after each of them, and in which knobs were moved at the ninth."""
    monkeypatch.setattr(holding_measurer, "step_back", lambda nice: None)  # it would slow this very session
    monkeypatch.setattr("ppo_engine.jobs.recorder.FIRST_CHECKPOINT", 0.0)
    monkeypatch.setattr("ppo_engine.jobs.recorder.CHECKPOINT_EVERY", 0.0)
    monkeypatch.setattr("ppo_engine.jobs.recorder.CHECKPOINT_SHARE", 1e9)
    folder = written(SHORT, desired="pause")
    Registry(folder.runs).command(folder.run_id, "pause", step_until=8)
    assert Life(folder, workers=1, linger=0.0).run() == 0
    Registry(folder.runs).wish(folder.run_id, {"max_grad_norm": None, "clip_range": 0.05})
    Registry(folder.runs).command(folder.run_id, "run")
    assert Life(folder, workers=1).run() == 0
    return folder


def stored_kl(folder, update):
    return RunView(folder.runs, folder.run_id).updates_since(update - 1, 1)[1][0, KL]


def test_a_stored_update_is_made_again_bit_for_bit(ended):
    kept = holding.moments(ended)
    assert kept[0] == 1 and kept[-1] == SHORT.total_updates == 10 and 9 in kept
    for update in (1, kept[3], 9, None):
        found = holding_measurer.measure_run(ended, update)
        assert found["update"] == (10 if update is None else update)
        assert found["kl"] == found["stored_kl"] == stored_kl(ended, found["update"]), "as the worker had it"
    names = {one["update"]: [row["name"] for row in one["rows"]] for one in holding.measured(ended)}
    assert "max_grad_norm" in names[1] and "max_grad_norm" not in names[9], "the move at update 9 is repeated"
    assert [row["value"] for row in found["rows"] if row["name"] == "clip_range"] == [0.05]


def test_measurements_are_kept_one_an_update_and_found_by_the_moment(ended):
    assert holding.nearest(ended) == {} and holding.due([ended])
    for update in (9, 10, 9):
        holding_measurer.measure_run(ended, update)
    assert [one["update"] for one in holding.measured(ended)] == [10, 9]
    assert holding.nearest(ended, 9)["update"] == 9 == holding.nearest(ended)["update"]
    assert holding.nearest(ended, 2) == {}
    at, seconds = holding.nearest(ended)["at"], holding.nearest(ended)["seconds"]
    assert not holding.due([ended], at + holding.PAUSE - 0.1)
    assert holding.due([ended], at + max(holding.PAUSE, seconds / holding.SHARE) + 0.1)
    ended.holding.write_text('{"measured": [3')
    assert holding.measured(ended) == [] and holding.nearest(ended, 5) == {}


def test_a_damaged_state_is_passed_over_and_what_fails_is_told(ended, capsys, monkeypatch):
    ended.checkpoint.write_bytes(b"PK nonsense")
    newest = sorted(ended.branches.glob("*.npz"))[-2]
    newest.write_bytes(newest.read_bytes()[:100])
    update = holding_measurer.measure_run(ended)["update"]
    assert update < 10 and update in holding.moments(ended)
    monkeypatch.setattr(holding_measurer, "measure", lambda trainer: 1 / 0)
    assert holding_measurer.main([str(ended.path)]) == 1 and str(ended.path) in capsys.readouterr().err
    assert "could not be measured (ZeroDivisionError" in holding.nearest(ended)["error"]
    assert holding_measurer.main([str(ended.path), "--update", "4"]) == 1 and holding.nearest(ended, 4)["error"]


def test_a_fork_is_measured_from_the_state_it_began_with(ended):
    child = fork(ended.runs, ended.run_id, 6, start=False)
    folder = RunView(ended.runs, child).folder
    found = holding_measurer.measure_run(folder)
    assert found["kl"] == stored_kl(ended, found["update"])


def test_a_process_measures_when_asked_and_only_one_at_a_time(ended):
    runs = ended.runs
    lock = FileLock(runs / holding.LOCK)
    assert lock.acquire() and holding.measuring(runs) and not holding.ask(runs, [ended.run_id])
    lock.release()
    assert not holding.ask(runs, []) and holding.ask(runs, [ended.run_id], 9)
    assert wait_until(lambda: holding.nearest(ended, 9), 60)
    assert wait_until(lambda: not holding.measuring(runs), 60)
    assert np.isfinite(holding.nearest(ended, 9)["kl"])
    with pytest.raises(UnknownRun):
        holding.ask(runs, ["nonsense"])
