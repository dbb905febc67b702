"""Makes a recording from a run: `python -m ppo_engine.recordings RUN_FOLDER NAME [--films U1,U2,…]`."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np

from ppo_engine.jobs.comparisons import read_comparison
from ppo_engine.jobs.folders import RunFolder
from ppo_engine.jobs.view import RunView
from ppo_engine.recordings import FOLDER, FORMAT

SAMPLES = 96
EPISODES = 1500
MAX_FILMS = 6


def changes_of(view: RunView) -> list[dict[str, Any]]:
    """Applied live knobs in order: name, old, new, and the first update each held for."""
    now, changes = view.config.to_dict(), []
    for event in view.events_since(0):
        for name, value in event.detail.get("changes", {}).items() if event.kind == "knob" else ():
            changes.append({"name": name, "old": now.get(name), "new": value, "update": event.update})
            now[name] = value
    return changes


def record(run: Path, name: str, films: list[int], target: Path = FOLDER) -> Path:
    """Write ``target/NAME.npz`` and its films from a run folder; returns the .npz's path."""
    folder = RunFolder.at(run)
    view = RunView(folder.runs, folder.run_id)
    updates, rows = view.updates_since(0)
    episodes = np.column_stack(view.episodes_since(0)).astype(np.float32)
    episodes = episodes[:: -(-len(episodes) // EPISODES) or 1]
    counts = view.histograms(updates)
    histograms = np.stack([counts[update] for update in updates]).astype(np.uint16)
    samples = np.stack([_few(view.sample(update)) for update in updates]).astype(np.float16)
    details = view.details_since(0)
    meta: dict[str, Any] = {
        "format": FORMAT, "config": view.config.to_dict(), "changes": changes_of(view), "films": [],
        "details": [details[update] for update in updates], "comparison": read_comparison(folder),
        "note": f"A recorded run of {len(updates)} updates, exactly as it happened.",
    }  # fmt: skip
    chosen = [video for video in view.videos() if video.update in films] if films else _spread(view.videos())
    for video in chosen:
        file = f"{name}-{video.update:04d}.mp4"
        shutil.copyfile(video.path, target / file)
        meta["films"].append({"update": video.update, "file": file, "ret": video.ret})
    path = target / f"{name}.npz"
    np.savez_compressed(
        path, updates=np.array(updates, dtype=np.uint32), rows=rows.astype(np.float32), episodes=episodes,
        histograms=histograms, samples=samples, meta=np.frombuffer(json.dumps(meta).encode("utf-8"), dtype=np.uint8),
    )  # fmt: skip
    return path


def _few(sample: Any) -> np.ndarray:
    return sample[np.linspace(0, len(sample) - 1, SAMPLES).astype(int)]


def _spread(videos: list[Any]) -> list[Any]:
    if len(videos) <= MAX_FILMS:
        return videos
    return [videos[i] for i in np.unique(np.linspace(0, len(videos) - 1, MAX_FILMS).astype(int))]


def main(arguments: list[str] | None = None) -> int:
    """The command; prints what it wrote."""
    parser = argparse.ArgumentParser(prog="python -m ppo_engine.recordings", description=__doc__)
    parser.add_argument("run", type=Path, help="a run's folder, for example runs/01K…")
    parser.add_argument("name")
    parser.add_argument("--films", default="", help="updates whose videos are taken, for example 0,30,90")
    given = parser.parse_args(arguments)
    path = record(given.run, given.name, [int(part) for part in given.films.split(",") if part])
    total = sum(file.stat().st_size for file in path.parent.glob(f"{given.name}*") if file.suffix in (".npz", ".mp4"))
    print(f"{path.name}: {total / 1e6:.2f} MB with its films")
    return 0


if __name__ == "__main__":
    sys.exit(main())
