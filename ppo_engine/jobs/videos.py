"""The videos of a run: files named by their update, each with a small JSON file that says how the episode went."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import NamedTuple

from ppo_engine.jobs.folders import RunFolder


class Video(NamedTuple):
    """A rendered episode of the policy after ``update``: its file, its whole return and its length in steps."""

    update: int
    path: Path
    ret: float
    length: int


def video_path(folder: RunFolder, update: int) -> Path:
    """Where the video of an update's policy lies."""
    return folder.videos / f"{update:08d}.mp4"


def register_video(video: Video) -> None:
    """Publish a video whose file is complete: only with its JSON file beside it is it listed."""
    beside = video.path.with_suffix(".json")
    temporary = beside.with_suffix(".json.tmp")
    values = {"update": video.update, "ret": str(video.ret), "length": video.length}
    temporary.write_text(json.dumps(values), encoding="utf-8")
    os.replace(temporary, beside)


def list_videos(folder: RunFolder) -> list[Video]:
    """The published videos, by update, the newest last."""
    videos = []
    for beside in sorted(folder.videos.glob("*.json")):
        path = beside.with_suffix(".mp4")
        try:
            values = json.loads(beside.read_text(encoding="utf-8"))
            if path.is_file():
                videos.append(Video(int(values["update"]), path, float(values["ret"]), int(values["length"])))
        except (OSError, ValueError, KeyError):
            continue
    return videos
