"""A run of a runs folder as a recording: its numbers as they are kept, thinned where there are very many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ppo_engine.diagnostics import HISTOGRAM_EDGES
from ppo_engine.jobs.comparisons import read_comparison
from ppo_engine.jobs.folders import RunFolder
from ppo_engine.jobs.listing import read_config
from ppo_engine.jobs.videos import Video
from ppo_engine.jobs.view import RunView
from ppo_engine.recordings import Film, Recording

SAMPLES = 96
EPISODES = 1500
MAX_FILMS = 6
NOTHING = np.zeros((2, len(HISTOGRAM_EDGES) + 1), dtype=int)


def recorded(folder: RunFolder, films: Sequence[Video] | None = None, every: int = 1) -> Recording:
    """The run as far as it is, with these films (None: up to MAX_FILMS of all it has, evenly spread).

    Only the first of ``every`` so many updates is taken, and the last. Raises LookupError for a run without updates,
    and ConfigError when its config cannot be read.
    """
    view = RunView(folder.runs, folder.run_id)
    config = read_config(folder, to_tell=True)
    updates, rows = view.updates_since(0)
    if not updates:
        raise LookupError(f"Run {folder.run_id} has not finished an update yet, so there is nothing to replay.")
    keep = sorted({*range(0, len(updates), every), len(updates) - 1})
    taken = [updates[at] for at in keep]
    episodes = np.column_stack(view.episodes_since(0)).astype(np.float32)
    counts, details = view.histograms(taken), view.details_since(0)
    chosen = spread(view.videos()) if films is None else films
    return Recording(
        folder.run_id, config, np.array(taken, dtype=int), rows[keep],
        episodes[:: -(-len(episodes) // EPISODES) or 1], np.stack([counts.get(update, NOTHING) for update in taken]),
        np.stack([_few(view.sample(update)) for update in taken]), changes_of(view),
        [Film(video.update, video.path, video.ret) for video in chosen], note(len(updates), len(taken)),
        [details[update] for update in taken], read_comparison(folder), parameters_sha256(view),
    )  # fmt: skip


def note(updates: int, taken: int) -> str:
    """Where the recording comes from, and what was left out."""
    if taken == updates:
        return f"A recorded run of {updates} updates, exactly as it happened."
    return f"A recorded run of {updates} updates, of which {taken} are shown, each exactly as it happened."


def changes_of(view: RunView) -> list[dict[str, Any]]:
    """Applied live knobs in order: name, old, new, and the first update each held for."""
    now, changes = view.config.to_dict(), []
    for event in view.events_since(0):
        for name, value in event.detail.get("changes", {}).items() if event.kind == "knob" else ():
            changes.append({"name": name, "old": now.get(name), "new": value, "update": event.update})
            now[name] = value
    return changes


def parameters_sha256(view: RunView) -> str:
    """The parameters' SHA-256 as the run's last event tells it; empty for a run that has not finished."""
    last = view.events_since(0)[-1:]
    return last[0].detail.get("parameters_sha256", "") if last else ""


def spread(videos: Sequence[Video], most: int = MAX_FILMS) -> list[Video]:
    """At most so many of the videos, the first and the last among them."""
    if len(videos) <= most:
        return list(videos)
    return [videos[i] for i in np.unique(np.linspace(0, len(videos) - 1, most).astype(int))]


def _few(sample: np.ndarray | None) -> np.ndarray:
    if sample is None or not len(sample):
        return np.full((SAMPLES, 3), np.nan, np.float32)
    return sample[np.linspace(0, len(sample) - 1, SAMPLES).astype(int)]


