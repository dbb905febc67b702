"""Packs recordings of one environment for the Compare panels, which then play them in the browser side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ppo_engine.config import TrainConfig
from ppo_engine.plots import compared, packets
from ppo_engine.plots.partings import parting
from ppo_engine.plots.together import rows_packet, together
from ppo_engine.plots.verdicts import show
from ppo_engine.recordings import Recording

SECONDS, SLOWEST, FIRST = 25.0, 170, 5


def group_packet(found: Sequence[Recording], whole: Sequence[np.ndarray] | None = None) -> dict[str, Any]:
    """Everything of one to four recordings but their films.

    ``whole`` are the rows of all updates, from which it is told where the runs part, where the recordings hold only
    some: then of all runs the same.
    """
    configs = [_now_in_force(recording) for recording in found]
    called = compared.names(configs)
    rows = [np.asarray(row, float) for row in whole or [recording.rows for recording in found]]
    partings = [parting(rows[0], other) for other in rows[1:]]
    hists = [{"up": r.histograms[:, 0].tolist(), "down": r.histograms[:, 1].tolist()} for r in found]
    pace = min(SLOWEST, round(1000 * SECONDS / max(len(recording.updates) for recording in found)))
    return {
        **packets.fixed(configs[0]), "key": "recorded", "serial": "recorded", "whole": True, "forked": False,
        "runs": [_run(recording, name) for recording, name in zip(found, called, strict=True)],
        **together(rows, configs, called, partings),
        "replay": {"hists": hists, "films": [[] for _ in found], "first": FIRST, "pace": pace},
        "films": {"mode": "side", "of": 0, "back": 0, "most": 0, "picks": [], "side": [], "note": "recorded"},
    }  # fmt: skip


def with_films(packed: dict[str, Any], found: Sequence[Recording], media: Callable[[Path], str]) -> dict[str, Any]:
    """The packet with the recordings' films; ``media`` makes a file fetchable."""
    films = [
        [{"url": media(film.path), "update": film.update,
          "caption": f"update {film.update} · return {show(film.ret, 0)}"} for film in recording.films]
        for recording in found
    ]  # fmt: skip
    return {**packed, "replay": {**packed["replay"], "films": films}}


def _now_in_force(recording: Recording) -> TrainConfig:
    """Its config with the live knobs as they were moved."""
    return recording.config.with_(**{change["name"]: change["new"] for change in recording.changes})


def _run(recording: Recording, name: str) -> dict[str, Any]:
    last, timesteps = int(recording.updates[-1]), packets.column(recording.rows, "timesteps")
    return {
        "run": f"recorded:{recording.name}", "name": name, "badge": "REPLAY", "state": "replay",
        "sentence": recording.note, "share": 1.0, "update": last,
        "knobs": packets.knob_lines(recording.changes, recording.updates, timesteps),
        "timesteps": float(timesteps[-1]), "total": recording.config.total_timesteps,
        "objective": packets.objective_packet(recording.config, recording.config.clip_range),
        "rows": rows_packet(recording.updates, recording.rows, 0),
    }  # fmt: skip
