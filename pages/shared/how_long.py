"""How long the run that is set up would take here, in one sentence above the buttons."""

from __future__ import annotations

import streamlit as st

from ppo_engine.config import TrainConfig
from ppo_engine.jobs.control import runs_folder
from ppo_engine.jobs.pace import WORK, sentence


@st.cache_data(ttl=20, show_spinner=False)
def _sentence(runs: str, work: tuple, _config: TrainConfig) -> str:
    return sentence(runs, _config)


def show(config: TrainConfig, going: bool) -> None:
    """The sentence; while a run goes on its own strip tells the time left, and the place stays empty."""
    work = tuple(getattr(config, knob) for knob in (*WORK, "total_timesteps"))
    st.caption(" " if going else _sentence(str(runs_folder()), work, config))
