"""Keeps a talk in the browser's tab from every page, so that neither a reload nor a server's restart loses a scene."""

from __future__ import annotations

import streamlit as st

from pages.shared import talk

KEY = "talk_keeper"
# The stage keeps it under the same name (assets/present/stage.js).
_keeper = st.components.v2.component(
    "ppo_talk",
    html="<i hidden></i>\n<!-- talk -->",
    js="""
export default function (component) {
  const { draft } = component.data;
  try {
    const kept = sessionStorage.getItem("ppo-talk");
    if (draft) sessionStorage.setItem("ppo-talk", draft); else if (kept) component.setTriggerValue("kept", kept);
  } catch (error) { /* storage is switched off */ }
}
""",
    isolate_styles=False,
)


def show() -> None:
    """Hands the session's talk to the tab; a session that has none takes over what the tab kept."""
    _keeper(key=KEY, data={"draft": talk.draft()}, on_kept_change=_take_over)


def _take_over() -> None:
    talk.restore(getattr(st.session_state[KEY], "kept", None))
