"""Train: choose, press Start, and watch an agent learn while the sliders still act."""

import streamlit as st

from pages.shared import (
    collapse_notice,
    diagnosing,
    environments,
    how_long,
    knobs,
    live_chart,
    notices,
    setup,
    stabilisers,
    stage,
    take_home,
    transport,
)
from pages.shared.run_picker import adopt_run, current_status, join_live_run
from ppo_engine.knob_use import unread_knobs
from ppo_engine.objectives import OBJECTIVES
from ppo_engine.presets import presets_for

setup.read_url(adopt_run)
join_live_run()
live_chart.load_scripts()

run_id = st.session_state.get("run", "")
status = current_status(run_id)
going = status is not None and status.name in ("running", "queued", "paused")
acted_on = run_id if going else ""
on_slider = notices.on_slider(acted_on)

with st.container(key="controls", gap="small"):
    columns = st.columns([1.85, 1.28, 1.75, 0.75, 1.2, 0.66, 5.9], vertical_alignment="bottom", gap="xsmall")
    fixed = {"disabled": going, "help": "Fixed while this run goes on." if going else None, "persist_state": "session"}
    listed = fixed if going else {**fixed, "help": environments.about()}
    columns[0].selectbox("Environment", setup.environments(), key="env", on_change=setup.on_env, **listed)
    presets = presets_for(st.session_state["env"])
    about = fixed if going else {**fixed, "help": presets[st.session_state["preset"]].reason}
    columns[1].selectbox("Preset", list(presets), key="preset", on_change=setup.on_preset, **about)
    columns[2].selectbox(
        "Objective", list(OBJECTIVES), key="objective", on_change=setup.on_objective,
        format_func=lambda name: OBJECTIVES[name].title, **fixed,
    )  # fmt: skip
    columns[3].number_input("Seed", 0, 2**31 - 1, step=1, key="seed", on_change=setup.settled, **fixed)
    config = notices.current_config()
    unread = unread_knobs(config)
    with columns[4].popover("All knobs", width="stretch", on_change="rerun", key="more") as more:
        if more.open:
            knobs.expert_panel(config, unread, notices.on_expert(acted_on))
            environments.refused_panel()
    with columns[5].popover("Stabilisers", icon=":material/shield:", width="stretch", on_change="rerun", key="leashes",
                            help="Stabilisers, and which of them holds the KL down now") as leashes:  # fmt: skip
        if leashes.open:
            stabilisers.for_one(config, run_id, status.name if status else "", acted_on)
    with columns[6], st.container(gap=None, key="go"):
        how_long.show(config, going)
        transport.buttons(run_id, status)
    for column, name in zip(st.columns(3, gap="large"), setup.SLIDERS, strict=True):
        with column, st.container(gap=None, key=f"slot_{name}"):
            knobs.slider(name, unread, on_slider)
    if st.session_state["preset"] == "collapse":
        collapse_notice.show([config])

notices.show(status)
if status is not None:
    stage.show_run(run_id, status.name)
else:
    stage.show_replay(st.session_state["env"])
with st.container(horizontal=True, key="foot"):
    diagnosing.show(run_id if status is not None else "", acted_on)
    if status is not None:
        take_home.popover([run_id], "shown")
environments.await_others(going)
live_chart.load_plotly()
setup.write_url()
