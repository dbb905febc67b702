"""How an episode becomes a video: the start all policies share, which steps are frames, and the file's encoding."""

from __future__ import annotations

from pathlib import Path
from typing import Any

START_SEED = 7
EVERY = 2
SLOWEST = 12
MOST_FRAMES = 250
QUALITY = 26


def stride(fps: float) -> int:
    """Every how many steps there is a frame: each, where the film would show fewer than SLOWEST a second else."""
    return EVERY if fps >= SLOWEST * EVERY else 1


def unfinished(path: Path) -> Path:
    """Where a video lies until it is whole."""
    return path.with_suffix(".tmp.mp4")


def movie(path: Path, fps: float, quality: int = QUALITY) -> Any:
    """A writer of frames into ``unfinished(path)``, to be used in a ``with``; ``quality`` is x264's constant rate
    factor: less is better and larger."""
    import imageio

    return imageio.get_writer(
        unfinished(path), fps=fps, codec="libx264", pixelformat="yuv420p", macro_block_size=2,
        ffmpeg_log_level="error",
        output_params=["-crf", str(quality), "-preset", "veryfast", "-threads", "1", "-movflags", "+faststart"],
    )  # fmt: skip
