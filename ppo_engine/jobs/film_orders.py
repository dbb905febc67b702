"""Films of several policies: ghosts and time lapses, each with a JSON file that says what is wanted and how far."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ppo_engine.jobs.folders import RunFolder
from ppo_engine.jobs.launching import ensure_supervisor, known_run
from ppo_engine.jobs.registry import Registry

KINDS = ("ghost", "lapse")
PIECES = 7
STALE = 150.0


class Moment(NamedTuple):
    """A policy of a film: which run, after which update, and what it is called in the picture."""

    run_id: str
    update: int
    title: str


class Film(NamedTuple):
    """How a film stands: none, asked, filming, ready or failed; ``share`` of it is done.

    ``path`` is the video once it is ready, ``shown`` the moments as they were found, each with its return and length,
    ``error`` one sentence if it failed.
    """

    state: str
    share: float = 0.0
    path: Path | None = None
    shown: tuple[dict[str, Any], ...] = ()
    error: str = ""


def lapse(run_id: str, newest: int, pieces: int = PIECES) -> list[Moment]:
    """The moments of a time lapse: from the first policy to the newest, evenly spaced in updates, each once."""
    updates = dict.fromkeys(round(newest * i / (pieces - 1)) for i in range(pieces))
    return [Moment(run_id, update, f"update {update}") for update in updates]


def film_name(kind: str, moments: Sequence[Moment]) -> str:
    """The name of a film's files: the same for the same moments."""
    told = json.dumps([kind, *([m.run_id, m.update] for m in moments)])
    return f"{kind}-{hashlib.sha256(told.encode()).hexdigest()[:16]}"


def order_path(folder: RunFolder, name: str) -> Path:
    """Where a film's JSON file lies: with the first of its runs."""
    return folder.path / "films" / f"{name}.json"


def write_order(path: Path, values: dict[str, Any]) -> None:
    """Replace a film's JSON file; readers see a whole one. Raises OSError."""
    temporary = path.with_suffix(".json.tmp")
    temporary.write_text(json.dumps(values), encoding="utf-8")
    os.replace(temporary, path)


def read_order(path: Path) -> dict[str, Any] | None:
    """What is wanted and how far it is; None while there is no file, or a damaged one."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        moments = [Moment(str(m["run_id"]), int(m["update"]), str(m["title"])) for m in values["moments"]]
        if values["kind"] not in KINDS or values["state"] not in ("asked", "filming", "ready", "failed"):
            return None
        return {**values, "moments": moments}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def request_film(runs: Path, kind: str, moments: Sequence[Moment]) -> None:
    """Have a film made, unless it is there or under way. Raises UnknownRun, and OSError if nothing can be written."""
    folder, _ = known_run(Path(runs), moments[0].run_id)
    if film(runs, kind, moments).state in ("asked", "filming", "ready"):
        return
    name = film_name(kind, moments)
    path = order_path(folder, name)
    path.parent.mkdir(exist_ok=True)
    told = [moment._asdict() for moment in moments]
    write_order(path, {"kind": kind, "moments": told, "state": "asked", "share": 0.0})
    Registry(folder.runs).wish_video(folder.run_id, name)
    ensure_supervisor(folder.runs)


def film(runs: Path, kind: str, moments: Sequence[Moment]) -> Film:
    """How the film of these moments stands."""
    folder = RunFolder(runs, moments[0].run_id)
    path = order_path(folder, film_name(kind, moments))
    values = read_order(path)
    if values is None:
        return Film("none")
    if values["state"] == "ready":
        video = path.with_suffix(".mp4")
        return Film("ready", 1.0, video, tuple(values["shown"])) if video.is_file() else Film("none")
    if values["state"] == "failed":
        return Film("failed", error=str(values.get("error", "")))
    try:
        age = time.time() - path.stat().st_mtime
    except OSError:
        return Film("none")
    # Whoever filmed it is gone: a renderer says how far it is every few frames.
    if age > STALE:
        return Film("failed", error="It was not finished; ask for it again.")
    return Film(values["state"], float(values.get("share", 0.0)))
