"""What a run does when things go wrong: divergence, a raising environment, a damaged config, a full disk."""

from __future__ import annotations

import json
import sqlite3
import threading

import pytest

from ppo_engine.jobs import control, recorder
from ppo_engine.jobs.life import Life
from ppo_engine.jobs.view import RunView
from ppo_engine.trainer import Trainer
from tests.jobs.expected import in_thread, kinds, unbroken_sha256
from tests.jobs.killing import wait_until


def test_divergence_is_a_result_that_keeps_every_row(written, monkeypatch):
    from ppo_engine.report import Diverged

    folder, whole = written(), Trainer.update

    def update(trainer):
        report = whole(trainer)
        if trainer.updates == 3:
            raise Diverged(3, "a gradient is NaN", report)
        return report

    monkeypatch.setattr(Trainer, "update", update)
    Life(folder).run()
    view = RunView(folder.runs, folder.run_id)
    assert view.status == ("diverged", "Diverged at update 3: a gradient is NaN.")
    assert view.updates_since(0)[0] == [1, 2, 3] and view.histogram(3) is not None
    assert view.moment()[0] == 2
    assert not control.resume(folder.runs, folder.run_id).ok and not control.step(folder.runs, folder.run_id).ok


def test_an_environment_that_raises_fails_the_run_in_words(written, monkeypatch):
    folder = written()

    def update(_):
        raise AssertionError("the joint broke")

    monkeypatch.setattr(Trainer, "update", update)
    assert Life(folder).run() == 1
    view = RunView(folder.runs, folder.run_id)
    assert view.status == ("failed", "Failed at update 1: AssertionError: the joint broke")
    assert "Traceback" in view.events_since(0)[-1].detail["trace"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"config": {"env_id": "os:X"}}', '{"config": {"n_envs": 1e9}}'])
def test_a_damaged_config_fails_the_run_in_words(written, text):
    folder = written()
    folder.config.write_text(text)
    assert Life(folder).run() == 1
    assert RunView(folder.runs, folder.run_id).state_sentence.startswith("Failed at update 0: ")


def test_a_config_with_a_module_in_it_imports_nothing(written, tmp_path):
    folder = written()
    values = json.loads(folder.config.read_text())
    values["config"]["env_id"] = "evil:X-v0"
    folder.config.write_text(json.dumps(values))
    Life(folder).run()
    assert "env_id" in RunView(folder.runs, folder.run_id).state_sentence


def test_a_folder_deleted_in_the_middle_ends_the_worker_quietly(written, lander):
    folder = written(lander)
    ended = []
    thread = threading.Thread(target=lambda: ended.append(Life(folder).run()))
    thread.start()
    wait_until(lambda: RunView(folder.runs, folder.run_id).progress().update >= 2)
    folder.path.rename(folder.runs / "elsewhere")
    thread.join(60)
    assert ended == [0] and not folder.path.exists()


def test_a_full_disk_makes_the_run_wait_and_then_go_on(written, pole, monkeypatch):
    monkeypatch.setattr(recorder, "RETRY_EVERY", 0.1)
    folder = written()
    view, life = RunView(folder.runs, folder.run_id), Life(folder)
    whole, full = life.recorder.store._write, threading.Event()
    sleep, asleep = life.recorder._sleep_unless_ended, threading.Event()

    def notice_and_sleep():
        asleep.set()
        sleep()

    def write(batch):
        if full.is_set():
            raise sqlite3.OperationalError("database or disk is full")
        if batch.report is not None and batch.report.update == 5:
            full.set()
        return whole(batch)

    life.recorder.store._write, life.recorder._sleep_unless_ended = write, notice_and_sleep
    thread = in_thread(life)
    wait_until(asleep.is_set)  # episodes that could not be written before say so too, but nothing waits for them
    wait_until(lambda: view.state_sentence.startswith("Nothing can be written (database or disk is full)"))
    assert "the run waits at update 6" in view.state_sentence
    assert view.updates_since(0)[0] == [1, 2, 3, 4, 5]
    full.clear()
    monkeypatch.setattr(life.recorder.store, "_write", whole)
    thread.join(60)
    assert view.updates_since(0)[0] == list(range(1, 21)) and "disk_full" in kinds(view)
    assert view.events_since(0)[-1].detail["parameters_sha256"] == unbroken_sha256(pole)
    assert json.loads(folder.card.read_text())["note"] == ""
