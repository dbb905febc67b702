"""The cluster's sink and task without Ray: a run over the sink is the local run, and a zombie is refused."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import Future
from types import SimpleNamespace

import pytest

from ppo_engine.jobs import checkpoints, control, recorder
from ppo_engine.jobs.cluster import messages, remote
from ppo_engine.jobs.cluster.sink import MOST_TRIES, Sink
from ppo_engine.jobs.cluster.task import train
from ppo_engine.jobs.listing import list_runs
from ppo_engine.jobs.locks import FileLock, is_held
from ppo_engine.jobs.recorder import Recorder
from ppo_engine.jobs.registry import Registry
from ppo_engine.jobs.store import Batch, Store
from ppo_engine.jobs.view import RunView
from tests.jobs.expected import kinds, unbroken_sha256
from tests.jobs.killing import wait_until


class Near:
    """A sink in this process, called as an actor's handle is; ``after(method, arguments)`` is told of each call."""

    def __init__(self, runs, after=lambda method, arguments: None):
        self.sink, self.after = Sink(str(runs)), after

    def __getattr__(self, method):
        def call(*arguments):
            answer: Future = Future()
            answer.set_result(getattr(self.sink, method)(*arguments))
            self.after(method, arguments)
            return SimpleNamespace(future=lambda: answer)

        return SimpleNamespace(remote=call)


def view_of(folder):
    return RunView(folder.runs, folder.run_id)


def sha256(folder):
    return view_of(folder).events_since(0)[-1].detail["parameters_sha256"]


def updates(folder):
    return view_of(folder).updates_since(0)[0]


def test_over_the_sink_a_run_is_what_it_is_here(written, pole):
    folder = written(pole)
    near = Near(folder.runs)
    assert near.sink.reserve(folder.run_id) and is_held(folder.lock)
    assert train(folder.run_id, near) == ""
    assert sha256(folder) == unbroken_sha256(pole) and kinds(view_of(folder)) == ["start", "finished"]
    assert updates(folder) == list(range(1, 21))
    assert Registry(folder.runs).entry(folder.run_id).settled == "finished"
    assert is_held(folder.lock), "the sink holds it until the driver has seen the task end"
    near.sink.release(folder.run_id)
    assert not is_held(folder.lock)


def test_a_finished_run_is_not_trained_again(written, pole):
    folder = written(pole)
    near = Near(folder.runs)
    near.sink.reserve(folder.run_id)
    for _ in range(2):  # Ray runs a task again whose worker died after its last word
        assert train(folder.run_id, near) == ""
    assert kinds(view_of(folder)) == ["start", "finished"]


class Cut(BaseException):
    """Ends a worker as a lost node does: without a last word."""


def test_a_lost_attempt_goes_on_elsewhere_and_its_zombie_is_refused(written, pole, monkeypatch):
    folder, kept = written(pole), []

    def cut(method, arguments):
        kept.append((method, arguments))
        if method == "push" and arguments[2] and arguments[2].report and arguments[2].report.update == 7:
            raise Cut

    near = Near(folder.runs, cut)
    near.sink.reserve(folder.run_id)
    monkeypatch.setattr(Recorder, "checkpoint_due", lambda self: self.store.last_update() % 3 == 0)
    with pytest.raises(Cut):
        train(folder.run_id, near)
    near.after = lambda method, arguments: None
    zombie = [call for call in kept if call[0] in ("push", "keep", "tell")]
    assert any(method == "keep" for method, _ in zombie)
    opening = near.sink.open(folder.run_id)
    assert opening.attempt == 2 and opening.last_update == 7
    before = len(updates(folder)), folder.checkpoint.read_bytes()
    for method, arguments in zombie:
        assert getattr(near.sink, method)(*arguments).refused
    late = Batch(events=[("stopped", 7, {})])
    assert near.sink.push(folder.run_id, 1, late, 99.0, 0).refused
    assert (len(updates(folder)), folder.checkpoint.read_bytes()) == before
    assert train(folder.run_id, near) == ""
    assert sha256(folder) == unbroken_sha256(pole)
    assert kinds(view_of(folder)) == ["start", "resumed", "finished"]
    events = view_of(folder).events_since(0)
    assert [event.attempt for event in events] == [1, 3, 3], "an attempt that never spoke has had its number too"
    assert 0 < events[1].update < 7 and events[1].detail["node"]


