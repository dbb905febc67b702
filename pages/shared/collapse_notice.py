"""The measured collapse rates under the settings that they were measured with, and the way to every run behind them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.shared.plain import plain
from ppo_engine.config import TrainConfig
from ppo_engine.jobs import collapse_rates, studies


def show(configs: Sequence[TrainConfig]) -> None:
    """One line with the rates, what counts as destroyed on hover, and a link to the stored runs."""
    if not configs:
        return
    told = collapse_rates.said(studies.rows("collapse"), configs)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="collapse_notice"):
        st.markdown(plain(told.words), help=told.meaning or None, width="content")
        st.page_link("pages/lab/evidence.py", label="Every run behind it", icon=":material/table_rows:",
                     query_params={"section": "Collapse"}, width="content")  # fmt: skip
