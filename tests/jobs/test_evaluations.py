"""Evaluations: in a process of their own, published whole, one at a time for a run, errors as one sentence."""

from __future__ import annotations

import os

import psutil
import pytest

from ppo_engine.evaluate import evaluate
from ppo_engine.jobs import control, evaluations, evaluator
from ppo_engine.jobs.folders import UnknownRun, new_run_id
from ppo_engine.jobs.locks import FileLock, is_held
from ppo_engine.jobs.store import Batch, Store
from ppo_engine.trainer import Trainer
from tests.jobs.killing import kill, processes_of, wait_until

MODULE = "ppo_engine.jobs.evaluator"


@pytest.fixture(autouse=True)
def same_priority(monkeypatch):
    """An evaluation inside this process would make every test after it a process of low priority."""
    monkeypatch.setattr(evaluator, "step_back", lambda nice: None)


@pytest.fixture
def with_parameters(written, pole):
    """A run that has kept the parameters before its first update, and those."""
    folder = written()
    store = Store(folder)
    with Trainer(pole) as trainer:
        snapshot = trainer.snapshot()
        store.commit(Batch(snapshot=snapshot))
    store.close()
    return folder, snapshot


def test_it_is_what_the_engine_says_on_the_same_seeds(with_parameters, pole):
    folder, snapshot = with_parameters
    done = evaluator.evaluate_run(folder, episodes=12)
    wanted = evaluate(pole, snapshot, 12, 10_000)
    assert done["update"] == 0 and done["greedy"] == evaluations.summary(wanted)
    assert done["stochastic"]["mean"] != done["greedy"]["mean"]
    going, last = evaluations.standing(folder)
    assert not going and last["greedy"]["mean"] == wanted.mean and last["greedy"]["ci95"] == list(wanted.ci95)
    assert not list(folder.path.glob("*.tmp"))


def test_the_same_policy_is_not_flown_twice(with_parameters, monkeypatch):
    folder, _ = with_parameters
    first = evaluator.evaluate_run(folder, episodes=3)
    monkeypatch.setattr(evaluator, "evaluate", None)
    assert evaluator.evaluate_run(folder, episodes=3)["greedy"]["mean"] == first["greedy"]["mean"]
    assert len(evaluations.read_evaluations(folder)) == 1


def test_the_button_starts_a_process_of_its_own_that_publishes_and_ends(with_parameters, runs):
    folder, _ = with_parameters
    assert control.evaluate(runs, folder.run_id).ok
    assert evaluations.standing(folder).going, "from the first moment on, though the process has hardly begun"
    assert not control.evaluate(runs, folder.run_id).ok
    (process,) = processes_of(runs, MODULE)
    wait_until(lambda: not evaluations.standing(folder).going)
    last = evaluations.standing(folder).last
    assert evaluations.finished(last) and last["greedy"]["n"] == 100 and not last["error"]
    assert process.pid != os.getpid() and (folder.path / "evaluator.log").read_text() == ""


def test_a_killed_evaluation_is_seen_and_can_be_begun_again(with_parameters, runs):
    folder, _ = with_parameters
    control.evaluate(runs, folder.run_id)
    for process in processes_of(runs, MODULE):
        kill(process)
    wait_until(lambda: not is_held(folder.evaluating))
    assert not evaluations.finished(evaluations.standing(folder).last)
    assert control.evaluate(runs, folder.run_id, update=0).ok
    wait_until(lambda: not is_held(folder.evaluating))
    assert evaluations.finished(evaluations.standing(folder).last)
    assert len(evaluations.read_evaluations(folder)) == 1


def test_nothing_to_evaluate_is_one_sentence(written):
    folder = written()
    assert evaluator.main([str(folder.path)]) == 1
    last = evaluations.standing(folder).last
    assert last["error"].startswith("There is nothing to evaluate yet") and last["greedy"] is None


def test_a_run_is_evaluated_by_one_at_a_time(with_parameters):
    folder, _ = with_parameters
    lock = FileLock(folder.evaluating)
    assert lock.acquire()
    assert evaluator.main([str(folder.path)]) == evaluator.BUSY and not folder.evaluations.exists()
    lock.release()


def test_a_damaged_file_is_no_evaluation(written):
    folder = written()
    for text in ("", "{", "[]", '{"evaluations": 3}', '{"evaluations": [3]}'):
        folder.evaluations.write_text(text)
        assert evaluations.standing(folder) == (False, None)


def test_an_unknown_run_is_told(runs):
    with pytest.raises(UnknownRun):
        control.evaluate(runs, new_run_id())


@pytest.mark.skipif(not hasattr(psutil.Process, "nice"), reason="this system has no priorities")
def test_it_gives_way_to_training(with_parameters, runs):
    folder, _ = with_parameters
    control.evaluate(runs, folder.run_id)
    (process,) = processes_of(runs, MODULE)
    wait_until(lambda: not process.is_running() or process.nice() >= evaluator.NICE or process.status() == "zombie")
    wait_until(lambda: not is_held(folder.evaluating))
