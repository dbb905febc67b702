"""The Compare page without a browser: the recorded pair, lanes and what is wrong in them, stored runs, forks, URLs."""

from __future__ import annotations

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from ppo_engine.jobs import control, groups
from ppo_engine.jobs.life import Life
from ppo_engine.jobs.view import RunView, list_runs
from ppo_engine.presets import build_config
from tests.pages.conftest import ROOT


@pytest.fixture
def open_compare(runs):
    """Opens the Compare page with what the URL says."""

    def opened(**params):
        st.cache_resource.clear()
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).switch_page("pages/lab/compare.py")
        for key, value in params.items():
            app.query_params[key] = value
        return app.run()

    return opened


@pytest.fixture
def started(monkeypatch):
    """Runs are written and wished for, but no process comes of it."""
    ids = []
    monkeypatch.setattr(groups, "ensure_supervisor", lambda runs: None)
    monkeypatch.setattr(groups, "start_worker_if_free", lambda folder, at_once: ids.append(folder.run_id))
    return ids


def errors(app):
    return [error.value.replace("\\", "") for error in app.error]


def captions(app):
    return [caption.value.replace("\\", "") for caption in app.caption]


def lane(app, i):
    return [app.selectbox(key=f"c_objective_{i}").value, app.selectbox(key=f"c_knob_{i}").value,
            app.text_input(key=f"c_value_{i}").value]  # fmt: skip


def test_first_visit_plays_the_recorded_pair_and_is_set_up(open_compare, runs):
    app = open_compare()
    assert not app.exception and not app.error
    assert lane(app, 0) == ["ppo_clip", "clip_range", "0.2"] and lane(app, 1)[0] == "surrogate"
    bar = [app.button(key=f"c_{name}").disabled for name in ("start", "pause", "step", "stop")]
    assert bar == [False, True, True, True]
    assert app.query_params["twins"] == "ppo_clip:clip_range=0.2,surrogate:learning_rate=0.001"
    assert not list_runs(runs)


def test_start_makes_twins_and_the_address_holds_them(open_compare, runs, started):
    app = open_compare(env="CartPole-v1", twins="ppo_clip:clip_range=0.1,ppo_clip:n_epochs=3,trpo", seed="5")
    assert lane(app, 1) == ["ppo_clip", "n_epochs", "3"] and lane(app, 2) == ["trpo", "max_kl", "0.01"]
    app.button(key="c_start").click().run()
    assert not app.exception and not app.error
    configs = [RunView(runs, run_id).config for run_id in started]
    base, region = build_config("CartPole-v1", seed=5), build_config("CartPole-v1", None, "trpo", seed=5)
    assert configs == [base.with_(clip_range=0.1), base.with_(n_epochs=3), region]
    assert app.query_params["runs"] == ",".join(started) and "twins" not in app.query_params
    assert app.button(key="c_start").disabled and not app.button(key="c_pause").disabled
    assert app.selectbox(key="c_objective_0").disabled
    app.button(key="c_pause").click().run()
    assert {row.state for row in list_runs(runs)} == {"paused"} and not app.button(key="c_resume").disabled
    app.button(key="c_resume").click().run()
    assert {control.Registry(runs).entry(run_id).desired for run_id in started[:3]} == {"run"}
    app.button(key="c_stop").click().run()
    assert {row.state for row in list_runs(runs)} == {"stopped"}
    app.button(key="c_leave").click().run()
    assert "runs" not in app.query_params and not app.button(key="c_start").disabled


def test_what_is_wrong_in_a_lane_is_said_there_and_starts_nothing(open_compare, runs):
    app = open_compare()
    app.text_input(key="c_value_0").set_value("abc").run()
    assert any("A: clip_range is 'abc'" in said and "0.001 to 10" in said for said in captions(app))
    app.button(key="c_start").click().run()
    assert "Nothing was started" in errors(app)[0] and not list_runs(runs)
    app.text_input(key="c_value_0").set_value("0.2").run()
    app.selectbox(key="c_knob_1").set_value("clip_range").run()
    assert any("B: Unclipped surrogate has no clip" in said for said in captions(app))
    app.selectbox(key="c_objective_0").set_value("ppo_kl").run()
    app.selectbox(key="c_knob_0").set_value("clip_range").run()
    said = "no compared objective (Fixed KL penalty, Unclipped surrogate) reads it"
    assert sum(said in caption for caption in captions(app)) == 2


