"""Evidence: over many seeds and settings, what is really true? Grids in the background, and what they showed."""

import streamlit as st

from pages.shared import (
    cases,
    kept_chart,
    kept_collapse,
    kept_methods,
    kept_table_one,
    live_chart,
    section_url,
    sweep_chart,
    sweep_stage,
)

# Each section draws stored data and is a small file of its own; the first is what a visitor sees.
SECTIONS = {
    "Grids": sweep_stage.show, kept_methods.SECTION: kept_methods.show, kept_table_one.SECTION: kept_table_one.show,
    "Collapse": kept_collapse.show, "Case histories": cases.draw_cases,
}  # fmt: skip

live_chart.load_scripts()
sweep_chart.load_scripts()
kept_chart.load_scripts()
section_url.read(list(SECTIONS))
section = st.segmented_control("Section", list(SECTIONS), key=section_url.KEY, label_visibility="collapsed",
                               on_change=section_url.write)  # fmt: skip
section_url.tell()
SECTIONS[section or next(iter(SECTIONS))]()
live_chart.load_plotly()
