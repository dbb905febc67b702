"""The stage of a talk: one component with all scenes, played in the browser; one fragment brings it live training."""

from __future__ import annotations

import json
from typing import Any

import streamlit as st

from pages.shared import lesson_figure, lesson_values, recorded_pair, replay, stage_relay, stage_runs, talk
from pages.shared.feed import tick_interval
from pages.shared.live_chart import load_plotly, load_scripts, media_url, note_loaded
from pages.shared.mounting import mount_when_ready
from pages.shared.stage import session_id

FAMILIES = tuple(dict.fromkeys(name for family in lesson_figure.FAMILIES.values() for name in family))
PARTS = ("motion", "figures", "recorded", "pages", "trained", "acts", "keys", "speaker", "stage")
FEED_KEY = "stage_feed"
READY = "PPOLive.stageReady"
_scripts = st.components.v2.component(
    "ppo_stage_scripts", html="<i hidden></i>\n<!-- stage -->", isolate_styles=False,
    js=lesson_figure.style_script("live", "ppo-style")
    + lesson_figure.style_script("lesson/lesson", "ppo-lesson-style")
    + lesson_figure.style_script("present/stage", "ppo-present-style")
    + lesson_figure.script_text(*lesson_figure.KIT, *FAMILIES, *(f"present/{part}" for part in PARTS))
    + f"\nL.PAGE_CSS = {json.dumps(lesson_figure.style_text('present/page'))};"
    + "\nwindow.PPOLive.stageReady = true;\nexport default function () {}\n",
)  # fmt: skip
_stage = st.components.v2.component(
    "ppo_stage", html="<div class='ppo-stage-door'>\n</div>", js=mount_when_ready("PPOLive.stageMount", READY),
    isolate_styles=False,
)  # fmt: skip
_feed = st.components.v2.component(
    "ppo_stage_feed", html="<i hidden></i>\n<!-- feed -->", js=mount_when_ready("PPOLive.stageFeed", READY),
    isolate_styles=False,
)  # fmt: skip
_speaker = st.components.v2.component(
    "ppo_stage_speaker", html="<div class='ppo-stage-door'>\n</div>", isolate_styles=False,
    js=mount_when_ready("PPOLive.speakerMount", READY),
)  # fmt: skip


def load() -> None:
    """Sends the scripts of the stage, ours first."""
    load_scripts()
    with st.container(key="stage_scripts"):
        _scripts(key="ppo_stage_scripts")


def _themes() -> dict[str, dict[str, str]]:
    names = {"background-color": "backgroundColor", "secondary-background-color": "secondaryBackgroundColor",
             "text-color": "textColor", "border-color": "borderColor", "primary-color": "primaryColor"}  # fmt: skip
    return {
        theme: {f"--st-{name}": st.get_option(f"theme.{theme}.{option}") or "" for name, option in names.items()}
        for theme in ("light", "dark")
    }


@st.cache_data(show_spinner=False)
def _values() -> dict[str, Any]:
    return {"importance": lesson_values.importance(), "trust": lesson_values.trust(),
            "penalty": lesson_values.penalty()}  # fmt: skip


def show() -> None:
    """The stage with the session's talk; it covers the page until whoever presents arranges the talk or leaves."""
    now = talk.current()
    _stage(key="stage", data={
        "talk": {"title": now.title, "id": st.session_state.get("_talk_id", "")}, "scenes": talk.on_stage(now),
        "draft": talk.draft(), "values": _values(), "themes": _themes(),
        "replay": replay.recorded(replay.FIRST, media_url), "pair": recorded_pair.packet(media_url),
    })  # fmt: skip
    st.fragment(_tick, run_every=tick_interval(session_id()))()
    load_plotly()


def _tick() -> None:
    interval = tick_interval(session_id())
    _feed(key=FEED_KEY, on_wish_change=_on_wish, on_loaded_change=note_loaded, data={
        "ack": st.session_state.get("_stage_ack", 0), "live": stage_runs.packet(interval),
        "go": stage_relay.asked(st.session_state.get("_stage_code")),
    })  # fmt: skip
    if st.session_state.pop("_stage_redraw", False):
        st.rerun()


def _on_wish() -> None:
    """A key on the stage needs the server; a wish that came twice is obeyed once."""
    wish: Any = st.session_state[FEED_KEY].wish
    if not isinstance(wish, dict) or not isinstance(wish.get("n"), int):
        return
    if wish["n"] == st.session_state.get("_stage_ack"):
        return
    st.session_state["_stage_ack"] = wish["n"]
    if wish.get("do") == "at":
        st.session_state["_stage_code"] = wish.get("code")
        stage_relay.stands(wish)
    elif wish.get("do") == "restore":
        talk.restore(wish.get("text"))
        st.session_state["_stage_redraw"] = True
    else:
        stage_runs.obey(wish)


def show_speaker() -> None:
    """The speaker's page: follows the presenting window in this browser, or through the server on another device."""
    st.fragment(_speak, run_every=1.0)(talk.on_stage(talk.current()))


def _speak(scenes: list[dict[str, Any]]) -> None:
    told = [{key: scene[key] for key in ("title", "show", "say")} for scene in scenes]
    _speaker(key="speaker", on_key_change=_on_key, data={
        "scenes": told, "themes": _themes(), "stands": stage_relay.standing(_desk()),
    })  # fmt: skip


def _on_key() -> None:
    stage_relay.ask(_desk(), st.session_state["speaker"].key)


def _desk() -> str:
    return st.query_params.get("desk", "")
