"""The supervisor: queue, adoption, limits, and runs that cannot get on."""

from __future__ import annotations

import time

from ppo_engine.jobs import control, guards, supervisor
from ppo_engine.jobs.launcher import LocalLauncher
from ppo_engine.jobs.locks import is_held
from ppo_engine.jobs.registry import Registry
from ppo_engine.jobs.view import RunView, list_runs
from tests.jobs.expected import kinds
from tests.jobs.killing import kill, supervisors, wait_until, workers


def test_the_queue_is_first_come_first_served(runs, lander, monkeypatch):
    slots = LocalLauncher().capacity()
    long = lander.with_(total_timesteps=10_000_000)
    ids = [control.launch(runs, long.with_(seed=seed)) for seed in range(slots + 2)]
    views = [RunView(runs, run_id) for run_id in ids]
    wait_until(lambda: all(view.state == "running" for view in views[:slots]))
    time.sleep(0.5)
    assert [view.state for view in views[slots:]] == ["queued", "queued"]
    assert views[slots + 1].state_sentence == "Queued: 1 run is ahead."
    assert len(workers(runs)) == slots
    control.pause(runs, ids[0])
    wait_until(lambda: views[slots].state == "running" and views[0].state == "paused")
    assert views[slots + 1].state == "queued"
    control.stop(runs, ids[1])
    wait_until(lambda: views[slots + 1].state == "running")
    for run_id in ids:
        control.stop(runs, run_id)
    wait_until(lambda: all(row.state == "stopped" for row in list_runs(runs)))


def test_a_new_supervisor_adopts_what_it_finds(runs, lander):
    run_id = control.launch(runs, lander.with_(total_timesteps=10_000_000))
    view = RunView(runs, run_id)
    wait_until(lambda: view.progress().update >= 3)
    (worker,) = workers(runs)
    for _ in range(3):
        wait_until(lambda: any(kill(process) for process in supervisors(runs)))
        control.ensure_supervisor(runs)
        wait_until(lambda: is_held(runs / "supervisor.lock"))
    time.sleep(0.5)
    assert [process.pid for process in workers(runs)] == [worker.pid]
    kill(worker)
    wait_until(lambda: kinds(view) == ["start", "resumed"])
    control.stop(runs, run_id)
    wait_until(lambda: view.state == "stopped")


def test_only_one_supervisor(runs, lander):
    control.launch(runs, lander, start=False)
    for _ in range(4):
        control.ensure_supervisor(runs)
    wait_until(lambda: is_held(runs / "supervisor.lock"))
    wait_until(lambda: len(supervisors(runs)) == 1)


def test_a_run_that_cannot_get_on_is_lost_and_says_so(runs, written, monkeypatch):
    folder = written()
    folder.database.write_bytes(b"this is not a database, but it is long enough to be taken for one" * 30)
    monkeypatch.setattr(supervisor, "MOST_TRIES", 2)
    watch, view = supervisor.Supervisor(runs), RunView(runs, folder.run_id)
    wait_until(lambda: watch.look() and view.state == "lost")
    assert "2 times without getting any further" in view.state_sentence
    assert "DatabaseError" in folder.log.read_text()


def test_memory_has_a_limit(runs, lander, monkeypatch):
    monkeypatch.setattr(guards, "MEMORY_LIMIT", 1 << 20)
    run_id = control.launch(runs, lander.with_(total_timesteps=10_000_000), start=False)
    Registry(runs).command(run_id, "run")
    watch, view = supervisor.Supervisor(runs), RunView(runs, run_id)
    wait_until(lambda: watch.look() and view.state == "failed")
    assert view.state_sentence.startswith("Out of memory: it used ")
    wait_until(lambda: not is_held(view.folder.lock))
    assert watch.look() and not workers(runs)


def test_no_run_starts_onto_a_full_disk(runs, pole, monkeypatch):
    monkeypatch.setattr(guards, "FREE_DISK", 1 << 60)
    run_id = control.launch(runs, pole, start=False)
    Registry(runs).command(run_id, "run")
    watch, view = supervisor.Supervisor(runs), RunView(runs, run_id)
    wait_until(lambda: watch.look() and view.state_sentence.startswith("Queued: the disk has "))
    assert not workers(runs)
    monkeypatch.setattr(guards, "FREE_DISK", 0)
    wait_until(lambda: watch.look() and view.state == "finished")


def test_a_wish_that_comes_while_the_supervisor_leaves_is_not_lost(runs, pole, monkeypatch):
    monkeypatch.setattr(supervisor, "IDLE_SECONDS", 0.0)
    monkeypatch.setattr(supervisor.signal, "signal", lambda *_: None)
    whole, ids = supervisor.FileLock.release, []

    def release(lock):
        if not ids:
            # Too late for this supervisor's last look, too early for another one to be started.
            ids.append(control.launch(runs, pole, start=False))
            Registry(runs).command(ids[0], "run")
        elif RunView(runs, ids[0]).state != "finished":
            monkeypatch.setattr(supervisor, "IDLE_SECONDS", 3.0)
        whole(lock)

    monkeypatch.setattr(supervisor.FileLock, "release", release)
    runs.mkdir()
    assert supervisor.main([str(runs)]) == 0
    assert RunView(runs, ids[0]).state == "finished"
