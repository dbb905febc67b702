"""Which check questions a visitor has answered, kept in the browser's session storage: a reload loses nothing."""

from __future__ import annotations

import streamlit as st

from pages.shared.contents import CONTENTS

KEY = "progress"
SLUGS = frozenset(entry.slug for entry in CONTENTS)

_keeper = st.components.v2.component(
    "ppo_progress",
    html="<i hidden></i>\n<!-- progress -->",
    js="""
export default function (component) {
  let kept = [];
  try { kept = JSON.parse(sessionStorage.getItem("ppo-learned") || "[]"); } catch (error) { kept = []; }
  const all = [...new Set([...(Array.isArray(kept) ? kept : []), ...component.data.learned])].sort();
  try { sessionStorage.setItem("ppo-learned", JSON.stringify(all)); } catch (error) { /* storage is switched off */ }
  if (component.data.ask && all.length > component.data.learned.length) component.setTriggerValue("kept", all);
}
""",
    isolate_styles=False,
)


def learned() -> frozenset[str]:
    """The slugs of the lessons whose question has been answered."""
    return st.session_state.get("_learned", frozenset())


def restore() -> None:
    """Asks the browser what it remembers; what this session does not know yet arrives in a rerun."""
    _keeper(key=KEY, data={"learned": sorted(learned()), "ask": True}, on_kept_change=_take_over)


def note(slug: str) -> None:
    """This lesson's question has been answered."""
    st.session_state["_learned"] = learned() | {slug}
    _keeper(key=f"{KEY}_{slug}", data={"learned": sorted(learned()), "ask": False}, on_kept_change=lambda: None)


def _take_over() -> None:
    kept = getattr(st.session_state[KEY], "kept", None)
    if isinstance(kept, list):
        st.session_state["_learned"] = learned() | (SLUGS & {slug for slug in kept if isinstance(slug, str)})
