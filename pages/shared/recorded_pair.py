"""The recorded pair that the Compare page plays until there are runs: clipped against unclipped, one seed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from ppo_engine.plots.group_replays import group_packet, with_films
from ppo_engine.recordings import Recording, load

PAIR = ("lunar-lander", "lunar-lander-unclipped")


@st.cache_resource(show_spinner=False)
def _pair() -> tuple[list[Recording], dict[str, Any]]:
    found = [load(name) for name in PAIR]
    packed = group_packet(found)
    for run, recording in zip(packed["runs"], found, strict=True):
        run["of"] = f"{recording.config.env_id}, seed {recording.config.seed}"
    return found, packed


def packet(media: Callable[[Path], str]) -> dict[str, Any]:
    """The whole pair as one packet; ``media`` makes a film fetchable."""
    found, data = _pair()
    return with_films(data, found, media)
