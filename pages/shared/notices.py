"""What is told above the charts: what is wrong, and which run was joined."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from pages.shared import setup, transport
from pages.shared.plain import plain
from ppo_engine.config import TrainConfig
from ppo_engine.jobs.states import State
from ppo_engine.knobs import ConfigError
from ppo_engine.presets import build_config


def current_config() -> TrainConfig:
    """What is set up, or the preset with a sentence on what cannot be used."""
    try:
        return setup.config()
    except ConfigError as error:
        if str(error) not in " ".join(setup.problems()):
            setup.tell(f"{error} Start would use the preset instead.")
        return build_config(st.session_state["env"], st.session_state["preset"], st.session_state["objective"])


def on_slider(run_id: str) -> Callable[[str], None]:
    """What a slider does when it is moved: act on the run that goes on, else only set up the next one."""
    if run_id:
        return lambda name: transport.move_slider(name, run_id)
    return lambda name: setup.settled()


def on_expert(run_id: str) -> Callable[[str, Any], None] | None:
    """What a live knob of the expert panel does to the run that goes on; None while nothing does."""
    return (lambda name, value: transport.move_knob(name, value, run_id)) if run_id else None


def show(status: State | None) -> None:
    """Errors, and which run was joined."""
    # The place is kept when it is empty, so that the charts below are not mounted anew.
    with st.container(key="notices"):
        if setup.problems():
            st.error("  \n".join(plain(problem) for problem in setup.problems()), icon=":material/error:")
    joined = st.session_state.pop("_joined", None)
    if joined and status is not None:
        st.toast(f"Still running: {plain(joined)}. You have joined it.", duration="long")
