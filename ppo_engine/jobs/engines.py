"""Where the runs of a grid are trained: on this machine, or on a Ray cluster if Ray is installed."""

from __future__ import annotations

import functools
import importlib.util
import json
import os
from pathlib import Path
from typing import TypeVar

from ppo_engine.jobs.registry import Entry
from ppo_engine.knobs import ConfigError

LOCAL, RAY = "local", "ray"
ENGINES = (LOCAL, RAY)
Under = TypeVar("Under", bound=tuple)
REQUIREMENTS = "ppo_engine/jobs/cluster/requirements-cluster.txt"
GET_RAY = f"pip install -r {REQUIREMENTS}"


def missing() -> str:
    """One sentence on how to get Ray where it is not installed; else empty. Does not import it."""
    if importlib.util.find_spec("ray") is not None:
        return ""
    return f"Ray, on which these runs are to be trained, is not installed: {GET_RAY}"


def offered() -> tuple[str, ...]:
    """The engines that can be used here."""
    return ENGINES if not missing() else (LOCAL,)


def default() -> str:
    """The engine of new grids unless another one is named: the environment variable PPO_ENGINE, else this machine."""
    return os.environ.get("PPO_ENGINE") or LOCAL


def check(engine: str) -> str:
    """Return the name of an engine that can be used here, else raise ConfigError."""
    if engine not in ENGINES:
        raise ConfigError("engine", engine, "one of " + ", ".join(ENGINES))
    if engine not in offered():
        raise ConfigError("engine", engine, f"{LOCAL} as long as Ray is not installed, which {GET_RAY} does")
    return engine


def complaint() -> str:
    """What is wrong with the default engine, in one sentence; empty if nothing."""
    try:
        check(default())
    except ConfigError as error:
        return str(error).replace("engine is", "PPO_ENGINE is", 1)
    return ""


def where(cpus: int, nodes: int, problem: str) -> str:
    """What there is to say of the Ray cluster that a grid waits for or is trained on."""
    if problem:
        return f"{problem}. It is tried again."
    if not cpus:
        return "Ray is starting."
    return f"On Ray: {nodes} {'node' if nodes == 1 else 'nodes'}, {cpus} {'CPU' if cpus == 1 else 'CPUs'}."


def is_away(entry: Entry, away: frozenset[str]) -> bool:
    """Whether a run is the cluster's; one that was resumed by hand goes on here, where it is seen at once."""
    return entry.background and entry.run_id in away


def split(runs: list[Under], away: frozenset[str]) -> tuple[list[Under], list[Under]]:
    """Those of ``runs`` (run folder, registry row, …) that are this machine's, and those that are the cluster's."""
    here: list[Under] = []
    there: list[Under] = []
    for run in runs:
        (there if is_away(run[1], away) else here).append(run)
    return here, there


def on_ray(runs: Path | str) -> frozenset[str]:
    """The ids of the runs whose grid is to be trained on Ray; reads each stored grid once."""
    found: frozenset[str] = frozenset()
    try:
        stored = [entry for entry in os.scandir(Path(runs) / "sweeps") if entry.name.endswith(".json")]
        stamps = [(entry.path, entry.stat().st_mtime_ns) for entry in stored]
    except OSError:
        return found
    return found.union(*(_on_ray(*stamp) for stamp in stamps))


@functools.lru_cache(maxsize=256)
def _on_ray(path: str, _stamp: int) -> frozenset[str]:
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
        return frozenset(run[0] for run in data["runs"]) if data["engine"] == RAY else frozenset()
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return frozenset()
