"""PPO Playground: page set-up and the menu; each page is a file of its own under pages/."""

import gc
from pathlib import Path

import streamlit as st

ASSETS = Path(__file__).parent / "pages" / "shared" / "assets"
st.set_page_config(
    page_title="PPO Playground",
    page_icon=str(ASSETS / "favicon.png"),
    layout="wide",
    initial_sidebar_state="collapsed",
)
st.logo(str(ASSETS / "logo.svg"), size="medium")


@st.cache_resource(show_spinner=False)
def freeze_what_stays() -> None:
    """Streamlit collects garbage after every tick; what the imports made never becomes garbage, so take it out."""
    gc.collect()
    gc.freeze()


menu = st.navigation(
    {
        "Lab": [
            st.Page("pages/lab/train.py", title="Train", default=True),
            st.Page("pages/lab/runs.py", title="Runs", url_path="runs"),
        ]
    },
    position="top",
)
menu.run()
freeze_what_stays()
