"""Commands: idempotent, told apart by revision, and harmless when they come from nowhere or with nonsense."""

from __future__ import annotations

import math
import shutil
import sqlite3

import pytest

from ppo_engine.jobs import control
from ppo_engine.jobs.folders import UnknownRun, new_run_id
from ppo_engine.jobs.life import Life
from ppo_engine.jobs.locks import FileLock, is_held
from ppo_engine.jobs.registry import Registry
from ppo_engine.jobs.view import RunView, list_runs
from ppo_engine.knobs import ConfigError
from tests.jobs.killing import supervisors, wait_until, workers

COMMANDS = [control.pause, control.resume, control.step, control.stop, control.delete, control.undo_delete]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("run_id", ["nonsense", "../..", "01ARZ3NDEKTSV4RRFFQ69G5FAV"])
def test_a_command_for_no_run_is_refused(runs, command, run_id):
    with pytest.raises(UnknownRun):
        command(runs, run_id)
    assert not (runs / "supervisor.lock").exists()


def test_of_two_tabs_with_one_revision_one_wins(runs, written):
    folder = written()
    view = RunView(runs, folder.run_id)
    rev = view.entry.rev
    assert control.pause(runs, folder.run_id, rev).ok
    outcome = control.stop(runs, folder.run_id, rev)
    assert not outcome.ok and "faster" in outcome.message
    assert view.state == "paused"


def test_stop_twice_says_so(runs, written):
    folder = written()
    assert control.stop(runs, folder.run_id) == (True, "It stops after this update.")
    rev = RunView(runs, folder.run_id).entry.rev
    assert control.stop(runs, folder.run_id) == (True, "It is already stopped.")
    assert RunView(runs, folder.run_id).entry.rev == rev


def test_start_twice_is_one_run(runs, written):
    folder = written()
    lock = FileLock(folder.lock)
    lock.acquire()
    for _ in range(3):
        assert control.resume(runs, folder.run_id) == (True, "It is already under way.")
    assert not workers(runs)
    lock.release()


@pytest.mark.parametrize(
    "knobs",
    [
        {"clip_range": math.nan}, {"clip_range": "x"}, {"learning_rate": math.inf}, {"learning_rate": -1}, {"seed": 3},
        {"gamma": True}, {"nonsense": 1}, {"env_id": "os:X"}, {"n_epochs": 0}, {"clip_range": ""}, {"ent_coef": 1e308},
        {"clip_range": 0.1, "total_timesteps": 5},
    ],
)  # fmt: skip
def test_a_bad_knob_changes_nothing(runs, written, knobs):
    folder = written()
    with pytest.raises(ConfigError):
        control.set_knob(runs, folder.run_id, **knobs)
    assert RunView(runs, folder.run_id).pending_knobs() == {}


def test_delete_and_undo(runs, written, pole):
    folder, other = written(), written()
    Life(folder).run()
    view = RunView(runs, folder.run_id)
    rows = view.updates_since(0)
    control.delete(runs, folder.run_id)
    assert [row.run_id for row in list_runs(runs)] == [other.run_id]
    for command in COMMANDS[:5]:
        with pytest.raises(UnknownRun):
            command(runs, folder.run_id)
    control.undo_delete(runs, folder.run_id)
    assert view.state == "finished" and view.updates_since(0)[0] == rows[0]
    with pytest.raises(UnknownRun):
        control.undo_delete(runs, folder.run_id)
    assert len(list_runs(runs)) == 2


def test_deleting_a_run_that_trains_stops_it_and_undo_lets_it_go_on(runs, lander):
    run_id = control.launch(runs, lander.with_(total_timesteps=1_000_000))
    view = RunView(runs, run_id)
    wait_until(lambda: view.progress().update >= 3)
    control.delete(runs, run_id)
    wait_until(lambda: not workers(runs))
    assert list_runs(runs) == [] and not view.folder.path.exists()
    control.undo_delete(runs, run_id)
    assert view.state == "stopped" and view.progress().update >= 3
    shown = view.progress().update
    assert control.resume(runs, run_id).ok
    wait_until(lambda: view.progress().update > shown)
    control.stop(runs, run_id)
    wait_until(lambda: not is_held(view.folder.lock))


def test_a_folder_that_was_copied_here_can_go_on(runs, written, pole, tmp_path):
    folder = written()
    seen = []
    Life(folder, lambda: len(seen) >= 5, on_report=seen.append).run()
    shutil.copytree(folder.path, tmp_path / "there" / folder.run_id)
    (row,) = list_runs(tmp_path / "there")
    assert row.state in ("stopped", "paused") and row.updates == 5
    assert control.resume(tmp_path / "there", folder.run_id).ok
    view = RunView(tmp_path / "there", folder.run_id)
    try:
        wait_until(lambda: view.state == "finished")
    finally:
        for process in [*supervisors(tmp_path / "there"), *workers(tmp_path / "there")]:
            process.kill()


def test_damaged_runs_are_listed_and_hurt_nobody(runs, written):
    good, bad, worse = written(), written(), written()
    bad.config.write_text("{")
    worse.database.write_bytes(b"garbage" * 1000)
    (runs / new_run_id()).mkdir()
    (runs / "notes.txt").write_text("not a run")
    states = {row.run_id: row.state for row in list_runs(runs)}
    assert len(states) == 4 and states[bad.run_id] == "lost" and states[good.run_id] == "queued"


def test_a_writer_killed_in_the_middle_leaves_a_registry_that_can_be_read(runs, written):
    folder = written()
    registry = Registry(runs)
    connection = sqlite3.connect(registry.path, isolation_level=None)
    connection.execute("PRAGMA cache_size=1")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE run SET name = 'half'")
    for number in range(300):
        connection.execute("INSERT INTO remark(run_id, wall, kind, text) VALUES ('x', 0, 'x', ?)", (str(number) * 100,))
    files = {path: path.read_bytes() for path in runs.iterdir() if path.name.startswith("registry.db")}
    connection.close()
    assert len(files) == 2
    for path, data in files.items():
        path.write_bytes(data)
    assert registry.entry(folder.run_id).name == ""


def test_the_runs_folder_comes_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("PPO_RUNS", str(tmp_path / "mine"))
    assert control.runs_folder() == tmp_path / "mine"
    monkeypatch.delenv("PPO_RUNS")
    assert str(control.runs_folder()) == "runs"
    assert list_runs(tmp_path / "nowhere") == []
