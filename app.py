"""PPO Playground: page set-up and the menu; each page is a file of its own under pages/."""

import gc
from pathlib import Path

import streamlit as st

from pages.shared import add_to_talk, hiding, page_style, share
from pages.shared.contents import CONTENTS
from pages.shared.deep_link import close_false_alarm
from pages.shared.environments import examine_elsewhere

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


examine_elsewhere()
pages = {
    "Lab": [
        st.Page("pages/lab/train.py", title="Train", default=True),
        st.Page("pages/lab/compare.py", title="Compare", url_path="compare"),
        st.Page("pages/lab/evidence.py", title="Evidence", url_path="evidence"),
        st.Page("pages/lab/runs.py", title="Runs", url_path="runs"),
        st.Page("pages/lab/preflight.py", title="Preflight", url_path="doctor"),
    ],
    "Learn": [st.Page(lesson.file, title=lesson.title, url_path=lesson.slug) for lesson in CONTENTS],
    "Present": [
        st.Page("pages/present/present.py", title="Present", url_path="present"),
        st.Page("pages/present/speaker.py", title="Speaker's page", url_path="present-speaker", visibility="hidden"),
    ],
}
menu = st.navigation(pages, position="top")
page_style.show(menu.url_path, hiding.begin(menu.url_path))
menu.run()
if menu not in pages["Present"]:
    hiding.keep()
    share.show(menu.url_path)
    add_to_talk.offer(menu.title, menu.url_path)
close_false_alarm([page.url_path for section in pages.values() for page in section])
freeze_what_stays()
