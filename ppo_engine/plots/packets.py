"""Packs a run's numbers for the live charts: only what is new, as base64 float32, thinned where there is too much."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ppo_engine.config import KNOBS, TrainConfig
from ppo_engine.diagnostics import HISTOGRAM_EDGES
from ppo_engine.envs import describe
from ppo_engine.objectives import OBJECTIVES
from ppo_engine.plots.lights import meanings
from ppo_engine.plots.verdicts import KL_HIGH, KL_LOW, KL_SOURCE
from ppo_engine.report import REPORT_KEYS

COLUMNS = (
    "timesteps", "ep_rew_mean", "policy_gradient_loss", "value_loss", "entropy", "kl", "explained_variance",
)  # fmt: skip
MAX_ROWS = 1500
MAX_EPISODES = 1000
MAX_NEW_EPISODES = 150
MAX_SAMPLES = 128
MAX_KNOB_LINES = 20


def encode(values: Any) -> str:
    """base64 of little-endian float32."""
    return base64.b64encode(np.asarray(values, dtype="<f4").tobytes()).decode()


def column(rows: np.ndarray, key: str) -> np.ndarray:
    """One report key's column of rows (k, len(REPORT_KEYS))."""
    return rows[:, REPORT_KEYS.index(key)]


def rows_packet(
    updates: np.ndarray, rows: np.ndarray, after: int, own: Mapping[str, np.ndarray] | None = None
) -> dict[str, Any]:
    """Update numbers ``(k,)`` and their scalars ``(k, len(REPORT_KEYS))`` that follow update ``after``.

    ``own`` are more columns ``(k,)`` that only this objective has. Above MAX_ROWS every n-th row is kept, and always
    the last.
    """
    stride = -(-len(updates) // MAX_ROWS) or 1
    keep = np.arange(0, len(updates), stride)
    if len(keep) and keep[-1] != len(updates) - 1:
        keep = np.r_[keep, len(updates) - 1]
    return {
        "after": int(after),
        "update": encode(np.asarray(updates)[keep]),
        "cols": {
            **{key: encode(column(rows, key)[keep]) for key in COLUMNS},
            **{key: encode(values[keep]) for key, values in (own or {}).items()},
        },
    }


def episodes_packet(episodes: np.ndarray, after: int) -> dict[str, Any]:
    """Episodes ``(k, 7)`` (row id, update, step, environment, timesteps, return, length) that follow row ``after``.

    Too many are thinned to the row ids that a power of two divides, so that thinning twice keeps a subset.
    """
    stride, limit = 1, MAX_NEW_EPISODES if after else MAX_EPISODES
    while len(episodes) > limit * stride:
        stride *= 2
    few = episodes[episodes[:, 0] % stride == 0] if len(episodes) else np.zeros((0, 7))
    return {
        "after": int(after), "last": int(episodes[-1, 0]) if len(episodes) else int(after),
        "id": encode(few[:, 0]), "x": encode(few[:, 4]), "y": encode(few[:, 5]),
    }  # fmt: skip


def histogram_packet(update: int, counts: np.ndarray) -> dict[str, Any]:
    """Counts ``(2, BINS + 2)`` of one update's ratio histogram."""
    return {"update": int(update), "up": counts[0].tolist(), "down": counts[1].tolist()}


def thin_sample(sample: np.ndarray, size: int = MAX_SAMPLES) -> np.ndarray:
    """At most ``size`` evenly spaced rows of a sample ``(n, 3)``."""
    if len(sample) <= size:
        return sample
    return sample[np.linspace(0, len(sample) - 1, size).astype(int)]


def sample_packet(update: int, sample: np.ndarray) -> dict[str, Any]:
    """A sample ``(n, 3)`` of one update: log-ratio, advantage, slope."""
    few = thin_sample(sample)
    names = ("log_ratio", "advantage", "slope")
    return {"update": int(update), **{name: encode(few[:, i]) for i, name in enumerate(names)}}


def objective_packet(config: TrainConfig, clip_range: float) -> dict[str, Any]:
    """What the browser needs to draw the objective's formula with the clip range now in force."""
    kind = OBJECTIVES[config.objective]
    clips = "clip_range" in getattr(kind, "__dataclass_fields__", {})
    return {
        "name": config.objective, "title": kind.title, "eps": float(clip_range), "clips": clips, "band": True,
        "adaptive": config.objective == "ppo_kl_adaptive", "credit": kind.credit or config.credit,
    }  # fmt: skip


def kl_band(config: TrainConfig, d_targ: float) -> dict[str, Any]:
    """The band in which a KL is unremarkable: the controller's dead band, the trust region, or the rule of thumb."""
    if config.objective == "ppo_kl_adaptive":
        return {"low": d_targ / 1.5, "high": 1.5 * d_targ, "text": f"d/1.5 to 1.5 d, d = {d_targ:g}"}
    if config.objective == "trpo":
        return {"low": 0.0, "high": config.max_kl, "text": f"trust region, δ = {config.max_kl:g}"}
    return {"low": KL_LOW, "high": KL_HIGH, "text": KL_SOURCE}


def knob_value(name: str, value: Any) -> str:
    """A knob's value as it is written on a chart or a chip."""
    if value is None or (name == "kl_coef" and value == 0):
        return "off"
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:.2f}" if name == "clip_range" and value >= 0.01 else f"{value:g}"


def knob_lines(changes: Iterable[Mapping[str, Any]], updates: np.ndarray, timesteps: np.ndarray) -> list[dict]:
    """Vertical lines for applied knobs; each change has name, old, new, update: the first update that ran with it.

    The browser labels them "ε 0.20 → 0.10 at update 132", one label for several moves in quick succession.
    """
    lines = []
    for change in list(changes)[-MAX_KNOB_LINES:]:
        before = int(np.searchsorted(updates, change["update"])) - 1
        x = float(timesteps[min(before, len(timesteps) - 1)]) if before >= 0 and len(timesteps) else 0.0
        knob, name = KNOBS[change["name"]], change["name"]
        lines.append({
            "x": x, "symbol": knob.symbol or knob.label, "old": knob_value(name, change["old"]),
            "new": knob_value(name, change["new"]), "update": change["update"],
        })  # fmt: skip
    return lines


def split(report: Mapping[str, float]) -> dict[str, float | None]:
    """The honest split of an update's samples: in band, killed, outside but still pushing; shares that add up to 1."""
    shares = {
        "in": 1 - report["clip_fraction"], "killed": report["killed_fraction"],
        "push": report["active_outside_fraction"],
    }  # fmt: skip
    return {key: float(value) if np.isfinite(value) else None for key, value in shares.items()}


def fixed(config: TrainConfig) -> dict[str, Any]:
    """What does not change while a run goes on: histogram edges, the line at which the task counts as solved, and
    what each self-check says."""
    edges = [round(float(edge), 4) for edge in HISTOGRAM_EDGES]
    return {"edges": edges, "threshold": describe(config.env_id).threshold, "checkMeanings": meanings()}
