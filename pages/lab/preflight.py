"""Preflight: before a talk or a lesson, whether everything on this machine and in this browser works."""

import streamlit as st

from pages.shared import preflight_stage
from pages.shared.live_chart import load_scripts

load_scripts()
st.title("Preflight", anchor=False)
st.caption("Before a talk: what has to work, tried out. On the command line: `python -m ppo_engine doctor`")
preflight_stage.show()
