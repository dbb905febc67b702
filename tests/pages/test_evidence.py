"""The Evidence page without a browser: its first look, refusals where they are typed, Start, and what follows."""

from __future__ import annotations

import pytest

from ppo_engine.jobs import engines, speed, sweeps
from ppo_engine.jobs.view import list_runs
from ppo_engine.presets import build_config


@pytest.fixture(autouse=True)
def no_processes(monkeypatch):
    """Neither workers nor measurements: the page is looked at, not the machine."""
    monkeypatch.setattr(sweeps, "ensure_supervisor", lambda runs: None)
    monkeypatch.setattr(speed, "measure_beside", lambda runs, config: None)


@pytest.fixture
def page(open_app):
    return open_app().switch_page("pages/lab/evidence.py").run()


def errors(page):
    return [error.value.replace("\\", "") for error in page.error]


def captions(page):
    return " ".join(caption.value.replace("\\", "") for caption in page.caption)


def test_the_first_look_is_a_recorded_grid(page):
    assert not page.exception and page.selectbox(key="sweep").value == ""
    assert page.button(key="sweep_pause").disabled and page.button(key="sweep_cancel").disabled
    assert "48 runs. Measuring how fast this machine trains them…" in captions(page)


def test_the_price_stands_there_before_the_start(page, runs):
    speed._keep(runs, speed._key(build_config("CartPole-v1", "quick", clip_range=0.1)), 20_000.0)
    page.run()
    assert "48 runs. They would take about" in captions(page) and "at 20,000 steps per second" in captions(page)


@pytest.mark.parametrize(
    ("knob", "values", "sentence"),
    [
        ("clip_range", "0.1, x", "clip_range is 'x', but it must be a number from 0.001 to 10."),
        ("clip_range", "", "grid clip_range is '', but it must be at least one value."),
        ("d_targ", "0.01", "Only the adaptive KL penalty has a target."),
        ("gamma", ", ".join(f"0.{n}" for n in range(100, 999)), "The grid has 10,788 runs, but it must have at most"),
    ],
)
def test_what_cannot_be_run_is_said_where_it_was_typed_and_nothing_starts(page, runs, knob, values, sentence):
    page.selectbox(key="grid_knob_0").set_value(knob).run()
    page.text_input(key="grid_values_0").set_value(values).run()
    assert not page.exception and len(errors(page)) == 1 and sentence in errors(page)[0]
    assert next(button for button in page.button if button.label == "Start").disabled
    assert not sweeps.list_sweeps(runs)


def test_start_queues_the_grid_and_shows_it(page, runs):
    page.multiselect(key="grid_objectives").set_value(["ppo_clip", "surrogate"]).run()
    page.text_input(key="grid_values_0").set_value("0.1, 0.2").run()
    page.selectbox(key="grid_knob_1").set_value("none").run()
    page.number_input(key="grid_steps").set_value(5000).run()
    next(button for button in page.button if button.label == "Start").click().run()
    (sweep,) = sweeps.list_sweeps(runs)
    assert not page.exception and page.session_state["sweep"] == sweep.sweep_id
    assert [cell.label for cell in sweep.cells] == [
        "Clipped surrogate, ε 0.1", "Clipped surrogate, ε 0.2", "Unclipped surrogate",
    ]  # fmt: skip
    assert len(sweep.runs) == 9 and sweep.grid.config(sweep.cells[0].values, 1).total_timesteps == 5000
    assert page.query_params["sweep"] == sweep.sweep_id
    page.button(key="sweep_cancel").click().run()
    assert {row.state for row in list_runs(runs)} == {"stopped"} and not page.exception
    assert page.button(key="sweep_pause").label == "Resume"
    page.button(key="sweep_pause").click().run()
    assert {row.state for row in list_runs(runs)} == {"queued"}


def test_a_grid_goes_to_ray_where_ray_is_installed(page, runs, monkeypatch):
    monkeypatch.setattr(engines, "missing", lambda: "")
    page.run()
    page.selectbox(key="grid_engine").set_value("ray").run()
    next(button for button in page.button if button.label == "Start").click().run()
    (sweep,) = sweeps.list_sweeps(runs)
    assert sweep.engine == "ray" and not page.exception


def test_without_ray_there_is_no_choice_and_a_setting_that_asks_for_it_is_refused(open_app, runs, monkeypatch):
    monkeypatch.setattr(engines, "missing", lambda: "Ray is not there")
    page = open_app().switch_page("pages/lab/evidence.py").run()
    assert "grid_engine" not in [box.key for box in page.selectbox] and errors(page) == []
    monkeypatch.setenv("PPO_ENGINE", "ray")
    page.run()
    assert errors(page) == [
        f"PPO_ENGINE is 'ray', but it must be local as long as Ray is not installed, which {engines.GET_RAY} does."
    ]
    assert next(button for button in page.button if button.label == "Start").disabled


def test_a_grid_by_its_url_and_one_that_is_not_here(open_app, runs):
    from ppo_engine.grids import make_grid

    first, _ = (sweeps.start(runs, make_grid("CartPole-v1", [("gamma", [value])], (1,))) for value in (0.9, 0.99))
    page = open_app(sweep=first).switch_page("pages/lab/evidence.py").run()
    page.query_params["sweep"] = first
    page.run()
    assert page.session_state["sweep"] == first and not page.exception
    page.query_params["sweep"] = "nowhere"
    page.run()
    assert errors(page) == ["sweep is 'nowhere', but no grid here has that id."]


def test_the_runs_page_shows_a_grid_as_one_line_and_its_runs_when_asked(open_app, runs, paused_run):
    from ppo_engine.grids import make_grid

    sweep_id = sweeps.start(runs, make_grid("CartPole-v1", [("gamma", [0.9, 0.99])], (1, 2)))
    app = open_app()
    assert app.session_state["run"] == paused_run, "the Train page joins a run started by hand, not one of a grid"
    app = app.switch_page("pages/lab/runs.py").run()
    assert "Grid CartPole-v1: γ, 2 seeds" in [text.value for text in app.text]
    assert sum(button.label == "Open" for button in app.button) == 1
    app.query_params["sweep"], app.query_params["cell"] = sweep_id, "1"
    app.run()
    assert sum(button.label == "Open" for button in app.button) == 2 and not app.exception
    assert "Only the runs of CartPole-v1: γ, 2 seeds: γ 0.99" in [text.value for text in app.text]
    app.button(key="grid_all").click().run()
    assert sum(button.label == "Open" for button in app.button) == 1
