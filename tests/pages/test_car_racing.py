"""CarRacing-v3 on the Train page: it is offered, told how long it takes, replayed, and it starts."""

from __future__ import annotations

from ppo_engine.jobs import control
from ppo_engine.jobs.view import RunView, list_runs
from tests.jobs.killing import wait_until
from tests.pages.test_train import button

CAR = "CarRacing-v3"


def captions(app):
    return [caption.value for caption in app.caption]


def test_the_car_is_offered_with_its_preset_and_its_time(open_app):
    app = open_app()
    assert "about 25 s on two slow cores" in captions(app)[0]
    assert CAR in app.selectbox(key="env").options
    app.selectbox(key="env").set_value(CAR).run()
    assert not app.exception and not app.error
    assert app.selectbox(key="preset").value == "sure"
    assert captions(app) == ["A run takes about 8 min on two slow cores; the first one shows it here."]


def test_the_car_starts_from_the_page(open_app, runs):
    app = open_app(env=CAR)
    app.session_state["overrides"] = {"n_envs": 2, "n_steps": 16, "batch_size": 16, "n_epochs": 1}
    button(app, "Start").click().run()
    assert not app.exception and not app.error
    (row,) = list_runs(runs)
    assert (row.env_id, row.total_timesteps) == (CAR, 200_000)
    wait_until(lambda: RunView(runs, row.run_id).progress().update >= 2, 60)
    app.run()
    assert not app.exception and [caption for caption in captions(app) if caption.strip()] == []
    control.stop(runs, row.run_id)
    wait_until(lambda: RunView(runs, row.run_id).state == "stopped", 30)
