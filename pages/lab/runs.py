"""Runs: every run made here, newest first, with what became of it; open, resume, evaluate, rename, delete and undo."""

import streamlit as st

from pages.shared import bring_in, run_table
from pages.shared.live_chart import load_scripts

load_scripts()
st.title("Runs")
with st.container(horizontal=True, vertical_alignment="center"):
    st.caption("Every run made here, newest first. A run is a folder of its own: closing this page changes nothing.",
               width="stretch")  # fmt: skip
    bring_in.show()
bring_in.show_outcome()
run_table.show_messages()
run_table.show()
