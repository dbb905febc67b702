"""Add to my talk: any page of the Lab and of Learn, as it stands, becomes a scene with a sentence of one's own."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from pages.shared import stage_pages, talk, talk_keeper
from pages.shared.plain import plain
from ppo_engine.jobs import talks
from ppo_engine.knobs import ConfigError

STAGE = "pages/present/present.py"
# In the header's empty corner, left of whatever else is there: no page gets longer for it.
CORNER = """<style>
[data-testid="stLayoutWrapper"]:has(> .st-key-talk_corner) {
  position: fixed; top: 10px; right: 150px; z-index: 999991; width: auto !important; }
.st-key-talk_corner { width: auto !important; }
@media (max-width: 900px) { .st-key-talk_corner [data-testid="stMarkdownContainer"] {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); } }
</style>"""


def address(path: str) -> str:
    """The page's path and its state, as the URL has them now."""
    state = {key: st.query_params[key] for key in st.query_params}
    return f"/{path}" + (f"?{urlencode(state, safe=',:=')}" if state else "")


def offer(title: str, path: str) -> None:
    """A small button in the header; ``path`` is the page's own, ``title`` what the menu calls it."""
    if st.context.is_embedded:
        return
    st.html(CORNER)
    with st.container(key="talk_corner"):
        with st.popover("Add to my talk", icon=":material/slideshow:", key="add_to_talk", type="tertiary",
                        on_change="rerun") as opened:  # fmt: skip
            if opened.open:
                _form(title, path, address(path))
        talk_keeper.show()


def _form(title: str, path: str, page: str) -> None:
    parts = stage_pages.choices(path)
    with st.form("add_to_talk_form", border=False):
        if path.startswith("learn-"):
            st.caption("The lesson’s first figure, as it begins.")
        else:
            st.caption(f"`{page}`" if len(page) <= 60 else "This page with its present settings and run.")
        named = st.text_input("Title", title, max_chars=talks.LONGEST["title"])
        shown = st.text_input("Sentence under it", max_chars=talks.LONGEST["show"])
        said = st.text_area("What you will say", max_chars=talks.LONGEST["say"], height=80)
        kept = st.multiselect("On the stage", list(parts), stage_pages.staying(page), format_func=parts.__getitem__,
                              max_selections=stage_pages.MOST) if parts else []  # fmt: skip
        if st.form_submit_button("Add", type="primary"):
            try:
                page = stage_pages.keeping(page, tuple(kept))
                talk.add(talks.check_scene({"page": page, "title": named, "show": shown, "say": said}))
                count = len(talk.current().scenes)
                st.success(f"Scene {count} of your talk. It opens in this tab under Present.")
                st.page_link(STAGE, label="Present it", query_params={"scene": str(count)})
            except ConfigError as error:
                st.error(plain(f"{error} Nothing was added."))

