"""Packs a whole recording for the live charts, which then play it in the browser frame by frame."""

from __future__ import annotations

from typing import Any

import numpy as np

from ppo_engine.envs import describe
from ppo_engine.gradient_noise import EVERY
from ppo_engine.plots import packets, verdicts
from ppo_engine.plots.gradient_noise import WINDOW, noise_rows, of_whole_returns
from ppo_engine.plots.lights import failures, lights
from ppo_engine.plots.line_search import refusal
from ppo_engine.plots.own_columns import detail_rows, own_columns
from ppo_engine.plots.trajectories import strip
from ppo_engine.recordings import Recording
from ppo_engine.report import REPORT_KEYS

RECENT = WINDOW * EVERY  # updates that hold the newest measurements of gradient noise
SECONDS = 28.0  # how long a replay takes
FIRST_SHARE = 0.04  # how much of it is drawn at once


def words(recording: Recording, at: int) -> dict[str, Any]:
    """Tiles, warnings, split, sentence and, where kept, self-checks and trajectory products of one row."""
    report = dict(zip(REPORT_KEYS, recording.rows[at].tolist(), strict=True))
    info = describe(recording.config.env_id)
    detail = recording.details[at] if recording.details else {}
    history = packets.column(recording.rows[: at + 1], "ep_rew_mean")
    noise = of_whole_returns(noise_rows(recording.details[max(0, at + 1 - RECENT) : at + 1]))
    tiles = verdicts.tiles(report, history, info.choices, noise)
    found = {
        "tiles": tiles,
        "warnings": failures(detail, recording.comparison) + [tile.warning for tile in tiles if tile.warning],
        "split": packets.split(report),
        "sentence": refusal(detail) or verdicts.sentence(report, recording.config.objective, info.threshold),
    }  # fmt: skip
    if not detail:
        return found
    return {**found, "lights": lights(detail, recording.comparison), "trajectories": strip(detail)}


def replay_packet(recording: Recording) -> dict[str, Any]:
    """Everything the browser needs to play the recording through the panels of a live run."""
    objective = packets.objective_packet(recording.config, recording.config.clip_range)
    count, size = recording.samples.shape[:2]
    numbered = recording.episodes.copy()
    numbered[:, 0] = np.arange(1, len(numbered) + 1)
    kept = detail_rows(recording.details) if recording.details else None
    own = own_columns(recording.config, recording.updates, recording.rows, recording.changes, kept)
    eps = packets.column(recording.rows, "clip_range")
    flat = recording.samples.reshape(count * size, 3)
    return {
        **packets.fixed(recording.config),
        "rows": packets.rows_packet(recording.updates, recording.rows, 0, own),
        "ep": packets.episodes_packet(numbered, 0),
        "hist": {"up": recording.histograms[:, 0].tolist(), "down": recording.histograms[:, 1].tolist()},
        "sample": {"size": size, **{
            name: packets.encode(flat[:, i]) for i, name in enumerate(("log_ratio", "advantage", "slope"))
        }},
        "words": [words(recording, at) for at in range(count)],
        "knobs": packets.knob_lines(
            recording.changes, recording.updates, packets.column(recording.rows, "timesteps")
        ),
        "objective": objective, "eps": eps.tolist() if objective["clips"] and np.isfinite(eps).all() else None,
        "klBand": packets.kl_band(recording.config, recording.config.d_targ),
        "total_timesteps": recording.config.total_timesteps,
        "first": int(np.ceil(FIRST_SHARE * count)), "pace": max(120, round(1000 * SECONDS / count)),
    }  # fmt: skip
