"""Take home and Import on the pages, without a browser: prepared by a process of its own, handed over, refused."""

from __future__ import annotations

import pytest

from ppo_engine.jobs import control
from ppo_engine.jobs.exports import orders
from ppo_engine.jobs.exports.writing import export
from ppo_engine.jobs.folders import RunFolder
from ppo_engine.jobs.life import Life
from ppo_engine.jobs.view import list_runs
from ppo_engine.presets import build_config
from tests.jobs.killing import wait_until


@pytest.fixture
def trained_run(runs):
    """The id of a short run that has ended."""
    run_id = control.launch(runs, build_config("CartPole-v1", "quick", total_timesteps=1024), start=False)
    control.Registry(runs).command(run_id, "run")
    Life(RunFolder(runs, run_id)).run()
    return run_id


def opened(open_app, run_id):
    app = open_app().switch_page("pages/lab/runs.py").run()
    app.session_state[f"take_home_{run_id}"] = True
    return app.run()


def test_a_table_is_prepared_apart_and_handed_over(open_app, runs, trained_run):
    app = opened(open_app, trained_run)
    assert not app.exception
    app.selectbox(key=f"format_{trained_run}").set_value("csv").run()
    app.button(key=f"prepare_{trained_run}").click().run()
    order = orders.Order(runs, [trained_run], "csv")
    wait_until(lambda: orders.prepared(order).state == "ready")
    app.run()
    assert not app.exception and any("As of update 4." in caption.value for caption in app.caption)
    lines = orders.prepared(order).path.read_text().splitlines()
    assert len(lines) == 5 and order.download_name == f"ppo-{trained_run}.csv"


def test_equivalent_code_is_shown_at_once(open_app, runs, trained_run):
    app = opened(open_app, trained_run)
    app.selectbox(key=f"format_{trained_run}").set_value("sb3").run()
    assert not app.exception
    script, cleanrl, own = (block.value for block in app.code)
    assert "PPO(" in script and "cleanrl/ppo.py" in cleanrl and "--total-timesteps 1024" in own


def test_an_export_that_fails_or_dies_says_so_in_one_sentence(runs, paused_run):
    order = orders.Order(runs, [paused_run], "onnx")
    orders.request(order)
    found = wait_until(lambda: (now := orders.prepared(order)).state == "failed" and now)
    assert found.error == f"Run {paused_run} has kept no parameters yet."
    order.note({"state": "writing", "share": 0.5, "seconds": 3.0})
    wait_until(lambda: orders.prepared(order).error == "Its process ended before it was finished; prepare it again.")
    orders.cancel(order)
    assert orders.prepared(order).state == "none"


def test_a_file_is_imported_once_and_a_bad_one_refused(open_app, runs, trained_run, tmp_path):
    export([RunFolder(runs, trained_run)], "zip", tmp_path / "run.zip")
    control.delete(runs, trained_run)
    app = open_app().switch_page("pages/lab/runs.py").run()
    app.session_state["import"] = True
    app.run()
    app.file_uploader(key="import_file_0").set_value(("run.zip", (tmp_path / "run.zip").read_bytes(), "")).run()
    assert not app.exception and [row.run_id for row in list_runs(runs)] == [trained_run]
    app.file_uploader(key="import_file_1").set_value(("letter.zip", b"Dear Sir", "application/zip")).run()
    assert not app.exception and "This file is not a zip of a run" in app.error[0].value
    assert len(list_runs(runs)) == 1
