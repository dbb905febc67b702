"""tensorboard: event files with Stable-Baselines3's tags over environment steps, and histograms of the log-ratio."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ppo_engine.diagnostics import HISTOGRAM_EDGES
from ppo_engine.jobs import peek
from ppo_engine.jobs.exports.formats import Tell
from ppo_engine.jobs.exports.rows import rows_of
from ppo_engine.jobs.folders import RunFolder
from ppo_engine.jobs.listing import read_config
from ppo_engine.jobs.view import RunView
from ppo_engine.report import REPORT_KEYS

MOST_HISTOGRAMS = 200
# Stable-Baselines3's own names; what it does not have stands with what it resembles most.
TAGS = {
    "ep_rew_mean": "rollout/ep_rew_mean", "ep_len_mean": "rollout/ep_len_mean", "fps": "time/fps",
    **{
        key: f"train/{key}"
        for key in (
            "policy_gradient_loss", "value_loss", "approx_kl", "clip_fraction", "explained_variance", "learning_rate",
            "clip_range", "kl", "kl_coef", "killed_fraction", "active_outside_fraction", "ratio_max", "ess",
            "grad_norm",
        )
    },
}  # fmt: skip
ENTROPY = "train/entropy_loss"


def write(folders: Sequence[RunFolder], path: Path, update: int | None, tell: Tell) -> None:
    """A folder of event files: at its top for one run, in a folder for each of several."""
    path.mkdir()
    for done, folder in enumerate(folders):
        _write_run(folder, path if len(folders) == 1 else path / folder.run_id)
        tell((done + 1) / len(folders))


def _write_run(folder: RunFolder, path: Path) -> None:
    # Imported late: it brings torch where torch is installed.
    from tensorboardX import SummaryWriter

    rows, walls = [row[4:-1] for row in rows_of(folder)], _wall_times(folder)
    file = SummaryWriter(str(path))
    config = read_config(folder, to_tell=True).to_dict()
    first = min(walls.values(), default=0.0)
    file.add_text("config", "\n".join(f"    {name}: {value}" for name, value in config.items()), 0, first)
    # SQLite takes only so many names in one question, and nobody looks at thousands of histograms.
    updates = [int(row[0]) for row in rows]
    drawn = RunView(folder.runs, folder.run_id).histograms(updates[:: max(1, -(-len(updates) // MOST_HISTOGRAMS))])
    for row in rows:
        named = dict(zip(REPORT_KEYS, row, strict=True))
        _write_update(file, named, drawn.get(named["update"]), walls.get(named["update"], first))
    file.close()
    for written in path.glob("events.out.tfevents.*"):
        # The machine's name has no business in a file that is given away.
        written.rename(path / f"events.out.tfevents.{int(first)}.{folder.run_id}")


def _write_update(file: Any, named: dict[str, Any], histogram: np.ndarray | None, wall: float) -> None:
    step = named["timesteps"]
    for key, tag in TAGS.items():
        if not (tag.startswith("rollout/") and math.isnan(named[key])):  # before the first episode ends, as there
            file.add_scalar(tag, named[key], step, wall)
    file.add_scalar(ENTROPY, -named["entropy"], step, wall)
    if histogram is not None and histogram.sum():
        counts, limits, centres = _buckets(histogram)
        seen = centres[counts > 0]
        file.add_histogram_raw(
            "train/log_ratio", min=float(seen[0]), max=float(seen[-1]), num=int(counts.sum()),
            sum=float(counts @ centres), sum_squares=float(counts @ centres**2), bucket_limits=limits.tolist(),
            bucket_counts=counts.tolist(), global_step=step, walltime=wall,
        )  # fmt: skip


def _buckets(histogram: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Counts, right edges and centres of the bins of log r, both signs of Â together; the outer bins take the rest."""
    counts = histogram.sum(axis=0).astype(np.float64)
    width = HISTOGRAM_EDGES[1] - HISTOGRAM_EDGES[0]
    limits = np.append(HISTOGRAM_EDGES, HISTOGRAM_EDGES[-1] + width)
    return counts, limits, limits - width / 2


def _wall_times(folder: RunFolder) -> dict[int, float]:
    """When each update was, as a label: the run's first event, and the seconds that it had trained by then."""
    started = peek.query(folder.database, "SELECT wall FROM events ORDER BY seq LIMIT 1")
    begin = float(started[0][0]) if started else 0.0
    rows = peek.query(folder.database, "SELECT at_update, run_seconds FROM updates")
    return {update: begin + seconds for update, seconds in rows}
