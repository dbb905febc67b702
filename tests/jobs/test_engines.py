"""Where a grid is trained: the choice, one sentence where Ray is absent, and what the supervisor hands to whom."""

from __future__ import annotations

import builtins
import importlib.util
from types import SimpleNamespace

import pytest

from ppo_engine.grids import make_grid
from ppo_engine.jobs import engines, sweeps
from ppo_engine.jobs.cluster.launcher import RayLauncher
from ppo_engine.jobs.cluster.orders import KILL, START, ClusterFolder, ClusterState
from ppo_engine.jobs.commands.parser import main
from ppo_engine.jobs.locks import FileLock
from ppo_engine.jobs.supervisor import Supervisor
from ppo_engine.jobs.sweep_view import SweepView
from ppo_engine.knobs import ConfigError
from tests.jobs.expected import unbroken_sha256
from tests.jobs.killing import wait_until


def grid(settings=None):
    return make_grid("CartPole-v1", [("clip_range", [0.1, 0.3])], (1, 2), settings=settings or {})


@pytest.fixture
def without_ray(monkeypatch):
    find, load = importlib.util.find_spec, builtins.__import__

    def refuse(name, *rest, **more):
        assert name.split(".")[0] != "ray", "nothing may import Ray where it is not there"
        return load(name, *rest, **more)

    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name == "ray" else find(name, *rest))
    monkeypatch.setattr(builtins, "__import__", refuse)


def test_without_ray_one_sentence_says_how_to_get_it(runs, without_ray, monkeypatch, capsys):
    assert engines.offered() == ("local",)
    wanted = [
        "sweep",
        "--env-id",
        "CartPole-v1",
        "--grid",
        "clip_range=0.1,0.3",
        "--engine",
        "ray",
        "--runs",
        str(runs),
    ]
    assert main(wanted) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1 and sweeps.list_sweeps(runs) == []
    assert (
        f"engine is 'ray', but it must be local as long as Ray is not installed, which {engines.GET_RAY} does."
        in said.err
    )
    monkeypatch.setenv("PPO_ENGINE", "ray")
    with pytest.raises(ConfigError, match="pip install -r"):
        sweeps.start(runs, grid())


def test_a_grid_for_ray_waits_where_ray_has_gone_and_can_go_on_here(runs, monkeypatch):
    monkeypatch.setattr(sweeps, "ensure_supervisor", lambda runs: None)
    monkeypatch.setenv("PPO_ENGINE", "ray")
    sweep_id = sweeps.start(runs, grid({"total_timesteps": 768, "n_epochs": 2}))
    assert sweeps.read(runs, sweep_id).engine == "ray"
    monkeypatch.setattr("ppo_engine.jobs.cluster.launcher.missing", lambda: "Ray is not there: get it so")
    watch, view = Supervisor(runs), SweepView(runs, sweep_id)
    assert watch.look() and not watch.children
    assert view.standing().state == "queued"
    assert view.standing().where == "Ray is not there: get it so. It is tried again."
    sweeps.resume(runs, sweep_id, "local")
    wait_until(lambda: watch.look() and view.standing().state == "finished")
    assert view.standing().where == ""
    for run in view.standing().results:
        assert run.sha256 == unbroken_sha256(view.sweep.grid.config(view.sweep.cells[run.cell].values, run.seed))


def test_runs_of_a_ray_grid_hold_no_slot_here(runs, monkeypatch, pole):
    monkeypatch.setattr(sweeps, "ensure_supervisor", lambda runs: None)
    away = sweeps.start(runs, grid(), engine="ray")
    here = sweeps.start(runs, grid(), engine="local")
    watch, started = Supervisor(runs), []
    watch.cluster = SimpleNamespace(capacity=lambda: 3, start=lambda folder: started.append(("ray", folder.run_id)))
    watch.launcher.start = lambda folder: started.append(("local", folder.run_id))
    watch.look()
    slots = watch.launcher.capacity()
    assert started == [("local", run_id) for run_id in sweeps.read(runs, here).run_ids[:slots]] + [
        ("ray", run_id) for run_id in sweeps.read(runs, away).run_ids[:3]
    ]


def test_a_launcher_gives_orders_once_a_driver_is_up(written, pole, monkeypatch):
    folder = written(pole)
    asked, launcher = [], RayLauncher(folder.runs)
    monkeypatch.setattr("ppo_engine.jobs.cluster.launcher.start_detached", lambda *a, **k: asked.append(a) or Gone())
    assert launcher.capacity() == 0 and launcher.capacity() == 0 and len(asked) == 1, "it is tried now and then"
    driver = FileLock(launcher.place.lock)
    assert driver.acquire()
    launcher.place.tell(ClusterState(5, 2))
    assert launcher.capacity() == 5
    handle = launcher.start(folder)
    assert handle.poll() is None and not launcher.alive(folder)
    assert launcher.kill(folder) and launcher.place.given(folder.run_id, KILL)
    driver.release()
    assert handle.poll() == 0, "an order that nobody is there to carry out keeps no run from being started again"


class Gone:
    """A driver that ended at once."""

    def poll(self):
        return 1


def test_orders_are_kept_until_they_are_carried_out(tmp_path):
    place = ClusterFolder(tmp_path)
    place.give("0" * 26, START)
    place.give("0" * 26, START)
    place.give("1" * 26, KILL)
    (place.path / "state.tmp").touch()
    assert sorted(place.orders()) == [("0" * 26, START), ("1" * 26, KILL)]
    place.done("0" * 26, START)
    assert place.orders() == [("1" * 26, KILL)] and not place.given("0" * 26, START)
    assert place.state() == ClusterState()
    place.tell(ClusterState(4, 2))
    assert place.state() == (4, 2, "") and not place.up()
