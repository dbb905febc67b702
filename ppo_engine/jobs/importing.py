"""Imports a run that was exported as a zip: unpacked and looked at beside the others, then moved there in one step.

The page has it done by ``python -m ppo_engine import FILE --json`` in a process of its own: what a stranger's file
does to a process, it shall not do to the server.
"""

from __future__ import annotations

import json
import math
import os
import secrets
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

from ppo_engine.jobs.arrivals import Arrivals
from ppo_engine.jobs.exports.inspecting import inspect
from ppo_engine.jobs.exports.unpacking import CannotImport, unpack
from ppo_engine.jobs.folders import RUN_ID, RunFolder, new_run_id
from ppo_engine.jobs.launcher import ONE_THREAD, ROOT
from ppo_engine.jobs.names import clean_name
from ppo_engine.knobs import ConfigError

HALF_DONE = ".import-"
FORGOTTEN = 3600.0
LONGEST = 600.0


class Imported(NamedTuple):
    """The run that is here now, and the id it had where it came from: another one where that was taken here."""

    run_id: str
    original: str

    @property
    def sentence(self) -> str:
        """What became of it."""
        if self.run_id == self.original:
            return f"Run {self.run_id} is here."
        return f"Run {self.original} was here already, so what the file holds is now run {self.run_id}."


def import_run(runs: Path, source: Path) -> Imported:
    """Make the run in the zip ``source`` one of those in ``runs``, stopped where it was.

    Raises CannotImport, in one sentence, for a file that is no run or cannot be used, and OSError; then nothing of it
    is left.
    """
    runs, source = Path(runs), Path(source)
    if not source.is_file():
        raise CannotImport(f"There is no file {source}.")
    made = not runs.exists()
    runs.mkdir(parents=True, exist_ok=True)
    _sweep_up(runs)
    beside = runs / f"{HALF_DONE}{secrets.token_hex(8)}"
    beside.mkdir()
    try:
        manifest = unpack(source, beside)
        last_wish = inspect(beside)
        original, name, created = _who(manifest)
        (beside / "videos").mkdir(exist_ok=True)
        taken = RunFolder(runs, original).path.exists()
        run_id = new_run_id() if taken else original
        os.replace(beside, RunFolder(runs, run_id).path)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        if made and not any(runs.iterdir()):
            runs.rmdir()
    Arrivals(runs).arrive(run_id, name, created, last_wish)
    return Imported(run_id, original)


def _who(manifest: dict[str, Any]) -> tuple[str, str, float]:
    run_id, name, created = manifest.get("run_id"), manifest.get("name"), manifest.get("created")
    if not isinstance(run_id, str) or not RUN_ID.fullmatch(run_id):
        raise CannotImport("run.json names no run.")
    if isinstance(created, bool) or not isinstance(created, (int, float)) or not math.isfinite(created):
        created = time.time()
    try:
        return run_id, clean_name(name), min(max(0.0, float(created)), time.time())
    except ConfigError as error:
        raise CannotImport(f"run.json cannot be used: {error}") from error


def _sweep_up(runs: Path) -> None:
    """Remove what an import left that was killed long ago."""
    for left in runs.glob(f"{HALF_DONE}*"):
        if time.time() - left.stat().st_mtime > FORGOTTEN:
            shutil.rmtree(left, ignore_errors=True)


def import_apart(runs: Path, source: Path) -> Imported:
    """The same in a process of its own. Raises CannotImport and OSError."""
    command = [sys.executable, "-m", "ppo_engine", "import", str(source), "--runs", str(Path(runs).absolute())]
    environment = {**os.environ, **ONE_THREAD}
    try:
        done = subprocess.run(
            [*command, "--json"], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=LONGEST,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise CannotImport("The file could not be looked through in ten minutes.") from error
    if done.returncode == 0:
        told = json.loads(done.stdout.splitlines()[-1])
        return Imported(told["run_id"], told["original"])
    said = done.stderr.strip().splitlines()
    raise CannotImport(said[-1] if done.returncode == 2 and said else "The file ended the process that looked at it.")
