"""The comparison with autograd: its batch, its process, when it is its turn, and what a page is told of it."""

from __future__ import annotations

import os
import time

import numpy as np

from ppo_engine.jobs import autograd_check, checking, comparisons
from ppo_engine.jobs.checking import Checking
from ppo_engine.jobs.life import Life
from ppo_engine.jobs.locks import FileLock
from ppo_engine.jobs.view import RunView
from ppo_engine.recordings.__main__ import record
from ppo_engine.report import REPORT_KEYS
from ppo_engine.self_checks import BOUNDS
from tests.jobs.conftest import POLE


def trained(written, monkeypatch, **more):
    monkeypatch.setattr(autograd_check, "step_back", lambda nice: None)  # it would slow this very session
    monkeypatch.setattr("ppo_engine.jobs.recorder.FIRST_BATCH", 0.0)
    monkeypatch.setattr("ppo_engine.jobs.recorder.BATCH_EVERY", 0.0)
    folder = written(POLE.with_(total_timesteps=512, **more))
    assert Life(folder, workers=1).run() == 0
    return folder


def test_a_worker_keeps_a_batch_and_a_process_compares_it(written, monkeypatch):
    folder = trained(written, monkeypatch)
    assert checking.waits(folder) and comparisons.read_comparison(folder) == {}
    assert autograd_check.main([str(folder.path)]) == 0
    found = comparisons.read_comparison(folder)
    assert 0 <= found["value"] < BOUNDS["autograd"] and found["update"] == 4 and found["samples"] == 128
    assert not checking.waits(folder) and not list(folder.path.glob("*.tmp*"))
    path = record(folder.path, "tried", [], folder.path)
    with np.load(path) as arrays:
        assert f'"value": {found["value"]}' in bytes(arrays["meta"]).decode()


def test_what_is_damaged_or_missing_is_told_in_the_log_and_changes_nothing(written, monkeypatch, capsys):
    folder = trained(written, monkeypatch)
    whole = folder.batch.read_bytes()
    for damaged in (whole[: len(whole) // 2], b"", b"PK nonsense"):
        folder.batch.write_bytes(damaged)
        assert autograd_check.main([str(folder.path)]) == 1 and str(folder.path) in capsys.readouterr().err
    folder.batch.unlink()
    assert autograd_check.main([str(folder.path)]) == 1 and not checking.waits(folder)
    folder.comparison.write_text("[1, 2")
    assert comparisons.read_comparison(folder) == {}


def test_a_run_s_turn_comes_soon_then_seldom_and_once_more_at_its_end(written, monkeypatch):
    folder = written()
    started = []

    class Done:
        def poll(self):
            return 0

        kill = wait = lambda self: None

    monkeypatch.setattr(checking, "start_detached", lambda module, arguments, log: started.append(arguments) or Done())
    monkeypatch.setattr(checking, "MEMORY", 0)
    now = [100.0]
    monkeypatch.setattr(checking.time, "monotonic", lambda: now[0])
    turn = Checking(folder.runs)

    def tick(seconds, training=(folder,)):
        now[0] += seconds
        turn.running(list(training))
        turn.look()
        turn.look()
        return len(started)

    folder.batch.write_bytes(b"x")
    assert tick(0) == 0 and tick(checking.FIRST_AFTER - 0.1) == 0 and tick(0.2) == 1
    os.utime(folder.batch, (time.time() + 5, time.time() + 5))
    assert tick(1) == 1 and tick(checking.EVERY) == 2
    assert tick(0.1, ()) == 3 and tick(checking.EVERY, ()) == 3, "for the last time"
    folder.comparison.write_text("{}")
    os.utime(folder.comparison, (time.time() + 9, time.time() + 9))
    assert tick(1) == 3 and tick(checking.FIRST_AFTER + 0.1) == 3, "nothing is newer than the last comparison"


def test_the_controllers_decisions_are_read_back_from_the_database(written, monkeypatch):
    folder = trained(written, monkeypatch, objective="ppo_kl_adaptive", kl_coef=1.0)
    view = RunView(folder.runs, folder.run_id)
    details = view.details_since(0)
    _, rows = view.updates_since(0)
    beta = 1.0
    for update, row in zip(details, rows, strict=True):
        told, kl = details[update]["controller"], row[REPORT_KEYS.index("kl")]
        factor = {"halve": 0.5, "hold": 1.0, "double": 2.0}[told["decision"]]
        assert told["before"] == beta == row[REPORT_KEYS.index("kl_coef")] and told["after"] == beta * factor
        assert told["kl"] == kl and told["d_targ"] == 0.01
        expected = "halve" if kl < 0.01 / 1.5 else "double" if kl > 0.015 else "hold"
        assert told["decision"] == expected
        beta = told["after"]
    assert len(details) == 4


def test_one_process_compares_at_a_time_whoever_started_it(written, monkeypatch):
    folder = trained(written, monkeypatch)
    started, turn = [], Checking(folder.runs)
    monkeypatch.setattr(checking, "FIRST_AFTER", 0.0)
    monkeypatch.setattr(checking, "MEMORY", 0)
    monkeypatch.setattr(checking, "start_detached", lambda *asked: started.append(asked))
    left_behind = FileLock(checking.lock_of(folder.runs))
    assert left_behind.acquire()
    turn.running([folder])
    assert turn.look() and turn.look() and not started
    monkeypatch.setattr(autograd_check, "LONGEST", 0.0)
    assert autograd_check.main([str(folder.path)]) == autograd_check.TAKEN and checking.waits(folder)
    left_behind.release()
    assert turn.look() and len(started) == 1
    assert autograd_check.main([str(folder.path)]) == 0 and not checking.waits(folder)
