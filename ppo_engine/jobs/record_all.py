"""Records anew what replays: `python -m ppo_engine.jobs.record_all [NAME …]` trains from the configs and films."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ppo_engine.jobs.worker import one_thread

if TYPE_CHECKING:
    from ppo_engine.config import TrainConfig

FILMED = 2


class Kept(NamedTuple):
    """A recording: the preset of an environment it is made with, its objective and seed, and what else is kept of it.

    ``films``: the updates that are filmed; ``episodes``: how many its last policy is evaluated on, into a JSON file;
    ``landing``: whether it also flies the landing of the lesson on advantages.
    """

    env_id: str
    preset: str
    objective: str
    seed: int
    films: tuple[int, ...]
    episodes: int = 0
    landing: bool = False


LANDER_FILMS = (0, 12, 22, 48, 107, 147)
RECORDINGS = {
    "lunar-lander": Kept("LunarLander-v3", "quick", "ppo_clip", 2, LANDER_FILMS, landing=True),
    "lunar-lander-unclipped": Kept("LunarLander-v3", "quick", "surrogate", 2, LANDER_FILMS),
    "car-racing": Kept("CarRacing-v3", "sure", "ppo_clip", 1, (0, 64, 196), episodes=20),
}


def record(name: str, target: Path | None = None) -> Path:
    """Train a recording's config in a folder of its own and write ``NAME.npz`` and its films into ``target`` (None:
    where it is read from); returns the .npz's path. Raises ConfigError for a name that is none."""
    from ppo_engine.presets import build_config
    from ppo_engine.recordings import FOLDER
    from ppo_engine.recordings.case_histories import CASES_FOLDER, config_of

    if name not in RECORDINGS:
        config = config_of(name)
        films = [config.total_updates * part // FILMED for part in range(1, FILMED + 1)]
        return _train(name, config, films, target or CASES_FOLDER, None)
    kept = RECORDINGS[name]
    config = build_config(kept.env_id, kept.preset, objective=kept.objective, seed=kept.seed)
    return _train(name, config, kept.films, target or FOLDER, kept)


def _train(name: str, config: TrainConfig, films: Sequence[int], target: Path, kept: Kept | None) -> Path:
    from ppo_engine.jobs.launching import write_run
    from ppo_engine.jobs.life import Life
    from ppo_engine.jobs.registry import Registry
    from ppo_engine.jobs.renderer import render_video
    from ppo_engine.recordings import __main__ as recorder
    from ppo_engine.recordings import landing

    with tempfile.TemporaryDirectory() as runs:
        folder = write_run(Path(runs), config)
        Registry(runs).add(folder.run_id, name, "run", keeper="foreground")
        Life(folder, workers=1, linger=0.0).run()
        for update in films:
            render_video(folder, update)
        for old in target.glob(f"{name}-[0-9]*.mp4"):
            old.unlink()
        path = recorder.record(folder.path, name, [], target)
        if kept is not None and kept.episodes:
            recorder.results(folder.path, name, kept.episodes, target)
        if kept is not None and kept.landing:
            landing.main([str(folder.path)])
        return path


def main(names: list[str]) -> int:
    """Record what is named, or everything; prints each file's size."""
    from ppo_engine.recordings.case_histories import CASES

    for name in names or [*RECORDINGS, *CASES]:
        path = record(name)
        films = [*path.parent.glob(f"{name}-[0-9]*.mp4")]
        size = path.stat().st_size + sum(film.stat().st_size for film in films)
        print(f"{path.name}: {size / 1e6:.2f} MB with its {len(films)} films", flush=True)
    return 0


if __name__ == "__main__":
    one_thread()
    sys.exit(main(sys.argv[1:]))
