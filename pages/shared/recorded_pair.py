"""The recorded pair that the Compare page plays until there are runs: clipped against unclipped, one seed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from pages.shared.comparing import rows_packet, together
from ppo_engine.plots import compared, packets
from ppo_engine.plots.partings import parting
from ppo_engine.plots.verdicts import show
from ppo_engine.recordings import Recording, load

PAIR = ("lunar-lander", "lunar-lander-unclipped")
PACE, FIRST = 170, 5


@st.cache_resource(show_spinner=False)
def _pair() -> tuple[list[Recording], dict[str, Any]]:
    found = [load(name) for name in PAIR]
    configs = [recording.config for recording in found]
    called = compared.names(configs)
    rows = [np.asarray(recording.rows, float) for recording in found]
    data = {
        **packets.fixed(configs[0]), "key": "recorded", "serial": "recorded", "whole": True, "forked": False,
        "runs": [_run(recording, name) for recording, name in zip(found, called, strict=True)],
        **together(rows, configs, called, [parting(rows[0], rows[1])]),
    }  # fmt: skip
    return found, data


def _run(recording: Recording, name: str) -> dict[str, Any]:
    last = int(recording.updates[-1])
    return {
        "run": f"recorded:{recording.name}", "name": name, "badge": "REPLAY", "state": "replay",
        "sentence": recording.note, "share": 1.0, "update": last, "knobs": [],
        "timesteps": float(packets.column(recording.rows, "timesteps")[-1]), "total": recording.config.total_timesteps,
        "objective": packets.objective_packet(recording.config, recording.config.clip_range),
        "rows": rows_packet(recording.updates, recording.rows, 0),
    }  # fmt: skip


def packet(media: Callable[[Path], str]) -> dict[str, Any]:
    """The whole pair as one packet; ``media`` makes a film fetchable."""
    found, data = _pair()
    films = [
        [{"url": media(film.path), "update": film.update,
          "caption": f"update {film.update} · return {show(film.ret, 0)}"} for film in recording.films]
        for recording in found
    ]  # fmt: skip
    hists = [{"up": r.histograms[:, 0].tolist(), "down": r.histograms[:, 1].tolist()} for r in found]
    return {
        **data, "replay": {"hists": hists, "films": films, "first": FIRST, "pace": PACE},
        "films": {"mode": "side", "of": 0, "back": 0, "most": 0, "picks": [], "side": [], "note": "recorded"},
    }  # fmt: skip
