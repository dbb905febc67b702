"""Evidence: over many seeds and settings, what is really true? Grids in the background, and what they showed."""

import streamlit as st

from pages.shared import cases, kept_methods, live_chart, sweep_chart, sweep_stage

# Each section draws stored data and is a small file of its own; the first is what a visitor sees.
SECTIONS = {"Grids": sweep_stage.show, "Every method": kept_methods.show, "Case histories": cases.draw_cases}

live_chart.load_scripts()
sweep_chart.load_scripts()
section = next(iter(SECTIONS))
if len(SECTIONS) > 1:
    section = st.segmented_control("Section", list(SECTIONS), default=section, label_visibility="collapsed") or section
SECTIONS[section]()
live_chart.load_plotly()
