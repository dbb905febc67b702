"""Reads a run once for all its viewers: each tick only what is new, kept in memory between ticks."""

from __future__ import annotations

import threading
import time
from typing import Any

import numpy as np
import streamlit as st

from ppo_engine.jobs.comparisons import read_comparison
from ppo_engine.jobs.control import runs_folder
from ppo_engine.jobs.evaluations import standing
from ppo_engine.jobs.view import Event, RunView
from ppo_engine.plots.own_columns import detail_rows
from ppo_engine.report import REPORT_KEYS

TICK = 1.0
PER_VIEWER = 0.1
GONE_AFTER = 6.0
SELDOM = 3
MAX_EPISODES = 400_000


class Feed:
    """One run's rows, episodes, newest histogram and sample; ``version`` changes when anything did.

    ``changes`` lists every applied change of a live knob: name, old, new, and the first update it held for.
    ``over_since`` is the time from which on the run was known to go on no more (None while it does), ``seen_to_end``
    whether it was still going on when it was first looked at.
    """

    def __init__(self, run_id: str):
        self.view = RunView(runs_folder(), run_id)
        self.run_id, self.config = run_id, self.view.config
        self.updates: np.ndarray = np.zeros(0, dtype=int)
        self.rows = np.zeros((0, len(REPORT_KEYS)))
        self.episodes = np.zeros((0, 7))
        self.changes: list[dict[str, Any]] = []
        self._event = 0
        self._knobs: dict[str, Any] = {}
        self.histogram = self.sample = None
        self.detail: dict[str, Any] = {}
        self.kept = detail_rows([])
        self.comparison: dict[str, Any] = {}
        self.films: list[Any] = []
        self.pending: dict[str, Any] = {}
        self.status = self.view.status
        self.evaluation = standing(self.view.folder)
        self.progress = self.view.progress()
        self.name = self.view.name
        self.version = 0
        self._read_at, self._ticks = 0.0, 0
        self.over_since: float | None = None
        self.seen_to_end = self.film_asked = False
        self._lock = threading.Lock()

    @property
    def last_update(self) -> int:
        """Number of the newest update, 0 before the first."""
        return int(self.updates[-1]) if len(self.updates) else 0

    @property
    def live(self) -> bool:
        """Whether the run may still bring something new by itself."""
        return self.status.name in ("queued", "running", "paused")

    def report(self) -> dict[str, float]:
        """The newest update's scalars by report key."""
        return dict(zip(REPORT_KEYS, self.rows[-1].tolist(), strict=True))

    def refresh(self, min_age: float = 0.0) -> None:
        """Read what is new, unless somebody did within the last ``min_age`` seconds."""
        with self._lock:
            now = time.monotonic()
            if self._read_at and now - self._read_at < min_age:
                return
            self._read_at = now
            self._read()

    def _read(self) -> None:
        view, before = self.view, self._marks()
        # The state first: rows that a worker wrote before it ended are then read below, never missed.
        self.status = view.status
        if self.live:
            self.over_since, self.seen_to_end, self.film_asked = None, True, False
        elif self.over_since is None:
            self.over_since = self._read_at
        self.evaluation = standing(view.folder)
        updates, rows = view.updates_since(self.last_update)
        if updates:
            details = view.details_since(self.last_update)
            found = [details.get(update, {}) for update in updates]
            self.kept, self.detail = np.r_[self.kept, detail_rows(found)], found[-1]
            self.updates, self.rows = np.r_[self.updates, updates], np.r_[self.rows, rows]
            self.progress = view.progress()
            self.histogram, self.sample = view.histogram(self.last_update), view.sample(self.last_update)
        fresh = np.column_stack(view.episodes_since(int(self.episodes[-1, 0]) if len(self.episodes) else 0))
        if len(fresh):
            self.episodes = np.r_[self.episodes, fresh]
            if len(self.episodes) > MAX_EPISODES:
                self.episodes = self.episodes[self.episodes[:, 0] % 2 == 0]
        for event in view.events_since(self._event):
            self._note(event)
        # What changes rarely is asked for rarely; a wish made in a tab of this server pokes the feed.
        self._ticks += 1
        if self.pending or self._ticks % SELDOM == 1:
            self.pending = view.pending_knobs()
        if self._ticks % SELDOM == 1:
            self.films = view.videos()
            self.comparison = read_comparison(view.folder)
        if self._marks() != before or not self.version:
            self.version += 1

    def _marks(self) -> tuple:
        films = self.films[-1].update if self.films else -1
        episodes = int(self.episodes[-1, 0]) if len(self.episodes) else 0
        pending = tuple(self.pending.items())
        compared = self.comparison.get("update")
        return self.last_update, episodes, self._event, films, self.status, pending, self.evaluation, compared

    def _note(self, event: Event) -> None:
        self._event = event.seq
        for name, value in event.detail.get("changes", {}).items() if event.kind == "knob" else ():
            self.changes.append({"name": name, "old": self.knob_value(name), "new": value, "update": event.update})
            self._knobs[name] = value

    def poke(self) -> None:
        """A knob or an evaluation has been wished for: show it at the next tick."""
        with self._lock:
            self.pending, self.evaluation = self.view.pending_knobs(), standing(self.view.folder)
            self.version += 1

    def knob_value(self, name: str) -> Any:
        """A live knob's value now in force."""
        return self._knobs[name] if name in self._knobs else getattr(self.config, name)


@st.cache_resource(max_entries=12, show_spinner=False)
def open_feed(run_id: str) -> Feed:
    """The feed of a run, shared by all its viewers; raises UnknownRun."""
    return Feed(run_id)


@st.cache_resource(show_spinner=False)
def _audience() -> dict[str, float]:
    return {}


def tick_interval(session: str) -> float:
    """Seconds between two ticks: slower with every viewer, so that the server never chokes."""
    audience, now = _audience(), time.monotonic()
    audience[session] = now
    for key in [key for key, seen in list(audience.items()) if now - seen > GONE_AFTER]:
        audience.pop(key, None)
    return max(TICK, PER_VIEWER * len(audience))
