"""What if: a control that forks a run at any update with another knob, and compares the two branches."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.shared.compare_bar import tell
from pages.shared.compare_picker import adopt
from pages.shared.feed import open_feed
from pages.shared.lanes import knob_label
from pages.shared.plain import plain
from pages.shared.twins import text_of
from ppo_engine.config import KNOBS
from ppo_engine.jobs import control, groups
from ppo_engine.jobs.folders import UnknownRun
from ppo_engine.knob_use import unread_knobs
from ppo_engine.knobs import ConfigError
from ppo_engine.plots.compared import LETTERS, suggestion


def panel(run_ids: Sequence[str], called: Sequence[str]) -> None:
    """Fork one of the runs: which, from which update, which knob, which value."""
    of = st.selectbox("Run", range(len(run_ids)), key="c_fork_of", format_func=lambda i: f"{LETTERS[i]} {called[i]}")
    feed = open_feed(run_ids[of])
    unread = unread_knobs(feed.config)
    live = [name for name, knob in KNOBS.items() if knob.live and name not in unread]
    last = min(feed.last_update, feed.config.total_updates - 1)
    left, middle, right = st.columns(3)
    update = left.number_input("From update", 0, max(0, last), key=f"c_fork_at_{of}", value=last // 2)
    name = middle.selectbox("Knob", live, key=f"c_fork_knob_{of}", format_func=knob_label)
    text = right.text_input("Value", text_of(suggestion(name, feed.knob_value(name))), key=f"c_fork_value_{of}_{name}")
    try:
        same = KNOBS[name].check(text) == feed.knob_value(name)
        said = "It has this value: the branch would repeat its parent, bit for bit." if same else ""
    except ConfigError as error:
        said = str(error)
    if said:
        st.caption(f":material/info: {plain(said)}")
    st.button("Fork", icon=":material/fork_right:", key="c_fork", on_click=_fork, type="primary",
              args=(run_ids[of], int(update), name, text), disabled=feed.last_update == 0)  # fmt: skip


def _fork(run_id: str, update: int, name: str, text: str) -> None:
    try:
        adopt(groups.branch(control.runs_folder(), run_id, update, **{name: KNOBS[name].check(text)}))
    except (ConfigError, UnknownRun) as error:
        tell(f"{error} Nothing was forked.")
    except OSError as error:
        tell(f"The fork could not be written ({error.strerror or error}).")
