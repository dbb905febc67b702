"""One attempt at a run in this process: commands, knobs, and that nothing of it shows in the parameters."""

from __future__ import annotations

from ppo_engine.jobs import control
from ppo_engine.jobs.life import Life
from ppo_engine.jobs.registry import Registry
from ppo_engine.jobs.view import RunView
from tests.jobs.expected import in_thread, kinds, unbroken_sha256
from tests.jobs.killing import wait_until


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
