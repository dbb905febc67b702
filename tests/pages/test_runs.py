"""The Runs page without a browser: rows, plain names, rename, delete and undo."""

from __future__ import annotations

from ppo_engine.jobs.view import list_runs


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