def test_equal_lanes_are_told_to_stay_identical(open_compare):
    app = open_compare(twins="ppo_clip,ppo_clip")
    assert any("B: The same as A" in said for said in captions(app))
    app.button(key="c_add").click().run()
    assert lane(app, 2)[0] == "ppo_kl_adaptive" and not app.exception


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("runs", "../../etc/passwd", ["run is '../../etc/passwd'", "Nothing is compared yet"]),
        ("runs", "a,b,c,d,e", ["a list of 5", "one to 4"]),
        ("twins", "magic", ["twins is 'magic'", "ppo_clip:clip_range=0.1,surrogate"]),
        ("twins", "ppo_clip", ["two to 4"]),
        ("twins", "ppo_clip:seed=3,surrogate", ["twins is 'ppo_clip:seed=3,surrogate'"]),
        ("seed", "-1", ["seed is '-1'", "1 is used instead"]),
        ("env", "Nonsense-v9", ["env_id is 'Nonsense-v9'"]),
    ],
)
def test_nonsense_in_the_url_is_one_sentence(open_compare, runs, key, value, said):
    app = open_compare(**{key: value})
    assert not app.exception and len(errors(app)) == 1 and all(part in errors(app)[0] for part in said), errors(app)
    assert not list_runs(runs)


def test_runs_of_different_environments_are_one_sentence(open_compare, runs, paused_run):
    other = control.launch(runs, build_config("LunarLander-v3"), start=False)
    app = open_compare(runs=f"{paused_run},{other}")
    assert not app.exception and "of one environment" in errors(app)[0]
    assert app.session_state["c_runs"] == ()


def test_the_newest_comparison_is_recalled(open_compare, runs, paused_run):
    groups.save(runs, [paused_run], "picked")
    app = open_compare()
    assert not app.exception and app.session_state["c_runs"] == (paused_run,)
    assert lane(app, 0)[0] == "ppo_clip" and app.selectbox(key="c_env").value == "CartPole-v1"
    control.delete(runs, paused_run)
    app.run()
    assert not app.exception and "no run has that id" in errors(app)[0] and app.session_state["c_runs"] == ()


def test_a_fork_from_the_page(open_compare, runs, started):
    small = {"n_envs": 2, "n_steps": 32, "batch_size": 32, "n_epochs": 2, "total_timesteps": 640}
    parent = control.launch(runs, build_config("CartPole-v1", **small), start=False)
    control.Registry(runs).command(parent, "run")
    Life(RunView(runs, parent).folder).run()
    app = open_compare(runs=parent)
    app.session_state["c_what_if"] = True
    app.run()
    assert app.number_input(key="c_fork_at_0").value == 4
    assert app.text_input(key="c_fork_value_0_clip_range").value == "0.1"
    app.number_input(key="c_fork_at_0").set_value(6).run()
    app.text_input(key="c_fork_value_0_clip_range").set_value("zero").run()
    assert any("clip_range is 'zero'" in said for said in captions(app))
    app.button(key="c_fork").click().run()
    assert "Nothing was forked" in errors(app)[0] and len(list_runs(runs)) == 1
    app.text_input(key="c_fork_value_0_clip_range").set_value("0.05").run()
    app.button(key="c_fork").click().run()
    (child,) = started
    assert not app.exception and app.query_params["runs"] == f"{parent},{child}"
    assert RunView(runs, child).parent == (parent, 6)
    assert RunView(runs, child).pending_knobs() == {"clip_range": 0.05}
    data = app.session_state["_cmp_packet"]
    assert data["forked"] and [run["name"] for run in data["runs"]] == ["Clipped ε 0.20", "Clipped ε 0.05"]
    assert data["table"] == [["Clip range ε", ["0.20", "0.05"]]] and "B identical so far (6 updates)" in data["start"]


def test_train_offers_the_branch_in_which_the_knob_had_stayed(open_app, runs, paused_run, started):
    view = RunView(runs, paused_run)
    control.Registry(runs).command(paused_run, "pause", step_until=2)
    Life(view.folder, linger=0.0).run()
    app = open_app(run=paused_run)
    assert not [button for button in app.button if button.key == "stayed"], "nothing was moved yet"
    app.slider(key="clip_range").set_value(0.1).run()
    assert "What if ε had stayed 0.31?" in [button.label for button in app.button]
    app.button(key="stayed").click().run()
    assert "has not moved yet" in errors(app)[0] and not started
    control.Registry(runs).command(paused_run, "pause", step_until=4)
    Life(view.folder, linger=0.0).run()
    app = open_app(run=paused_run)
    app.button(key="stayed").click().run()
    assert RunView(runs, started[0]).parent == (paused_run, 2) and not app.exception


def test_ticked_runs_are_compared(open_app, runs, paused_run):
    other = control.launch(runs, build_config("LunarLander-v3"), start=False)
    kin = control.launch(runs, build_config("CartPole-v1"), start=False)
    app = open_app().switch_page("pages/lab/runs.py").run()
    assert app.button(key="compare_runs").disabled
    app.checkbox(key=f"pick_{paused_run}").check().run()
    app.checkbox(key=f"pick_{other}").check().run()
    app.button(key="compare_runs").click().run()
    assert not app.exception and "of one environment" in errors(app)[0]
    app.checkbox(key=f"pick_{other}").uncheck().run()
    app.checkbox(key=f"pick_{kin}").check().run()
    app.button(key="compare_runs").click().run()
    assert not app.exception and groups.comparisons(runs)[0].run_ids == (kin, paused_run)
