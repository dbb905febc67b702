"""CarRacing-v3 on the Train page: it is offered, told how long it takes, replayed, and it starts."""

from __future__ import annotations

import numpy as np

from pages.shared.replay import packet
from ppo_engine.jobs import control
from ppo_engine.jobs.view import RunView, list_runs
from ppo_engine.recordings import load
from ppo_engine.report import REPORT_KEYS
from tests.jobs.killing import wait_until
from tests.pages.test_train import button

CAR = "CarRacing-v3"


def captions(app):
    return [caption.value for caption in app.caption]


def test_the_car_is_offered_with_its_preset_and_its_time(open_app):
    app = open_app()
    assert "about 25 s on two slow cores" in captions(app)[0]
    assert CAR in app.selectbox(key="env").options
    assert app.session_state["_replay_sent"] == "replay:lunar-lander"
    app.selectbox(key="env").set_value(CAR).run()
    assert not app.exception and not app.error and app.session_state["_replay_sent"] == "replay:car-racing"
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


def test_the_recorded_curve_rises_and_is_replayed_where_the_car_is_chosen():
    data = packet(CAR, lambda path: path.name)
    assert data["run"] == "replay:car-racing" and data["replay"]["title"].startswith(CAR)
    assert "climbs" in data["replay"]["hint"], "it was made with the preset that the picker offers"
    assert packet("Pendulum-v1", str)["run"] == packet("LunarLander-v3", str)["run"] == "replay:lunar-lander"
    recording = load("car-racing")
    returns = recording.rows[:, REPORT_KEYS.index("ep_rew_mean")]
    quarters = [np.nanmean(part) for part in np.array_split(returns, 4)]
    assert quarters == sorted(quarters) and returns[np.isfinite(returns)][0] < 0 and quarters[-1] > 600, quarters
    assert sum(film.path.stat().st_size for film in recording.films) < 1_000_000
