"""Live knobs on their way into a run: wishes become events at one update, and a replay repeats them at that update."""

from __future__ import annotations

from typing import Any

from ppo_engine.config import TrainConfig
from ppo_engine.jobs.desk import Desk
from ppo_engine.jobs.store import Store
from ppo_engine.knobs import ConfigError
from ppo_engine.trainer import Trainer

EventToWrite = tuple[str, int, dict[str, Any]]


class KnobChanges:
    """What to apply before each update of one attempt, in which recorded changes come before newer wishes."""

    def __init__(self, store: Store, desk: Desk, config: TrainConfig):
        self.desk, self.config = desk, config
        self.shown = store.last_update()
        self.recorded: dict[int, list[dict[str, Any]]] = {}
        for applied in store.applied_knobs():
            self.recorded.setdefault(applied.update, []).append(applied.changes)
        desk.serve(store.last_wish())

    def apply(self, trainer: Trainer, update: int) -> list[EventToWrite]:
        """Set the live knobs that hold from ``update`` on; the events belong into that update's transaction."""
        for changes in self.recorded.get(update, ()):
            trainer.apply(**changes)
        # A row that has been shown stays as it is, so a wish that came later cannot reach back to it.
        if update <= self.shown or not self.desk.wishes:
            return []
        newest = self.desk.wishes[-1].seq
        merged: dict[str, Any] = {}
        for wish in self.desk.wishes:
            merged.update(wish.knobs)
        self.desk.serve(newest)
        before = trainer.config
        try:
            trainer.apply(**merged)
        except ConfigError as error:
            return [("knob_refused", update, {"wish": newest, "changes": merged, "reason": str(error)})]
        previous = {name: getattr(before, name) for name in merged}
        return [("knob", update, {"wish": newest, "changes": merged, "before": previous})]
