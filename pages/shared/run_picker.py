"""Which run the page looks at: the one in the URL, or one that is still going on."""

from __future__ import annotations

import streamlit as st

from pages.shared import setup
from pages.shared.feed import open_feed
from ppo_engine.config import TrainConfig
from ppo_engine.jobs.control import runs_folder
from ppo_engine.jobs.folders import UnknownRun
from ppo_engine.jobs.states import State
from ppo_engine.jobs.sweeps import sweep_of
from ppo_engine.jobs.view import RunRow, RunView, list_runs


def adopt_run(run_id: str) -> TrainConfig | None:
    """A run's settings with its knobs as they now are; None, and a sentence to the visitor, if there is none."""
    try:
        view = RunView(runs_folder(), run_id)
        moved = {name: value for name, (value, _) in view.applied_knobs().items()}
        return view.config.with_(**moved)
    except (UnknownRun, ValueError) as error:
        setup.tell(f"{error} The recorded run is shown instead.")
        return None


def join_live_run() -> None:
    """On a tab's first look at a bare address: join the newest run still going on that is of no grid."""
    if st.session_state.get("_looked"):
        return
    st.session_state["_looked"] = True
    if st.session_state.get("run") or st.session_state.get("case") or setup.problems():
        return
    if set(st.query_params) & {*setup.TOP, "row"}:
        return
    rows = list_runs(runs_folder(), but=sweep_of(runs_folder()))
    live = [row for row in rows if row.state in ("running", "queued", "paused")]
    if live:
        open_run(live[0].run_id)
        st.session_state["_joined"] = label(live[0])


def open_run(run_id: str) -> None:
    """Look at a run from now on, with its own settings in the widgets."""
    config = adopt_run(run_id)
    st.session_state["run"] = run_id if config else ""
    if config is not None:
        setup.take_config(config)


def leave_run() -> None:
    """Stop looking at the run; it goes on by itself."""
    st.session_state["run"] = ""
    setup.settled()


def current_status(run_id: str) -> State | None:
    """The state of the run looked at; None when there is none (any more)."""
    if not run_id:
        return None
    try:
        feed = open_feed(run_id)
        if not feed.view.folder.exists():
            raise UnknownRun(run_id)
        feed.refresh(min_age=0.2)
    except (UnknownRun, ValueError) as error:
        setup.tell(f"{error} The recorded run is shown instead.")
        st.session_state["run"] = ""
        return None
    return feed.status


def label(row: RunRow) -> str:
    """A run in a few words: the name somebody gave it, or its environment and seed."""
    return row.name or f"{row.env_id}, seed {row.seed}"
