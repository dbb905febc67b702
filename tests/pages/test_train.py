"""The Train page without a browser: widgets, presets, URLs, bad input, what a run in the URL does."""

from __future__ import annotations

import time

import pytest

from ppo_engine.envs import ENVIRONMENTS
from ppo_engine.jobs import control
from ppo_engine.jobs.evaluations import standing_of
from ppo_engine.jobs.view import RunView, list_runs
from ppo_engine.objectives import OBJECTIVES
from ppo_engine.presets import build_config
from tests.jobs.killing import wait_until


def slider(app, name):
    return next(w for w in [*app.slider, *app.select_slider] if w.key == name)


def button(app, label):
    return next((b for b in app.button if b.label == label), None)


def errors(app):
    return [error.value.replace("\\", "") for error in app.error]


def test_first_visit(open_app):
    app = open_app()
    assert not app.exception and not app.error
    assert [box.label for box in app.selectbox] == ["Environment", "Preset", "Objective"]
    assert [slider(app, n).label for n in ("clip_range", "learning_rate", "kl_coef")] == [
        "Clip range ε", "Learning rate", "KL penalty β",
    ]  # fmt: skip
    labels = [b.label for b in app.button]
    assert labels[:4] == ["Start", "Pause", "Step", "Stop"]
    assert [b.disabled for b in app.button][:4] == [False, True, True, True]
    assert app.selectbox[0].value == "LunarLander-v3" and app.query_params["env"] == "LunarLander-v3"


@pytest.mark.parametrize("env_id", ENVIRONMENTS)
def test_an_environment_brings_its_presets_numbers(open_app, env_id):
    app = open_app()
    app.selectbox(key="env").set_value(env_id).run()
    wanted = build_config(env_id)
    assert not app.exception and not app.error
    assert app.selectbox(key="objective").value == wanted.objective
    assert slider(app, "clip_range").value == pytest.approx(wanted.clip_range)
    assert float(slider(app, "learning_rate").value) == pytest.approx(wanted.learning_rate)


def test_a_moved_value_wins_over_the_preset_until_the_next_preset(open_app):
    app = open_app()
    slider(app, "clip_range").set_value(0.35).run()
    assert app.query_params["clip_range"] == "0.35"
    app.selectbox(key="preset").set_value("big-step").run()
    assert slider(app, "clip_range").value == pytest.approx(0.2)
    assert slider(app, "learning_rate").value == "0.03"


def test_an_objective_without_a_clip_disables_the_slider_with_the_reason(open_app):
    app = open_app(objective="surrogate")
    assert slider(app, "clip_range").disabled and "no clip" in slider(app, "clip_range").help
    assert slider(app, "kl_coef").disabled
    app.selectbox(key="objective").set_value("ppo_kl").run()
    assert not slider(app, "kl_coef").disabled and slider(app, "kl_coef").value == "1"


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_every_objective_trains_cartpole_from_the_page(open_app, runs, objective):
    app = open_app(env="CartPole-v1", seed="5")
    app.selectbox(key="objective").set_value(objective).run()
    button(app, "Start").click().run()
    assert not app.exception and not app.error
    view = RunView(runs, app.query_params["run"])
    assert (view.config.env_id, view.config.objective, view.config.seed) == ("CartPole-v1", objective, 5)
    wait_until(lambda: len(view.updates_since(0)[0]) >= 2, 60)
    assert set(view.detail()) >= {"checks", "trajectories"}
    button(app.run(), "Stop").click().run()
    wait_until(lambda: view.state in ("stopped", "finished"), 60)


def test_the_url_sets_everything_up(open_app):
    app = open_app(env="CartPole-v1", objective="ppo_kl_adaptive", learning_rate="0.0003", kl_coef="3", seed="42")
    assert not app.error
    assert (app.selectbox(key="env").value, app.selectbox(key="objective").value) == ("CartPole-v1", "ppo_kl_adaptive")
    assert (slider(app, "learning_rate").value, slider(app, "kl_coef").value) == ("0.0003", "3")
    assert app.number_input(key="seed").value == 42


