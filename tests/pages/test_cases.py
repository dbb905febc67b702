"""Diagnose this run, the offered move, and the gallery of case histories, without a browser."""

from __future__ import annotations

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.shared import setup
from ppo_engine.jobs import control
from ppo_engine.jobs.view import RunView
from ppo_engine.presets import build_config
from ppo_engine.recordings import load
from ppo_engine.recordings.case_histories import CASES, config_of
from ppo_engine.report import REPORT_KEYS


def opened(app, key):
    app.session_state[f"diagnosis_{key}"] = True
    return app.run()


def said(app):
    return " ".join(one.value for one in app.markdown).replace("\\", "")


def test_nothing_is_diagnosed_until_it_is_asked_for(open_app):
    app = open_app()
    assert not app.exception and [one.label for one in app.expander] == ["Diagnose this recorded run"]
    assert "The return rose" not in said(app)
    returns = load("lunar-lander").rows[:, REPORT_KEYS.index("ep_rew_mean")]
    rose = f"The return rose from −{-returns[0]:.0f} to {returns[-1]:.0f}"
    assert f"**Healthy.** {rose}" in said(opened(app, ""))


@pytest.mark.parametrize("name", CASES)
def test_the_link_of_a_case_sets_up_exactly_its_run(open_app, name):
    app = open_app(case=name)
    assert not app.exception and not app.error
    state = app.session_state
    wanted = config_of(name)
    sliders = (wanted.clip_range, wanted.learning_rate, wanted.kl_coef)
    shown = [app.session_state[key] for key in setup.SLIDERS]
    assert (shown[0], float(shown[1])) == pytest.approx(sliders[:2]) and state["case"] == name
    built = build_config(state["env"], state["preset"], state["objective"], **{
        **state["overrides"], "clip_range": shown[0], "learning_rate": float(shown[1]), "seed": state["seed"],
    })  # fmt: skip
    assert built == wanted
    assert app.query_params["case"] == name


def test_an_unknown_case_is_told_in_one_sentence(open_app):
    app = open_app(case="gout")
    assert not app.exception and len(app.error) == 1 and "case is 'gout'" in app.error[0].value
    assert "case" not in app.query_params


def test_the_offered_move_of_a_replay_sets_the_knob_for_the_next_run(open_app):
    app = opened(open_app(case="step"), "step")
    assert "A step too large" in said(app) and "update" in said(app)
    assert app.button(key="offered_move").label == "Set Learning rate: 0.05 → 0.001"
    app.button(key="offered_move").click().run()
    assert not app.exception and not app.error
    assert app.query_params["learning_rate"] == "0.001"


def test_the_offered_move_reaches_a_knob_without_a_slider(open_app):
    app = opened(open_app(case="critic"), "critic")
    app.button(key="offered_move").click().run()
    assert not app.exception and app.session_state["overrides"]["clip_range_vf"] is None


def test_a_young_run_is_told_what_is_missing(open_app, paused_run):
    app = opened(open_app(run=paused_run), paused_run)
    assert not app.exception and "**Undecided.** 0 of the 10 updates" in said(app)
    assert [one.label for one in app.expander] == ["Diagnose this run"]


def test_the_offered_move_acts_on_a_run_that_goes_on(open_app, runs, monkeypatch):
    from pages.shared import diagnosing
    from pages.shared.case_replay import opened as recorded

    run_id = control.launch(runs, config_of("step"), start=False)
    recording = recorded("step")[0]
    monkeypatch.setattr(
        diagnosing, "patient", lambda _: diagnosing.Patient(recording.config, recording.updates, recording.rows)
    )
    app = opened(open_app(run=run_id), run_id)
    app.button(key="offered_move").click().run()
    assert not app.exception and RunView(runs, run_id).pending_knobs() == {"learning_rate": 0.001}


def test_a_change_of_the_set_up_ends_the_case(open_app):
    app = open_app(case="step")
    app.selectbox(key="preset").set_value("big-step").run()
    assert "case" not in app.query_params and app.session_state["case"] == ""


def test_the_gallery_draws_every_case_with_its_diagnosis_and_a_link_that_loads_it(monkeypatch):
    links = []
    monkeypatch.setattr(st, "page_link", lambda page, query_params, **_: links.append((page, query_params["case"])))

    def page():
        from pages.shared.cases import draw_cases

        draw_cases()

    app = AppTest.from_function(page, default_timeout=30).run()
    assert not app.exception
    text = said(app)
    assert all(f"**{case.title}.**" in text for case in CASES.values())
    assert links == [("pages/lab/train.py", name) for name in CASES]
    assert len(app.get("plotly_chart")) == len(CASES)
