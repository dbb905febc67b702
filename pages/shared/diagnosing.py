"""Diagnose this run: under the charts, which case it is nearest to, where that is seen, and the move to try."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from pages.shared import replay, setup, transport
from pages.shared.feed import open_feed
from pages.shared.plain import plain
from ppo_engine.config import TrainConfig
from ppo_engine.plots.case_curves import SOURCE, case_figure, described
from ppo_engine.plots.diagnosis import Diagnosis, diagnose
from ppo_engine.plots.remedies import Move

ICONS = {"healthy": ":material/check_circle:", "undecided": ":material/help:"}
ILL = ":material/warning:"
CHART = {"displayModeBar": False}


class Patient(NamedTuple):
    """What is diagnosed: a run's config with its knobs as they now are, its rows, and since when they hold."""

    config: TrainConfig
    updates: np.ndarray
    rows: np.ndarray
    since: int = 0


def patient(run_id: str) -> Patient:
    """The run looked at, or the recording that is replayed where none is."""
    if not run_id:
        recording = replay.shown(st.session_state["env"])
        return Patient(recording.config, recording.updates, recording.rows)
    feed = open_feed(run_id)
    moved = {change["name"]: change["new"] for change in feed.changes}
    since = max((change["update"] for change in feed.changes), default=0)
    return Patient(feed.config.with_(**moved), feed.updates, feed.rows, since)


def show(run_id: str, going_id: str) -> None:
    """The closed line under the charts; opened, it holds the diagnosis of this moment.

    ``run_id``: the run looked at, empty for the replay; ``going_id``: the same while it goes on, else empty.
    """
    name = "Diagnose this run" if run_id else "Diagnose this recorded run"
    key = f"diagnosis_{run_id or st.session_state.get('case', '')}"
    told = not run_id and bool(st.session_state.get("case"))
    with st.expander(name, told, icon=":material/stethoscope:", on_change="rerun", key=key) as opened:
        if opened.open:
            _draw(patient(run_id), going_id)


def _draw(who: Patient, going_id: str) -> None:
    found = diagnose(who.config, who.updates, who.rows, who.since)
    sentence(found)
    if len(who.updates):
        st.plotly_chart(case_figure(who.updates, who.rows, found.evidence), key="diagnosis_curves", config=CHART,
                        alt=described(found.evidence))  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        if found.move:
            _offer(found.move, going_id)
        if going_id:
            last = int(who.updates[-1]) if len(who.updates) else 0
            st.button("Look again", key="diagnose_again", icon=":material/refresh:", type="tertiary",
                      help=f"This was said of update {last}; the run goes on.")  # fmt: skip
        st.caption(plain(f"{SOURCE} Red: the update that is cited."), width="stretch")


def sentence(found: Diagnosis) -> None:
    """The diagnosis in words, after its sign and its title."""
    words = found.sentence.removeprefix(f"{found.title}: ")
    st.markdown(f"{ICONS.get(found.case, ILL)} **{found.title}.** {plain(words[0].upper() + words[1:])}")


def _offer(move: Move, going_id: str) -> None:
    acts = bool(going_id) and move.live
    help_text = "Acts on this run from its next update on." if acts else "Sets it for the next run that you start."
    st.button(f"Set {move.words}", key="offered_move", icon=":material/tune:", help=help_text,
              on_click=take, args=(move, going_id if acts else ""))  # fmt: skip


def take(move: Move, going_id: str) -> None:
    """Set the knob, and wish it for the run that goes on (``going_id``, else empty)."""
    value: Any = move.new
    setup.move_to(move.knob, value)
    if going_id:
        transport.move_knob(move.knob, value, going_id)
