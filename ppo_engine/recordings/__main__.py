"""Makes a recording from a run: `python -m ppo_engine.recordings RUN_FOLDER NAME [--films U1,U2,…] [--evaluate N]`."""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from ppo_engine.evaluate import evaluate
from ppo_engine.jobs.evaluations import summary
from ppo_engine.jobs.evaluator import SEED
from ppo_engine.jobs.folders import RunFolder
from ppo_engine.jobs.view import RunView
from ppo_engine.recordings import FOLDER, FORMAT
from ppo_engine.recordings.from_run import recorded
from ppo_engine.report import REPORT_KEYS

LARGEST_FILM, COARSER = 300_000, "34"


def record(run: Path, name: str, films: list[int], target: Path = FOLDER) -> Path:
    """Write ``target/NAME.npz`` and its films from a run folder; returns the .npz's path."""
    folder = RunFolder.at(run)
    videos = RunView(folder.runs, folder.run_id).videos()
    found = recorded(folder, [video for video in videos if video.update in films] if films else None)
    meta: dict[str, Any] = {
        "format": FORMAT, "config": found.config.to_dict(), "changes": found.changes, "films": [],
        "details": found.details, "comparison": found.comparison, "note": found.note,
        "parameters_sha256": found.parameters_sha256,
    }  # fmt: skip
    for film in found.films:
        file = f"{name}-{film.update:04d}.mp4"
        take(film.path, target / file)
        meta["films"].append({"update": film.update, "file": file, "ret": film.ret})
    path = target / f"{name}.npz"
    np.savez_compressed(
        path, updates=found.updates.astype(np.uint32), rows=found.rows.astype(np.float32), episodes=found.episodes,
        histograms=found.histograms.astype(np.uint16), samples=found.samples.astype(np.float16),
        meta=np.frombuffer(json.dumps(meta).encode("utf-8"), dtype=np.uint8),
    )  # fmt: skip
    return path


def results(run: Path, name: str, episodes: int, target: Path = FOLDER) -> Path:
    """Evaluate the run's last policy, greedy and stochastic, and write ``target/NAME.json``; returns its path.

    Raises LookupError while no parameters are kept. Nothing is written into the run's folder.
    """
    folder = RunFolder.at(run)
    view = RunView(folder.runs, folder.run_id)
    _, rows = view.updates_since(0)
    returns = rows[:, REPORT_KEYS.index("ep_rew_mean")]
    fps = rows[:, REPORT_KEYS.index("fps")]
    moment = view.moment()
    if moment is None:
        raise LookupError(f"run {folder.run_id} has no parameters yet")
    update, snapshot = moment
    greedy, stochastic = (
        summary(evaluate(view.config, snapshot, episodes, SEED, deterministic)) for deterministic in (True, False)
    )
    numbers = {
        "env_id": view.config.env_id, "objective": view.config.objective, "seed": view.config.seed,
        "timesteps": view.progress().timesteps, "update": update,
        "first_mean": float(returns[np.isfinite(returns)][0]), "last_mean": float(returns[-1]),
        "steps_per_second": {"median": float(np.median(fps)), "most": float(fps.max())},
        "greedy": greedy, "stochastic": stochastic,
    }  # fmt: skip
    path = target / f"{name}.json"
    path.write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")
    return path


def take(film: Path, target: Path) -> None:
    """Copy a film; a large one is encoded again, coarser."""
    if film.stat().st_size <= LARGEST_FILM:
        shutil.copyfile(film, target)
        return
    from imageio_ffmpeg import get_ffmpeg_exe

    options = ["-c:v", "libx264", "-crf", COARSER, "-pix_fmt", "yuv420p", "-threads", "1", "-movflags", "+faststart"]
    subprocess.run([get_ffmpeg_exe(), "-loglevel", "error", "-y", "-i", film, *options, target], check=True)


def main(arguments: list[str] | None = None) -> int:
    """The command; prints what it wrote."""
    parser = argparse.ArgumentParser(prog="python -m ppo_engine.recordings", description=__doc__)
    parser.add_argument("run", type=Path, help="a run's folder, for example runs/01K…")
    parser.add_argument("name")
    parser.add_argument("--films", default="", help="updates whose videos are taken, for example 0,30,90")
    parser.add_argument("--evaluate", type=int, metavar="N", help="also write NAME.json: N episodes of the last policy")
    given = parser.parse_args(arguments)
    path = record(given.run, given.name, [int(part) for part in given.films.split(",") if part])
    total = sum(file.stat().st_size for file in path.parent.glob(f"{given.name}*") if file.suffix in (".npz", ".mp4"))
    print(f"{path.name}: {total / 1e6:.2f} MB with its films")
    if given.evaluate:
        print(results(given.run, given.name, given.evaluate).read_text(encoding="utf-8"), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
