"""Present: scenes for a talk on keys, full screen and offline; beneath the stage the talk is arranged and saved."""

import streamlit as st

from pages.shared import present_stage, talk, talk_editor

talk.read_url()
present_stage.load()
present_stage.show()
talk_editor.show()
with st.container(key="present_leave"):
    st.page_link("pages/lab/train.py", label="To the Lab")
