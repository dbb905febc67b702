"""The Runs page without a browser: rows, plain names, rename, delete and undo."""

from __future__ import annotations

from ppo_engine.jobs.evaluations import entry, publish, standing_of
from ppo_engine.jobs.folders import RunFolder
from ppo_engine.jobs.view import list_runs
from tests.jobs.killing import wait_until


def opened(app):
    return app.switch_page("pages/lab/runs.py").run()


def test_no_runs_yet(open_app):
    app = opened(open_app())
    assert not app.exception and any("No run yet" in text.value for text in app.text)


def test_a_row_says_what_became_of_the_run_and_shows_its_name_as_text(open_app, paused_run):
    app = opened(open_app())
    assert not app.exception
    assert "**bold** <b>name</b>" in [text.value for text in app.text]
    assert any("press Resume" in caption.value.replace("\\", "") for caption in app.caption)


def test_rename(open_app, runs, paused_run):
    app = opened(open_app())
    app.text_input(key=f"name_{paused_run}").set_value("clip 0.31").run()
    assert list_runs(runs)[0].name == "clip 0.31"
    app.text_input(key=f"name_{paused_run}").set_value("x" * 200).run()
    assert not app.exception and len(list_runs(runs)[0].name) <= 80


def test_delete_and_undo(open_app, runs, paused_run):
    app = opened(open_app())
    app.button(key=f"delete_{paused_run}").click().run()
    assert not app.exception and not list_runs(runs)
    assert "Deleted: **bold** <b>name</b>" in [text.value for text in app.text]
    app.button(key="undo").click().run()
    assert [row.run_id for row in list_runs(runs)] == [paused_run]
    assert list_runs(runs)[0].state == "stopped" or list_runs(runs)[0].state == "paused"


def test_evaluate_is_a_sentence_while_there_is_nothing_to_evaluate(open_app, runs, paused_run):
    app = opened(open_app())
    app.button(key=f"evaluate_{paused_run}").click().run()
    assert not app.exception
    said = [caption.value.replace("\\", "") for caption in app.caption]
    assert any("evaluating…" in text for text in said) and app.button(key=f"evaluate_{paused_run}").disabled
    wait_until(lambda: not standing_of(runs, paused_run).going)
    app.run()
    said = [caption.value.replace("\\", "") for caption in app.caption]
    assert "There is nothing to evaluate yet: this run has kept no parameters." in said
    assert not app.button(key=f"evaluate_{paused_run}").disabled


def test_an_evaluation_is_shown_in_its_row(open_app, runs, paused_run):
    result = {"mean": 251.34, "std": 30.0, "n": 100, "ci95": [245.0, 257.61], "share_solved": 0.98, "threshold": 200.0}
    publish(RunFolder(runs, paused_run), entry(7, result, result))
    app = opened(open_app())
    said = [caption.value.replace("\\", "") for caption in app.caption]
    assert "greedy, 100 fresh episodes: 251.3 [245.0, 257.6], solved 98\u00a0%" in said
