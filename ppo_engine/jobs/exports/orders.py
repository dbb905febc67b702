"""Exports that a page has ordered: each a file in the first run's folder, with a JSON file that says how far it is."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ppo_engine.jobs.exports.formats import CannotExport, Format, find
from ppo_engine.jobs.folders import RunFolder
from ppo_engine.jobs.launcher import start_detached
from ppo_engine.jobs.launching import known_run
from ppo_engine.jobs.locks import FileLock, is_held


class Prepared(NamedTuple):
    """How an export stands: none, writing, ready or failed; ``share`` of it is done after ``seconds``.

    ``path`` is the file once it is ready, ``update`` the newest update it holds, ``error`` one sentence if it failed.
    """

    state: str
    share: float = 0.0
    seconds: float = 0.0
    path: Path | None = None
    update: int = 0
    error: str = ""


class Order:
    """One export of one or several runs, by which its files are found; making one touches no file.

    Runs that have been deleted are left out. Raises UnknownRun for an id that cannot be one, and CannotExport for an
    unknown format or if no run is left.
    """

    def __init__(self, runs: Path, run_ids: Sequence[str], name: str, update: int | None = None):
        wanted = [RunFolder(Path(runs).absolute(), run_id) for run_id in run_ids]
        self.folders = [folder for folder in wanted if folder.exists()]
        if not self.folders:
            raise CannotExport("None of these runs is here any more.")
        self.form: Format = find(name)
        self.update = update
        told = json.dumps([[folder.run_id for folder in self.folders[1:]], update]).encode()
        self.place = self.folders[0].path / "exports"
        self.key = f"{name}-{hashlib.sha256(told).hexdigest()[:12]}"
        self.standing = self.place / f"{self.key}.json"
        self.target = self.place / f"{self.key}{self.form.ending}"
        self.lock = self.place / f"{self.key}.lock"

    @property
    def download_name(self) -> str:
        """What the file is called on the visitor's side."""
        more = f"-and-{len(self.folders) - 1}-more" if len(self.folders) > 1 else ""
        moment = "" if self.update is None else f"-update-{self.update}"
        kind = "" if self.form.ending == f".{self.form.name}" else f"-{self.form.name}"
        return f"ppo-{self.folders[0].run_id}{more}{moment}{kind}{self.form.ending}"

    def note(self, values: dict[str, Any]) -> None:
        """Replace the JSON file; readers see a whole one. Raises OSError."""
        temporary = self.standing.with_suffix(".json.tmp")
        temporary.write_text(json.dumps(values), encoding="utf-8")
        os.replace(temporary, self.standing)


def request(order: Order) -> None:
    """Have an export written by a process of its own, unless one is at it. Raises UnknownRun, OSError."""
    known_run(order.folders[0].runs, order.folders[0].run_id)
    order.place.mkdir(exist_ok=True)
    lock = FileLock(order.lock)
    if not lock.acquire():
        return
    try:
        order.target.unlink(missing_ok=True)
        order.note({"state": "writing", "share": 0.0, "seconds": 0.0})
        options = lock.handover()
        arguments = [str(order.folders[0].path), order.form.name, *(["--locked"] if options else [])]
        for other in order.folders[1:]:
            arguments += ["--with", other.run_id]
        if order.update is not None:
            arguments += ["--update", str(order.update)]
        start_detached("ppo_engine.jobs.exporter", arguments, order.place / "exporter.log", **options)
    finally:
        lock.release()


def cancel(order: Order) -> None:
    """Give an export up: whoever writes it sees that its JSON file is gone, and ends."""
    with contextlib.suppress(OSError):
        order.standing.unlink(missing_ok=True)
        order.target.unlink(missing_ok=True)


def prepared(order: Order) -> Prepared:
    """How an export stands just now."""
    # The lock is asked first: the last word is written before it is let go.
    going = is_held(order.lock)
    try:
        values = json.loads(order.standing.read_text(encoding="utf-8"))
        share, seconds = float(values.get("share", 0.0)), float(values.get("seconds", 0.0))
        state, update = values["state"], int(values.get("update", 0))
    except (OSError, ValueError, KeyError, TypeError):
        return Prepared("none")
    if state == "ready":
        return Prepared("ready", 1.0, seconds, order.target, update) if order.target.is_file() else Prepared("none")
    if state == "failed":
        return Prepared("failed", error=str(values.get("error", "")))
    if not going:
        return Prepared("failed", error="Its process ended before it was finished; prepare it again.")
    return Prepared("writing", share, seconds)
