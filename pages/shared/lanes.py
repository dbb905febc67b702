"""The lanes of the Compare page: each an objective and a knob of its own; what is wrong is said where it was typed."""

from __future__ import annotations

import streamlit as st

from pages.shared import twins
from pages.shared.plain import plain
from ppo_engine.config import KNOBS
from ppo_engine.jobs.groups import MOST
from ppo_engine.objectives import OBJECTIVES
from ppo_engine.plots.compared import LETTERS, SHORT
from ppo_engine.presets import presets_for


def knob_label(name: str) -> str:
    """A knob's symbol and name, the symbol first since a narrow window cuts the end."""
    knob = KNOBS[name]
    return knob.label if not knob.symbol or knob.symbol in knob.label else f"{knob.symbol}  {knob.label}"


def common(columns: list, going: bool) -> None:
    """What all twins share: environment, preset, seed."""
    presets = presets_for(st.session_state["c_env"])
    fixed = {"disabled": going, "persist_state": "session", "help": "Fixed while these runs go on." if going else None}
    columns[0].selectbox("Environment", twins.environments(), key="c_env", on_change=twins.on_env, **fixed)
    about = fixed if going else {**fixed, "help": presets[st.session_state["c_preset"]].reason}
    columns[1].selectbox("Preset", list(presets), key="c_preset", on_change=twins.on_preset, **about)
    columns[2].number_input("Seed", 0, 2**31 - 1, step=1, key="c_seed", **fixed)


def show(going: bool, said: dict[int, str]) -> None:
    """One lane a run, and a button for one more."""
    count = twins.count()
    widths = [1.0] * count + ([0.32] if count < MOST else [])
    with st.container(key="lanes", gap=None):
        columns = st.columns(widths, gap="small", vertical_alignment="bottom")
        for i in range(count):
            with columns[i]:
                _lane(i, going, said.get(i, ""))
        if count < MOST:
            columns[-1].button("Add", icon=":material/add:", key="c_add", on_click=twins.add_lane, disabled=going,
                               help="One more twin", width="stretch")  # fmt: skip
        for i, sentence in said.items():
            st.caption(f":material/info: {LETTERS[i]}: {plain(sentence)}")


def _lane(i: int, going: bool, sentence: str) -> None:
    fixed = {"disabled": going, "persist_state": "session"}
    whole = OBJECTIVES[st.session_state[f"c_objective_{i}"]].title
    one, two, three = st.columns([1.5, 1.2, 0.8], gap="xsmall", vertical_alignment="bottom")
    one.selectbox(f"{LETTERS[i]}: objective", list(OBJECTIVES), key=f"c_objective_{i}", on_change=twins.on_objective,
                  args=(i,), format_func=SHORT.get, help=whole, **fixed)  # fmt: skip
    two.selectbox("Knob", twins.CHOICES, key=f"c_knob_{i}", on_change=twins.on_knob, args=(i,),
                  format_func=knob_label, help=KNOBS[st.session_state[f"c_knob_{i}"]].effect, **fixed)  # fmt: skip
    with three:
        st.text_input("Value", key=f"c_value_{i}", help=sentence or None, **fixed)
