"""gif: the same film as mp4, smaller and with fewer frames, for slides and chats; it loops for ever."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from ppo_engine.jobs.exports.formats import CannotExport, Tell
from ppo_engine.jobs.exports.rollout_films import film
from ppo_engine.jobs.folders import RunFolder

QUALITY = 6  # of the film in between, so that no blur of its own is turned into dots
FASTEST = 12.5  # frames a second: a GIF counts in hundredths of a second, and 8 of them come out even
WIDTH, WIDTH_OF_SEVERAL, COLOURS = 480, 760, 64
FILMING = 0.9


def write(folders: Sequence[RunFolder], path: Path, update: int | None, tell: Tell) -> None:
    """Film the policies after ``update`` (None: the newest) and write the GIF. Raises CannotExport, OSError."""
    from imageio_ffmpeg import get_ffmpeg_exe

    with tempfile.TemporaryDirectory() as place:
        video = Path(place) / "film.mp4"
        fps = film(folders, video, update, lambda share: tell(FILMING * share), QUALITY)
        width = WIDTH if len(folders) == 1 else WIDTH_OF_SEVERAL
        chain = (
            f"fps={min(fps, FASTEST)},scale='min({width},iw)':-2:flags=lanczos,split[a][b];"
            f"[a]palettegen=max_colors={COLOURS}:stats_mode=full[p];[b][p]paletteuse=dither=none:diff_mode=rectangle"
        )
        options = ["-loglevel", "error", "-y", "-i", str(video), "-vf", chain, "-loop", "0", "-f", "gif", str(path)]
        done = subprocess.run([get_ffmpeg_exe(), *options], capture_output=True, text=True)
    if done.returncode:
        raise CannotExport(f"The GIF could not be written ({done.stderr.strip() or done.returncode}).")
    tell(1.0)
