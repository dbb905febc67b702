"""New runs on their way to a worker: the folder, the registry row, the process, and a supervisor to watch them."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import time
from pathlib import Path
from typing import Any

from ppo_engine.config import TrainConfig
from ppo_engine.jobs.folders import RunFolder, UnknownRun, new_run_id
from ppo_engine.jobs.launcher import LocalLauncher, start_detached
from ppo_engine.jobs.locks import is_held
from ppo_engine.jobs.names import clean_name
from ppo_engine.jobs.registry import Entry, Registry


def runs_folder() -> Path:
    """The folder all runs lie in: ``$PPO_RUNS``, else ``runs`` where the program was started."""
    return Path(os.environ.get("PPO_RUNS") or "runs")


def write_run(runs: Path, config: TrainConfig, run_id: str = "", **more: Any) -> RunFolder:
    """Make the folder of a new run, without telling anybody; ``more`` goes into config.json beside the config."""
    folder = RunFolder(runs, run_id or new_run_id())
    folder.create()
    text = json.dumps({"format": 1, **more, "config": config.to_dict()}, indent=1)
    temporary = folder.config.with_suffix(".json.tmp")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, folder.config)
    return folder


def launch(runs: Path, config: TrainConfig, name: str = "", start: bool = True, workers: int = 0) -> str:
    """Write a new run and have it started; returns its id at once.

    ``start=False`` leaves it paused before its first update; ``workers`` fixes its number of rollout processes.
    Raises ConfigError for a bad name and OSError when the folder cannot be written; then nothing was started.
    """
    name = clean_name(name)
    folder = write_run(Path(runs), config)
    try:
        Registry(runs).add(folder.run_id, name, "run" if start else "pause", workers=workers)
    except sqlite3.Error as error:
        shutil.rmtree(folder.path, ignore_errors=True)
        raise OSError(f"the run could not be registered: {error}") from error
    if start:
        start_and_watch(folder)
    return folder.run_id


def start_and_watch(folder: RunFolder) -> None:
    """Get a worker for a run that is wished to go on, at once or from the queue."""
    start_worker_if_free(folder)
    ensure_supervisor(folder.runs)


def start_worker_if_free(folder: RunFolder, at_once: bool = False) -> None:
    """Start the worker here and now when a slot is free, sooner than the supervisor could; it watches in any case.

    ``at_once`` starts it without a slot: runs that are compared side by side share what there is.
    """
    launcher, registry = LocalLauncher(), Registry(folder.runs)
    entries = registry.open_entries()
    wanted = [e for e in entries if e.desired == "run" and e.run_id != folder.run_id and not e.background]
    if at_once or len(wanted) < launcher.capacity() or _occupied(folder.runs, wanted) < launcher.capacity():
        registry.change(folder.run_id, started=time.time(), tries=1)
        launcher.start(folder)


def _occupied(runs: Path, wanted: list[Entry]) -> int:
    return sum(entry.started > 0 or is_held(RunFolder(runs, entry.run_id).lock) for entry in wanted)


def ensure_supervisor(runs: Path) -> None:
    """Start the supervisor of this runs folder unless it is there.

    Whoever calls this has written its wish first, and a supervisor that is about to end looks once more after it has
    given up its lock: so a wish is seen by the one or by the other.
    """
    runs = Path(runs)
    runs.mkdir(parents=True, exist_ok=True)
    if not is_held(runs / "supervisor.lock"):
        start_detached("ppo_engine.jobs.supervisor", [str(runs.absolute())], runs / "supervisor.log")


def known_run(runs: Path, run_id: str) -> tuple[RunFolder, Entry]:
    """Folder and registry row of a run that exists and is not deleted; raises UnknownRun."""
    folder, registry = RunFolder(runs, run_id), Registry(runs)
    entry = registry.entry(run_id)
    if not folder.exists() or (entry is not None and entry.deleted):
        raise UnknownRun(run_id)
    if entry is None:  # a folder that was copied here
        with contextlib.suppress(sqlite3.IntegrityError):  # somebody else may be just as curious
            registry.add(run_id, "", "stop")
        entry = registry.entry(run_id)
        assert entry is not None
    return folder, entry
