"""The one live component: all charts of the Train page, fed with deltas; plotly.js comes inlined from the package."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st
from plotly.offline import get_plotlyjs
from streamlit import runtime

from pages.shared.mounting import NO_OP, mount_when_ready, style_once
from ppo_engine.plots.panels import script_text, style_text

LIVE_KEY = "live"


_panels = st.components.v2.component(
    "ppo_panels", html="<i hidden></i>\n<!-- panels -->", isolate_styles=False,
    js=style_once(style_text(), "ppo-style") + script_text() + "\nwindow.PPOLive.ready = true;" + NO_OP,
)  # fmt: skip
_plotly = st.components.v2.component(
    "ppo_plotly", html="<i hidden></i>\n<!-- plotly.js -->", js="\n" + get_plotlyjs() + NO_OP, isolate_styles=False
)
_live = st.components.v2.component(
    "ppo_live", html="<div id='ppo-live'>\n</div>", js=mount_when_ready("PPOLive.mount", "PPOLive.ready"),
    isolate_styles=False,
)  # fmt: skip


def load_scripts() -> None:
    """Sends our scripts first, so that the video, the words and the numbers move before plotly.js has been parsed."""
    # The place is kept when it is empty: whatever stands after it would otherwise be mounted anew, and blink.
    with st.container(key="scripts"):
        if not st.session_state.get("_loaded"):
            _panels(key="ppo_panels")


def load_plotly() -> None:
    """Sends plotly.js (4.8 MB) once a tab; the browser's message cache would forget it, so the tab says it has it."""
    if not st.session_state.get("_loaded"):
        _plotly(key="ppo_plotly")


def live_chart(data: dict[str, Any], on_knee: Callable[[], None], on_film: Callable[[], None],
               on_need: Callable[[], None]) -> None:  # fmt: skip
    """Shows a packet. ``on_knee`` runs when a knee was dragged and let go, ``on_film`` when another video was asked
    for, ``on_need`` when the tab lacks something in between and everything must be sent again."""
    _live(key=LIVE_KEY, data=data, on_knee_change=on_knee, on_film_change=on_film, on_need_change=on_need,
          on_loaded_change=note_loaded)  # fmt: skip


def note_loaded() -> None:
    """This tab has our scripts and plotly.js, so they need not be sent again."""
    st.session_state["_loaded"] = True


def asked(name: str) -> Any:
    """The value that came with the event of that name; only within its callback."""
    return getattr(st.session_state[LIVE_KEY], name)


def media_url(path: Path) -> str:
    """A URL under which this session may fetch a video file; it is dropped when no tab shows it any more."""
    if not runtime.exists():
        return ""
    return runtime.get_instance().media_file_mgr.add(str(path), "video/mp4", f"ppo.{path.name}")