def test_a_valid_value_between_the_rungs_becomes_a_rung(open_app):
    app = open_app(learning_rate="0.00042", clip_range="0.9")
    assert not app.error
    assert slider(app, "learning_rate").value == "0.00042" and "0.00042" in slider(app, "learning_rate").options
    assert slider(app, "clip_range").value == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("env", "os:X", ["env_id is 'os:X'", "PPO_MODULES does not name os"]),
        ("env", "os;X", ["env_id is 'os;X'", "one of CartPole-v1"]),
        ("env", "Nonsense-v9", ["env_id is 'Nonsense-v9'"]),
        ("env", "LunarLander-v2", ["LunarLander-v3"]),
        ("objective", "magic", ["objective is 'magic'", "ppo_clip"]),
        ("preset", "best", ["preset is 'best'", "quick"]),
        ("clip_range", "abc", ["clip_range is 'abc'", "0.001 to 10", "0.2 is used instead"]),
        ("clip_range", "nan", ["clip_range is 'nan'", "0.001 to 10"]),
        ("learning_rate", "-1", ["learning_rate is '-1'", "0.001 is used instead"]),
        ("learning_rate", "inf", ["learning_rate is 'inf'"]),
        ("kl_coef", "1e9", ["kl_coef is '1e9'", "1000"]),
        ("seed", "1.5", ["seed is '1.5'", "whole number"]),
        ("run", "../../etc/passwd", ["run is '../../etc/passwd'", "no run"]),
        ("run", "01M7W5KCYNJS2PE3MT5M76P7J1", ["no run"]),
    ],
)
def test_nonsense_in_the_url_is_told_in_one_sentence_and_starts_nothing(open_app, runs, key, value, said):
    app = open_app(**{key: value})
    assert not app.exception
    assert len(errors(app)) == 1 and all(part in errors(app)[0] for part in said), errors(app)
    assert not list_runs(runs)
    slider(app, "clip_range").set_value(0.25).run()
    assert not app.error, "the sentence goes when something is changed"


def test_what_a_visitor_typed_is_shown_as_it_is(open_app):
    app = open_app(env="**x** $y$ <b>")
    assert r"\*\*x\*\*" in app.error[0].value and r"\$y\$" in app.error[0].value and r"\<b\>" in app.error[0].value


def test_a_minibatch_larger_than_the_rollout_starts_nothing(open_app, runs):
    app = open_app()
    app.session_state["overrides"] = {"batch_size": 100_000}
    app.run()
    assert "batch_size" in errors(app)[0] and "4,096" in errors(app)[0]
    button(app, "Start").click().run()
    assert not list_runs(runs) and "Nothing was started" in " ".join(errors(app))


def test_a_run_in_the_url_shows_its_own_settings(open_app, paused_run):
    app = open_app(run=paused_run)
    assert not app.exception and not app.error
    assert app.selectbox(key="env").value == "CartPole-v1" and app.selectbox(key="env").disabled
    assert slider(app, "clip_range").value == pytest.approx(0.31) and app.number_input(key="seed").value == 7
    assert button(app, "Resume") is not None and not button(app, "Stop").disabled and button(app, "Start").disabled


def test_a_slider_acts_on_the_run_that_goes_on(open_app, runs, paused_run):
    app = open_app(run=paused_run)
    slider(app, "clip_range").set_value(0.1).run()
    assert RunView(runs, paused_run).pending_knobs() == {"clip_range": 0.1}


def test_a_bare_address_joins_the_run_that_goes_on(open_app, paused_run):
    app = open_app()
    assert app.query_params["run"] == paused_run
    assert any("Still running" in toast.value for toast in app.toast)
    button(app, "New run").click().run()
    assert "run" not in app.query_params and not button(app, "Start").disabled


def test_a_deleted_run_is_one_sentence(open_app, runs, paused_run):
    app = open_app(run=paused_run)
    control.delete(runs, paused_run)
    app.run()
    assert not app.exception and "no run" in errors(app)[0]


def test_the_expert_panel_holds_every_other_knob(open_app):
    from ppo_engine.config import KNOBS

    app = open_app()
    app.session_state["more"] = True
    app.run()
    assert not app.exception
    keys = {w.key for kind in ("slider", "select_slider", "number_input", "selectbox", "toggle", "text_input")
            for w in getattr(app, kind)}  # fmt: skip
    missing = set(KNOBS) - {key.removeprefix("x_") for key in keys if key} - {"env_id"}
    assert not missing


def test_evaluate_asks_a_process_of_its_own_and_says_what_came_of_it(open_app, runs, paused_run):
    app = open_app()
    button(app, "New run").click().run()
    assert button(app, "Evaluate").disabled, "there is no run to evaluate"
    app = open_app(run=paused_run)
    button(app, "Evaluate").click().run()
    assert not app.exception and not app.error and button(app, "Evaluate").disabled
    assert app.session_state["_packet"]["evaluation"] == ["evaluating…"]
    wait_until(lambda: not standing_of(runs, paused_run).going)
    time.sleep(0.6)  # the page reads a run at most so often
    app.run()
    assert app.session_state["_packet"]["evaluation"] == [
        "There is nothing to evaluate yet: this run has kept no parameters."
    ]
    assert not button(app, "Evaluate").disabled
