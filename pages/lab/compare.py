"""Compare: same seed, weights and first batch under two to four settings; where do they part, and who gets ahead?"""

import streamlit as st

from pages.shared import (
    collapse_notice,
    compare_picker,
    compare_stage,
    lanes,
    live_chart,
    recorded_pair,
    stabilisers,
    take_home,
    twins,
    what_if,
)
from pages.shared.compare_bar import buttons
from pages.shared.comparing import called
from pages.shared.plain import plain

compare_picker.read_url()
live_chart.load_scripts()
run_ids, states = compare_picker.current()
going = any(state.name in ("running", "queued", "paused") for state in states)

with st.container(key="controls", gap="small"):
    columns = st.columns([1.8, 1.25, 0.75, 1.3, 1.1, 1.35, 5.0], vertical_alignment="bottom", gap="small")
    lanes.common(columns, going)
    with columns[3].popover("Stored runs", width="stretch", on_change="rerun", key="c_stored") as stored:
        if stored.open:
            compare_picker.stored_runs()
    with columns[4].popover("What if", width="stretch", on_change="rerun", key="c_what_if", disabled=not run_ids,
                            help="Go on from any update with another knob") as fork:  # fmt: skip
        if fork.open and run_ids:
            what_if.panel(run_ids, called(run_ids))
    configs, said = twins.checked_lanes()
    with columns[5].popover("Stabilisers", width="stretch", on_change="rerun", key="c_stabilisers",
                            help="What else holds the policy, and which holds the KL down now") as leashes:  # fmt: skip
        if leashes.open:
            stabilisers.for_twins(run_ids, [state.name for state in states], configs)
    with columns[6]:
        buttons(run_ids, states, bool(twins.faults()))
    lanes.show(going, {} if going else said)
    if st.session_state["c_preset"] == "collapse":
        collapse_notice.show(configs)

with st.container(key="notices"):
    if problem := st.session_state.get("_cmp_problem"):
        st.error(plain(problem), icon=":material/error:")
if run_ids:
    compare_stage.show_runs(run_ids, [state.name for state in states], compare_picker.forked(run_ids))
else:
    compare_stage.show_recorded(recorded_pair.packet(live_chart.media_url))
if run_ids:
    with st.container(horizontal=True, horizontal_alignment="right", key="foot"):
        take_home.popover(run_ids, "compared")
live_chart.load_plotly()
compare_picker.write_url()
