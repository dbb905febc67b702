"""The app without a browser, on an empty runs folder, with every process it starts ended afterwards."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import psutil
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from ppo_engine.envs import examine_with

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def runs():
    """This test's runs folder; workers and supervisors of it are ended by pid when the test is over."""
    folder = Path(os.environ["PPO_RUNS"])
    yield folder
    examine_with(None)
    for process in psutil.process_iter(["cmdline"]):
        if any(str(folder) in part for part in process.info["cmdline"] or ()):
            with contextlib.suppress(psutil.Error):
                process.kill()


@pytest.fixture
def open_app(runs):
    """Opens the app, with what the URL says, and runs its first page once."""

    def opened(**params: str) -> AppTest:
        st.cache_resource.clear()
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
        for key, value in params.items():
            app.query_params[key] = value
        return app.run()

    return opened


@pytest.fixture
def paused_run(runs):
    """The id of a run that was written and waits before its first update: no process is started."""
    from ppo_engine.jobs import control
    from ppo_engine.presets import build_config

    config = build_config("CartPole-v1", "quick", seed=7, clip_range=0.31)
    return control.launch(runs, config, name="**bold** <b>name</b>", start=False)
