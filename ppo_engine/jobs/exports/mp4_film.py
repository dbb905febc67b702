"""mp4: one rollout, or twins side by side and in step, with the numbers on every frame; H.264 that browsers play."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ppo_engine.jobs.exports.formats import Tell
from ppo_engine.jobs.exports.rollout_films import film
from ppo_engine.jobs.folders import RunFolder

QUALITY = 20


def write(folders: Sequence[RunFolder], path: Path, update: int | None, tell: Tell) -> None:
    """Film the policies after ``update`` (None: the newest) and write the video. Raises CannotExport, OSError."""
    film(folders, path, update, tell, QUALITY)
