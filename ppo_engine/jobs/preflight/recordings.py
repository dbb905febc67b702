"""Whether what the pages show before anything is trained can be read: every recording, and its films."""

from __future__ import annotations

import numpy as np

from ppo_engine.jobs.preflight import Context, Mend
from ppo_engine.recordings import FOLDER, load, names


def check(context: Context) -> str:
    """Each recording, read; each of its films, there."""
    films = read = 0
    for folder in (FOLDER, FOLDER / "cases"):
        for name in names(folder):
            told = f"The recording {name}"
            try:
                recording = load(name, folder)
            except (OSError, ValueError, KeyError) as error:
                raise Mend(f"{told} cannot be read ({error}): fetch ppo_engine/recordings anew.") from error
            gone = [film.path.name for film in recording.films if not film.path.is_file()]
            if gone or not np.isfinite(recording.rows).any():
                raise Mend(f"{told} lacks {', '.join(gone) or 'numbers'}: fetch ppo_engine/recordings anew.")
            read, films = read + 1, films + len(recording.films)
    if not read:
        raise Mend("There are no recordings, so first screens would be empty: fetch ppo_engine/recordings anew.")
    return f"{read} recordings with {films} films can be read."
