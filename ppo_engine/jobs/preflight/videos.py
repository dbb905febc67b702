"""Whether videos can be made: a tiny one is encoded, read back, compared, and left for the page to play."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from ppo_engine.jobs.movies import movie, unfinished
from ppo_engine.jobs.preflight import Context, Mend

FILM = "preflight.mp4"
FRAMES, FPS, WIDTH, HEIGHT = 24, 12, 192, 108
AGAIN = "run pip install -r requirements.txt again (imageio-ffmpeg brings ffmpeg)"


def frame(number: int) -> np.ndarray:
    """A white block that wanders from left to right over blue, ``(HEIGHT, WIDTH, 3)`` bytes."""
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    picture[:] = (0, 60, 100)
    left = 8 + number * (WIDTH - 40) // FRAMES
    picture[40:68, left : left + 24] = 255
    return picture


def check(context: Context) -> str:
    """Encode, decode, and look whether the block wanders in what was decoded."""
    import imageio

    path = Path(context.runs) / FILM
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with movie(path, FPS) as reel:
            for number in range(FRAMES):
                reel.append_data(frame(number))
        os.replace(unfinished(path), path)
        with imageio.get_reader(path) as reader:
            frames = [np.asarray(picture) for picture in reader]  # type: ignore[attr-defined]
    except Exception as error:  # ffmpeg fails in many ways, and all mean the same here
        raise Mend(f"No video can be encoded ({type(error).__name__}: {error}): {AGAIN}.") from error
    if len(frames) != FRAMES or any(picture.shape != (HEIGHT, WIDTH, 3) for picture in frames):
        raise Mend(f"A video of {FRAMES} frames came back with {len(frames)}: {AGAIN}.")
    if not all(np.abs(frames[at].astype(int) - frame(at)).mean() < 20 for at in (0, FRAMES // 2, FRAMES - 1)):
        raise Mend(f"A video came back with other pictures than were encoded: {AGAIN}.")
    return f"{FRAMES} frames of H.264, {path.stat().st_size / 1000:.1f} kB, came back the same."
