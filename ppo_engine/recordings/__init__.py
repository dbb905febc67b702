"""Recorded real runs, small enough to ship: numbers in an .npz, a few rollouts in .mp4 files beside it."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ppo_engine.config import TrainConfig
from ppo_engine.knobs import ConfigError

FOLDER = Path(__file__).parent
FORMAT = 1


class Film(NamedTuple):
    """A rollout of the policy after ``update``, and what it returned."""

    update: int
    path: Path
    ret: float


@dataclasses.dataclass(frozen=True)
class Recording:
    """One run, every number as it was.

    ``updates`` (k,), ``rows`` (k, len(REPORT_KEYS)), ``episodes`` (n, 7: row id, update, step, environment, timesteps,
    return, length), ``histograms`` int (k, 2, BINS + 2), ``samples`` float32 (k, s, 3: log-ratio, advantage, slope),
    ``changes``: applied live knobs (name, old, new, update); ``note`` says where the recording comes from;
    ``details``: what else each update said of itself, ``comparison``: the last one with autograd,
    ``parameters_sha256``: what the run ended with; all three empty in recordings that were made without.
    """

    name: str
    config: TrainConfig
    updates: np.ndarray
    rows: np.ndarray
    episodes: np.ndarray
    histograms: np.ndarray
    samples: np.ndarray
    changes: list[dict[str, Any]]
    films: list[Film]
    note: str
    details: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    comparison: dict[str, Any] = dataclasses.field(default_factory=dict)
    parameters_sha256: str = ""


def names(folder: Path = FOLDER) -> list[str]:
    """The recordings that there are in a folder."""
    return sorted(path.stem for path in folder.glob("*.npz"))


def load(name: str, folder: Path = FOLDER) -> Recording:
    """Read a recording of a folder; raises ConfigError for a name that there is none of."""
    if name not in names(folder):
        raise ConfigError("recording", name, "one of " + ", ".join(names(folder)))
    with np.load(folder / f"{name}.npz", allow_pickle=False) as arrays:
        meta = json.loads(bytes(arrays["meta"]).decode("utf-8"))
        films = [Film(film["update"], folder / film["file"], film["ret"]) for film in meta["films"]]
        return Recording(
            name, TrainConfig.from_dict(meta["config"]), arrays["updates"].astype(int), arrays["rows"].astype(float),
            arrays["episodes"].astype(float), arrays["histograms"].astype(int), arrays["samples"].astype(np.float32),
            meta["changes"], films, meta["note"], meta.get("details", []),
            meta.get("comparison", {}), meta.get("parameters_sha256", ""),
        )  # fmt: skip
