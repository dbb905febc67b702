"""A case history as the Train page replays it: its recording, with its name and what to look for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from pages.shared.deltas import title
from ppo_engine.plots.diagnosis import Diagnosis, diagnose
from ppo_engine.plots.replays import replay_packet
from ppo_engine.recordings import Recording
from ppo_engine.recordings.case_histories import CASES, recorded_case


@st.cache_resource(show_spinner=False)
def opened(name: str) -> tuple[Recording, Diagnosis]:
    """The recording of a case and its diagnosis; raises ConfigError for a name that is none."""
    recording = recorded_case(name)
    return recording, diagnose(recording.config, recording.updates, recording.rows)


@st.cache_resource(max_entries=2, show_spinner=False)
def _packed(name: str) -> dict[str, Any]:
    return replay_packet(opened(name)[0])


def packet(name: str, media: Callable[[Path], str]) -> dict[str, Any]:
    """The whole recording of a case as one packet; ``media`` makes a video fetchable."""
    recording, _ = opened(name)
    case = CASES[name]
    films = [{"url": media(film.path), "update": film.update, "ret": film.ret} for film in recording.films]
    words = {
        "title": f"{case.title} · {title(recording.config)}", "hint": f"Look for: {case.look_for}",
        "sentence": recording.note,
    }  # fmt: skip
    return {"run": f"replay:case-{name}", "replay": {**_packed(name), **words, "films": films}}
