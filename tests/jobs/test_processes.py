"""Real workers: killed, raced, signalled; one a run, and nothing lost."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time

import pytest

from ppo_engine.jobs import control
from ppo_engine.jobs.launcher import LocalLauncher
from ppo_engine.jobs.locks import is_held
from ppo_engine.jobs.view import RunView
from tests.jobs.expected import kinds, unbroken_sha256
from tests.jobs.killing import kill, supervisors, wait_until, workers


def last_sha256(view: RunView) -> str:
    return view.events_since(0)[-1].detail["parameters_sha256"]


def test_launch_trains_in_the_background_and_the_supervisor_leaves(runs, pole, monkeypatch):
    run_id = control.launch(runs, pole, "first")
    view = RunView(runs, run_id)
    wait_until(lambda: view.state == "finished")
    assert view.name == "first" and last_sha256(view) == unbroken_sha256(pole)
    assert len(supervisors(runs)) == 1


def test_workers_and_supervisor_import_no_torch(runs, written):
    program = (
        "import sys; from ppo_engine.jobs.worker import main; status = main(sys.argv[1:]);"
        "assert status == 0; assert 'torch' not in sys.modules; assert 'streamlit' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program, str(written().path)], check=True)
    program = (
        "import sys, ppo_engine.jobs.supervisor;"
        "assert not {'torch', 'gymnasium', 'numpy', 'streamlit'} & set(sys.modules), sorted(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
    program = "import sys; from ppo_engine.jobs import control, view; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize("environment", ["CartPole-v1", "LunarLander-v3"])
def test_killed_in_the_middle_of_episodes_it_ends_as_if_untouched(runs, pole, lander, environment):
    config = pole.with_(total_timesteps=30_000) if environment == "CartPole-v1" else lander
    run_id, dice = control.launch(runs, config), random.Random(environment)
    view, shown = RunView(runs, run_id), 0
    for _ in range(3):
        reached = shown + dice.randint(5, 20)
        wait_until(lambda: view.progress().update >= reached or view.state == "finished")  # noqa: B023
        time.sleep(dice.uniform(0, 0.1))
        at_work = workers(runs)
        assert len(at_work) <= 1
        before, episodes = view.updates_since(0), view.episodes_since(0)
        killed = [kill(process) for process in at_work]
        after = view.updates_since(0)
        assert after[0][: len(before[0])] == before[0]
        assert after[1][: len(before[0])].tobytes() == before[1].tobytes()
        assert len(view.episodes_since(0).ret) >= len(episodes.ret)
        shown = after[0][-1]
        if killed and view.state != "finished":
            wait_until(lambda: view.events_since(0)[-1].kind in ("resumed", "finished"))
    wait_until(lambda: view.state == "finished")
    assert last_sha256(view) == unbroken_sha256(config)
    assert view.updates_since(0)[0] == list(range(1, config.total_updates + 1))
    assert "resumed" in kinds(view) and "bad_checkpoint" not in kinds(view)


def test_a_killed_run_says_so_in_words(runs, lander):
    run_id = control.launch(runs, lander.with_(total_timesteps=10_000_000))
    view = RunView(runs, run_id)
    wait_until(lambda: view.progress().update >= 30)
    for process in workers(runs):
        kill(process)
    wait_until(lambda: view.state == "running" and view.events_since(0)[-1].kind == "resumed")
    assert view.state_sentence.startswith("Restarted after its process was killed: attempt 2 went on at update ")
    control.stop(runs, run_id)
    wait_until(lambda: view.state == "stopped")


def test_a_knob_that_was_applied_is_applied_again_at_the_same_update(runs, lander):
    run_id = control.launch(runs, lander)
    view = RunView(runs, run_id)
    wait_until(lambda: view.progress().update >= 5)
    control.set_knob(runs, run_id, clip_range=0.05, ent_coef=0.01)
    wait_until(lambda: view.applied_knobs())
    _, update = view.applied_knobs()["clip_range"]
    for process in workers(runs):
        kill(process)
    wait_until(lambda: view.state == "finished")
    knobs = [event for event in view.events_since(0) if event.kind == "knob"]
    assert [(event.update, event.detail["changes"]) for event in knobs] == [
        (update, {"clip_range": 0.05, "ent_coef": 0.01})
    ]
    expected = unbroken_sha256(lander, **{f"u{update}": {"clip_range": 0.05, "ent_coef": 0.01}})
    assert last_sha256(view) == expected


def test_a_killed_rollout_process_is_no_failure(runs, lander):
    config = lander.with_(total_timesteps=40_960)
    run_id = control.launch(runs, config, workers=2)
    view = RunView(runs, run_id)
    wait_until(lambda: view.progress().update >= 5)
    (worker,) = workers(runs)
    (child,) = worker.children()
    kill(child)
    wait_until(lambda: view.state == "finished")
    assert last_sha256(view) == unbroken_sha256(config) and "failed" not in kinds(view)


def test_four_workers_race_for_one_run(runs, written, lander):
    """The run is too long to end in the meantime: a worker that comes after its end rightly finds it done."""
    folder, launcher = written(lander.with_(total_timesteps=10_000_000)), LocalLauncher()
    started = [launcher.start(folder) for _ in range(4)]
    wait_until(lambda: sum(process.poll() is not None for process in started) == 3)
    view = RunView(runs, folder.run_id)
    wait_until(lambda: view.progress().update >= 3)
    assert control.stop(runs, folder.run_id).ok
    assert sorted(process.wait(120) for process in started) == [0, 75, 75, 75]
    assert kinds(view) == ["start", "stopped"] and [process.poll() for process in started].count(0) == 1


def test_sigterm_pauses_and_ctrl_c_is_ignored(runs, lander):
    run_id = control.launch(runs, lander)
    view = RunView(runs, run_id)
    wait_until(lambda: view.progress().update >= 3)
    (worker,) = workers(runs)
    worker.send_signal(signal.SIGINT)
    reached = view.progress().update
    wait_until(lambda: view.progress().update > reached)
    worker.terminate()
    wait_until(lambda: not is_held(view.folder.lock))
    assert view.state == "paused" and kinds(view) == ["start", "paused"]
    assert control.resume(runs, run_id).ok
    wait_until(lambda: view.state == "finished")
    assert last_sha256(view) == unbroken_sha256(lander)
