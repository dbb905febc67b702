"""The Compare page's live component: all its charts and films, fed with deltas; its scripts travel with the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from pages.shared.live_chart import note_loaded
from pages.shared.mounting import mount_when_ready

COMPARE_KEY = "compare"
_compare = st.components.v2.component(
    "ppo_compare", html="<div id='ppo-compare'>\n</div>", js=mount_when_ready("PPOLive.cmpMount", "PPOLive.ready"),
    isolate_styles=False,
)  # fmt: skip


def compare_chart(data: dict[str, Any], on_view: Callable[[], None], on_need: Callable[[], None]) -> None:
    """Shows a packet. ``on_view`` runs when other rollouts were asked for, ``on_need`` when the tab lacks something."""
    _compare(key=COMPARE_KEY, data=data, on_view_change=on_view, on_need_change=on_need, on_loaded_change=note_loaded)


def asked(name: str) -> Any:
    """The value that came with the event of that name; only within its callback."""
    return getattr(st.session_state[COMPARE_KEY], name)
