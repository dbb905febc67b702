"""Runs as pages and commands see them: read only, in short open-query-close steps."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ppo_engine.config import TrainConfig
from ppo_engine.jobs import peek, schema
from ppo_engine.jobs.folders import RunFolder, UnknownRun
from ppo_engine.jobs.listing import RunRow, list_runs, read_config, status
from ppo_engine.jobs.peek import Event
from ppo_engine.jobs.registry import Entry, Registry
from ppo_engine.jobs.states import State
from ppo_engine.jobs.videos import Video, list_videos
from ppo_engine.report import REPORT_KEYS

SPEED_WINDOW = 24


class Progress(NamedTuple):
    """How far a run is; ``fps`` counts environment steps per second of training, NaN where unknown."""

    update: int
    total_updates: int
    timesteps: int
    total_timesteps: int
    fps: float
    seconds_left: float


class Episodes(NamedTuple):
    """Columns of ended episodes; ``rowid`` of the last row is where the next read goes on."""

    rowid: np.ndarray
    update: np.ndarray
    step: np.ndarray
    env: np.ndarray
    timesteps: np.ndarray
    ret: np.ndarray
    length: np.ndarray


class RunView:
    """One run, looked at from outside. Raises UnknownRun for an id that names no run here."""

    def __init__(self, runs: Path | str, run_id: str):
        self.folder = RunFolder(runs, run_id)
        self.run_id = self.folder.run_id
        self.registry = Registry(runs)
        if not self.folder.exists():
            raise UnknownRun(run_id)

    def _query(self, statement: str, *parameters: Any) -> list[tuple]:
        return peek.query(self.folder.database, statement, parameters)

    @property
    def config(self) -> TrainConfig:
        """The config the run was started with; live knobs moved since are in ``applied_knobs``."""
        return read_config(self.folder)

    @property
    def parent(self) -> tuple[str, int] | None:
        """The run that this one was forked from, and after which update; None if it is no fork."""
        try:
            found = json.loads(self.folder.config.read_text(encoding="utf-8"))["parent"]
            return str(found["run_id"]), int(found["update"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    @property
    def entry(self) -> Entry | None:
        """The registry row: name, wishes, ``rev``."""
        return self.registry.entry(self.run_id)

    @property
    def name(self) -> str:
        """The name somebody gave it: text, never a path and never markup."""
        entry = self.entry
        return entry.name if entry else ""

    @property
    def status(self) -> State:
        """State and sentence of one moment."""
        return status(self.folder, self.entry, self.registry)

    @property
    def state(self) -> str:
        """One of STATES."""
        return self.status.name

    @property
    def state_sentence(self) -> str:
        """The state in plain words."""
        return self.status.sentence

    @functools.cached_property
    def _columns(self) -> list[str]:
        return schema.columns(self.folder.database)

    def updates_since(self, update: int, limit: int = -1) -> tuple[list[int], np.ndarray]:
        """Numbers and scalars (k, len(REPORT_KEYS)) of the updates after ``update``, oldest first."""
        rows = self._query(
            "SELECT at_update, scalars FROM updates WHERE at_update > ? ORDER BY at_update LIMIT ?", update, limit
        )
        if not rows:
            return [], np.empty((0, len(REPORT_KEYS)))
        return [row[0] for row in rows], schema.unpack_scalars([row[1] for row in rows], self._columns)

    def episodes_since(self, rowid: int, limit: int = -1) -> Episodes:
        """The episodes that were published after ``rowid``, in the order of publication."""
        rows = self._query(
            "SELECT seq, at_update, step, env, timesteps, ret, length FROM episodes WHERE seq > ? ORDER BY seq LIMIT ?",
            rowid,
            limit,
        )
        columns = list(zip(*rows, strict=True)) if rows else [()] * 7
        kinds = (np.int64, np.int64, np.int64, np.int64, np.int64, np.float64, np.int64)
        return Episodes(*(np.array(column, dtype=kind) for column, kind in zip(columns, kinds, strict=True)))

    def detail(self, update: int | None = None) -> dict[str, Any]:
        """What else an update's objective had to say (default: the newest); empty for most."""
        text = self._blob("detail", update)
        return json.loads(text) if text else {}

    def details_since(self, update: int) -> dict[int, dict[str, Any]]:
        """The details of the updates after ``update``, by update; empty ones where nothing was kept."""
        rows = self._query("SELECT at_update, detail FROM updates WHERE at_update > ? ORDER BY at_update", update)
        return {number: json.loads(text) if text else {} for number, text in rows}

    def _blob(self, column: str, update: int | None) -> Any:
        where, parameters = ("WHERE at_update = ?", (update,)) if update is not None else ("", ())
        rows = self._query(f"SELECT {column} FROM updates {where} ORDER BY at_update DESC LIMIT 1", *parameters)
        return rows[0][0] if rows else None

    def histogram(self, update: int | None = None) -> np.ndarray | None:
        """The ratio histogram of an update (default: the newest); None if it has none."""
        blob = self._blob("histogram", update)
        return schema.unpack_histogram(blob) if blob else None

    def histograms(self, updates: list[int]) -> dict[int, np.ndarray]:
        """The ratio histograms of several updates, by update."""
        marks = ", ".join("?" * len(updates))
        rows = self._query(f"SELECT at_update, histogram FROM updates WHERE at_update IN ({marks})", *updates)
        return {update: schema.unpack_histogram(blob) for update, blob in rows if blob}

    def sample(self, update: int | None = None) -> np.ndarray | None:
        """The sample (n, 3: log-ratio, advantage, slope) of an update (default: the newest); None if it has none."""
        blob = self._blob("sample", update)
        return schema.unpack_sample(blob) if blob is not None else None

    def events_since(self, seq: int = 0) -> list[Event]:
        """What happened after event ``seq``, oldest first."""
        rows = self._query(f"SELECT {peek.EVENT_COLUMNS} FROM events WHERE seq > ? ORDER BY seq", seq)
        return [peek.make_event(row) for row in rows]

    def _knob_events(self) -> list[Event]:
        rows = self._query(
            f"SELECT {peek.EVENT_COLUMNS} FROM events WHERE kind IN ('knob', 'knob_refused') ORDER BY seq"
        )
        return [peek.make_event(row) for row in rows]

    def pending_knobs(self) -> dict[str, Any]:
        """Live knobs that were wished for and have not been applied yet, with the newest value of each."""
        last = max((event.detail["wish"] for event in self._knob_events()), default=0)
        pending: dict[str, Any] = {}
        for wish in self.registry.wishes(self.run_id, after=last):
            pending.update(wish.knobs)
        return pending

    def applied_knobs(self) -> dict[str, tuple[Any, int]]:
        """Live knobs that were moved: name to (value, the first update it held for), the newest of each."""
        applied: dict[str, tuple[Any, int]] = {}
        for event in self._knob_events():
            if event.kind == "knob":
                applied.update({name: (value, event.update) for name, value in event.detail["changes"].items()})
        return applied

    def progress(self) -> Progress:
        """How far the run is, how fast it goes and how long it will take."""
        rows = self._query(
            "SELECT at_update, timesteps, run_seconds FROM updates ORDER BY at_update DESC LIMIT ?", SPEED_WINDOW
        )
        config, nan = self.config, float("nan")
        if not rows:
            return Progress(0, config.total_updates, 0, config.total_timesteps, nan, nan)
        (update, timesteps, now), (_, then_steps, then) = rows[0], rows[-1]
        fps = (timesteps - then_steps) / (now - then) if now > then else timesteps / now if now > 0 else nan
        left = max(0, config.total_timesteps - timesteps) / fps if fps else nan
        return Progress(update, config.total_updates, timesteps, config.total_timesteps, fps, left)

    def videos(self) -> list[Video]:
        """The finished videos, by update, the newest last."""
        return list_videos(self.folder)

    def snapshot(self, update: int | None = None) -> dict[str, np.ndarray] | None:
        """The arrays for a Policy, of the nearest kept moment at or before ``update`` (default: the newest)."""
        moment = self.moment(update)
        return moment[1] if moment else None

    def moment(self, update: int | None = None) -> tuple[int, dict[str, np.ndarray]] | None:
        """The nearest update at or before ``update`` of which the parameters are kept, and its snapshot."""
        rows = self._query(
            "SELECT at_update, layout, arrays FROM snapshots WHERE ? IS NULL OR at_update <= ?"
            " ORDER BY at_update DESC LIMIT 1",
            update,
            update,
        )
        return (rows[0][0], schema.unpack_snapshot(*rows[0][1:])) if rows else None


__all__ = ["Episodes", "Event", "Progress", "RunRow", "RunView", "Video", "list_runs"]
