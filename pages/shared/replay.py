"""The recorded run that plays until a visitor starts one of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from pages.shared import case_replay
from pages.shared.deltas import hint, title
from ppo_engine.plots.replays import replay_packet
from ppo_engine.recordings import Recording, load

FIRST = "lunar-lander"
OTHERS = {"CarRacing-v3": "car-racing"}


@st.cache_resource(show_spinner=False)
def _recording(name: str) -> tuple[Recording, dict[str, Any]]:
    recording = load(name)
    return recording, replay_packet(recording)


def packet(env_id: str, media: Callable[[Path], str]) -> dict[str, Any]:
    """A whole recording as one packet: of that environment if there is one; ``media`` makes a video fetchable."""
    if case := st.session_state.get("case"):
        return case_replay.packet(case, media)
    return recorded(OTHERS.get(env_id, FIRST), media)


def recorded(name: str, media: Callable[[Path], str]) -> dict[str, Any]:
    """The recording of that name as one packet."""
    recording, data = _recording(name)
    films = [{"url": media(film.path), "update": film.update, "ret": film.ret} for film in recording.films]
    words = {"title": title(recording.config), "hint": hint(recording.config), "sentence": recording.note}
    return {"run": "replay:" + name, "replay": {**data, **words, "films": films}}


def shown(env_id: str) -> Recording:
    """The recording that is replayed now, beside a setup of that environment."""
    case = st.session_state.get("case")
    return case_replay.opened(case)[0] if case else _recording(OTHERS.get(env_id, FIRST))[0]
