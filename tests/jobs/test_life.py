"""One attempt at a run in this process: commands, knobs, and that nothing of it shows in the parameters."""

from __future__ import annotations

import json
import sqlite3
import threading

import pytest

from ppo_engine.jobs import control, recorder
from ppo_engine.jobs.life import Life
from ppo_engine.jobs.locks import FileLock
from ppo_engine.jobs.registry import Registry
from ppo_engine.jobs.view import RunView
from ppo_engine.trainer import Trainer
from tests.jobs.killing import wait_until


def unbroken_sha256(config, **knobs_at):
    """The parameters of a run without any interruption; ``knobs_at`` is {"u5": {"clip_range": 0.1}}."""
    with Trainer(config) as trainer:
        while not trainer.finished:
            trainer.apply(**knobs_at.get(f"u{trainer.updates + 1}", {}))
            trainer.update()
        return trainer.parameters_sha256()


def kinds(view: RunView) -> list[str]:
    return [event.kind for event in view.events_since(0)]


def in_thread(life: Life) -> threading.Thread:
    """Run it as a worker would: under the run's lock, so that no command starts a second one."""
    lock = FileLock(life.folder.lock)
    assert lock.acquire()

    def work():
        life.run()
        lock.release()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_a_run_from_start_to_finish(written, pole):
    folder = written()
    view = RunView(folder.runs, folder.run_id)
    assert view.status == ("queued", "Starting.")
    reports = []
    assert Life(folder, on_report=reports.append).run() == 0
    assert kinds(view) == ["start", "finished"]
    assert view.events_since(0)[-1].detail["parameters_sha256"] == unbroken_sha256(pole)
    assert view.updates_since(0)[0] == list(range(1, pole.total_updates + 1)) == [report.update for report in reports]
    assert len(view.episodes_since(0).ret) == sum(len(report.episodes) for report in reports)
    assert view.snapshot(0) is not None and view.moment(7)[0] == 7
    assert view.status == ("finished", f"Finished after update {pole.total_updates}.")
    progress = view.progress()
    assert (progress.update, progress.timesteps, progress.seconds_left) == (20, 2560, 0)
    assert Registry(folder.runs).entry(folder.run_id).settled == "finished"


def test_knobs_wished_before_the_start_hold_from_update_one(written, pole):
    folder = written()
    control.set_knob(folder.runs, folder.run_id, clip_range=0.3, learning_rate=1e-3)
    control.set_knob(folder.runs, folder.run_id, clip_range=0.05)
    view = RunView(folder.runs, folder.run_id)
    assert view.pending_knobs() == {"clip_range": 0.05, "learning_rate": 1e-3}
    Life(folder).run()
    assert view.pending_knobs() == {} and view.applied_knobs()["clip_range"] == (0.05, 1)
    knob = view.events_since(0)[1]
    assert knob.kind == "knob" and knob.update == 1 and knob.detail["before"]["clip_range"] == pole.clip_range
    expected = unbroken_sha256(pole, u1={"clip_range": 0.05, "learning_rate": 1e-3})
    assert view.events_since(0)[-1].detail["parameters_sha256"] == expected


def test_pause_step_resume_and_stop(written, runs):
    folder = written(desired="pause")
    view, command = RunView(folder.runs, folder.run_id), Registry(runs).command
    thread = in_thread(Life(folder, linger=60))
    wait_until(lambda: "paused" in kinds(view))
    assert view.status == ("paused", "Paused after update 0.")
    for update in (1, 2, 3):
        assert control.step(runs, folder.run_id).ok
        wait_until(lambda: view.progress().update == update)  # noqa: B023
    assert view.state == "paused"
    assert control.pause(runs, folder.run_id) == (True, "It is already paused.")
    control.step(runs, folder.run_id)
    control.step(runs, folder.run_id)
    wait_until(lambda: view.progress().update == 5)
    command(folder.run_id, "run")
    thread.join(60)
    assert kinds(view) == ["start", "paused", "resumed", "finished"]
    assert control.stop(runs, folder.run_id).ok and view.state == "finished"


def test_stop_keeps_a_checkpoint_from_which_it_goes_on(written, lander):
    folder = written(lander)
    view = RunView(folder.runs, folder.run_id)
    thread = in_thread(Life(folder))
    wait_until(lambda: view.progress().update >= 3)
    assert control.stop(folder.runs, folder.run_id).ok
    thread.join(60)
    assert kinds(view) == ["start", "stopped"] and view.state == "stopped"
    assert control.stop(folder.runs, folder.run_id) == (True, "It is already stopped.")
    Registry(folder.runs).command(folder.run_id, "run")
    Life(folder).run()
    assert kinds(view) == ["start", "stopped", "resumed", "finished"]
    assert view.events_since(0)[2].detail["reason"] == "stopped"
    assert view.events_since(0)[-1].detail["parameters_sha256"] == unbroken_sha256(lander)


def test_a_signal_pauses_with_a_checkpoint(written, pole):
    folder = written()
    seen = []
    assert Life(folder, lambda: len(seen) >= 4, on_report=seen.append).run() == 0
    view = RunView(folder.runs, folder.run_id)
    assert kinds(view) == ["start", "paused"] and view.state == "paused"
    assert Registry(folder.runs).entry(folder.run_id).desired == "pause"
    Registry(folder.runs).command(folder.run_id, "run")
    Life(folder).run()
    assert view.updates_since(0)[0] == list(range(1, 21))
    assert view.events_since(0)[-1].detail["parameters_sha256"] == unbroken_sha256(pole)


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

    def write(batch):
        if full.is_set():
            raise sqlite3.OperationalError("database or disk is full")
        if batch.report is not None and batch.report.update == 5:
            full.set()
        return whole(batch)

    life.recorder.store._write = write
    thread = in_thread(life)
    wait_until(lambda: view.state_sentence.startswith("Nothing can be written (database or disk is full)"))
    assert "the run waits at update 6" in view.state_sentence
    assert view.updates_since(0)[0] == [1, 2, 3, 4, 5]
    full.clear()
    monkeypatch.setattr(life.recorder.store, "_write", whole)
    thread.join(60)
    assert view.updates_since(0)[0] == list(range(1, 21)) and "disk_full" in kinds(view)
    assert view.events_since(0)[-1].detail["parameters_sha256"] == unbroken_sha256(pole)
    assert json.loads(folder.card.read_text())["note"] == ""


def test_the_number_of_rollout_processes_follows_the_machine(written, lander, monkeypatch):
    folder = written(lander)
    life, counts = Life(folder), iter([1, 2, 1, 3])
    monkeypatch.setattr("ppo_engine.jobs.life.cores", lambda: 2)
    monkeypatch.setattr("ppo_engine.jobs.life.ADAPT_EVERY", 0.0)
    life._next_adapt = 0.0
    life.desk.running = lambda: next(counts, 1)
    life.run()
    last = RunView(folder.runs, folder.run_id).events_since(0)[-1]
    assert last.detail["parameters_sha256"] == unbroken_sha256(lander)
