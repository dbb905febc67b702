"""Writes a self-contained HTML replay: `python -m ppo_engine.replay_page PATH RUN_FOLDER [RUN_FOLDER …]`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np

from ppo_engine.jobs.folders import RunFolder
from ppo_engine.jobs.priority import step_back
from ppo_engine.jobs.videos import Video
from ppo_engine.jobs.view import RunView
from ppo_engine.plots.replay_pages import group_page, run_page
from ppo_engine.recordings import Recording
from ppo_engine.recordings.__main__ import take
from ppo_engine.recordings.from_run import MAX_FILMS, recorded, spread

MOST, MOST_OF_GROUP = 500, 1000  # updates
NICE = 5


def main(arguments: list[str]) -> int:
    """Write the page, saying on standard output which share of it is done; an exit status, 3 for what cannot be."""
    step_back(NICE)
    path, folders = Path(arguments[0]), [RunFolder.at(name) for name in arguments[1:]]
    views = [RunView(folder.runs, folder.run_id) for folder in folders]
    most = MOST if len(folders) == 1 else MOST_OF_GROUP
    every = max(1, -(-max(len(view.updates_since(0)[0]) for view in views) // most))
    with tempfile.TemporaryDirectory() as smaller:
        found: list[Recording] = []
        for folder, view in zip(folders, views, strict=True):
            films = spread(view.videos(), max(2, MAX_FILMS // len(folders)))
            found.append(recorded(folder, [_small(film, Path(smaller) / folder.run_id) for film in films], every))
            print(0.7 * len(found) / len(folders), flush=True)
        if len(found) == 1:
            text = run_page(found[0], views[0].name)
        else:
            text = group_page(found, [np.asarray(view.updates_since(0)[1]) for view in views], [v.name for v in views])
    path.write_bytes(text.encode("utf-8"))
    print(1.0, flush=True)
    return 0


def _small(film: Video, folder: Path) -> Video:
    """The film as a file that is not too large to be carried along."""
    folder.mkdir(exist_ok=True)
    take(film.path, folder / film.path.name)
    return film._replace(path=folder / film.path.name)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (LookupError, ValueError) as refusal:
        print(refusal.args[0] if refusal.args else refusal, file=sys.stderr)
        sys.exit(3)