def test_a_worker_whose_run_was_taken_over_ends_by_itself(written, lander):
    folder = written(lander)
    near, said = Near(folder.runs), []
    near.sink.reserve(folder.run_id)
    thread = threading.Thread(target=lambda: said.append(train(folder.run_id, near)))
    thread.start()
    view = view_of(folder)
    wait_until(lambda: view.progress().update >= 2)
    near.sink.release(folder.run_id)
    thread.join(60)
    assert said == ["another attempt has taken the run over"] and not is_held(folder.lock)
    assert kinds(view_of(folder)) == ["start"]


def test_pause_stop_and_a_moved_knob_come_with_the_replies(written, lander):
    folder = written(lander.with_(total_timesteps=5_000_000))
    near, registry = Near(folder.runs), Registry(folder.runs)
    view = view_of(folder)
    for wish, last in (("pause", "paused"), ("stop", "stopped")):
        registry.command(folder.run_id, "run")
        near.sink.reserve(folder.run_id)
        thread = threading.Thread(target=lambda: train(folder.run_id, near))
        thread.start()
        reached = view.progress().update
        wait_until(lambda: view.progress().update > reached)  # noqa: B023
        control.set_knob(folder.runs, folder.run_id, clip_range=0.1 if wish == "pause" else 0.3)
        wait_until(lambda: kinds(view_of(folder))[-1] == "knob")
        registry.command(folder.run_id, wish)
        thread.join(60)
        assert not thread.is_alive() and kinds(view_of(folder))[-1] == last
        near.sink.release(folder.run_id)
        assert checkpoints.read_checkpoint(folder.checkpoint).update == view.progress().update
    assert kinds(view_of(folder)) == ["start", "knob", "paused", "resumed", "knob", "stopped"]
    assert [row.state for row in list_runs(folder.runs)] == ["stopped"]
    near.sink.reserve(folder.run_id)
    assert near.sink.open(folder.run_id) is None, (
        "a task that comes when nobody wants the run any more has nothing to do"
    )


def test_a_full_disk_at_the_sink_makes_the_run_wait(written, pole, monkeypatch):
    folder, whole, refusals = written(pole), Store._write, iter([False] * 6 + [True] * 3)

    def write(self, batch):
        if next(refusals, False):
            raise sqlite3.OperationalError("database or disk is full")
        whole(self, batch)

    monkeypatch.setattr(Store, "_write", write)
    monkeypatch.setattr(recorder, "RETRY_EVERY", 0.05)
    near = Near(folder.runs)
    near.sink.reserve(folder.run_id)
    assert train(folder.run_id, near) == ""
    assert sha256(folder) == unbroken_sha256(pole) and "disk_full" in kinds(view_of(folder))
    assert len(updates(folder)) == 20


def test_a_run_that_gets_no_further_is_given_up(written, pole):
    folder = written(pole)
    sink = Sink(str(folder.runs))
    sink.reserve(folder.run_id)
    assert all(sink.open(folder.run_id) for _ in range(MOST_TRIES))
    assert sink.open(folder.run_id) is None
    assert Registry(folder.runs).entry(folder.run_id).settled == "lost"


def test_a_run_that_somebody_else_works_on_is_not_reserved(written, pole):
    folder = written(pole)
    lock = FileLock(folder.lock)
    assert lock.acquire()
    sink = Sink(str(folder.runs))
    assert not sink.reserve(folder.run_id) and sink.open(folder.run_id) is None
    lock.release()
    assert not sink.reserve("0" * 26)


def test_a_node_with_other_packages_is_refused_by_name(written, pole, monkeypatch):
    folder = written(pole)
    near = Near(folder.runs)
    near.sink.reserve(folder.run_id)
    here = messages.versions()
    monkeypatch.setattr(remote, "versions", lambda: {**here, "numpy": "1.26.4"})
    assert train(folder.run_id, near) == "the worker ended with status 1"
    sentence = view_of(folder).status.sentence
    assert f"has numpy 1.26.4 instead of {here['numpy']}; install the same requirements there." in sentence
