"""The registry as a sweep uses it: many runs queued behind all others, and one wish for all of them at once."""

from __future__ import annotations

import time
from collections.abc import Sequence

from ppo_engine.jobs.registry import BEHIND, Registry


class SweepQueue(Registry):
    """The registry of a runs folder, with what is done to all runs of a sweep in one transaction."""

    def add_behind(self, run_ids: Sequence[str], name: str, workers: int) -> None:
        """Register the runs of a sweep, in their order and behind all others; those that are here already stay."""
        with self._writing() as db:
            place = db.execute("SELECT coalesce(max(place), 0) FROM run WHERE place >= ?", (BEHIND,)).fetchone()[0]
            first = max(BEHIND, place + 1)
            db.executemany(
                "INSERT OR IGNORE INTO run(id, name, created, desired, keeper, workers, place)"
                " VALUES (?, ?, ?, 'run', 'supervisor', ?, ?)",
                [(run_id, name, time.time(), workers, first + offset) for offset, run_id in enumerate(run_ids)],
            )

    def command_all(self, run_ids: Sequence[str], desired: str) -> None:
        """Wish all runs of a sweep into ``desired`` that have not ended for good; a wish to run is one to try again."""
        # Only what was given up begins to count its tries anew: a run with none looks as if it had never begun.
        again = (
            ", tries = CASE settled WHEN '' THEN tries ELSE 0 END, started = CASE settled WHEN '' THEN started ELSE 0"
            " END, settled = CASE settled WHEN '' THEN '' ELSE 'again' END"
        )
        change = "UPDATE run SET desired = ?, rev = rev + 1, step_until = 0" + (again if desired == "run" else "")
        where = " WHERE id = ? AND deleted = 0 AND desired != ? AND settled NOT IN ('finished', 'diverged')"
        if desired == "run":
            where = where.replace("desired != ?", "(desired != ? OR settled IN ('failed', 'lost'))")
        with self._writing() as db:
            db.executemany(change + where, [(desired, run_id, desired) for run_id in run_ids])

    def mark_deleted(self, run_ids: Sequence[str], deleted: bool) -> None:
        """Say of all runs of a sweep that they are in the trash, or that they are back."""
        with self._writing() as db:
            db.executemany("UPDATE run SET deleted = ? WHERE id = ?", [(int(deleted), run_id) for run_id in run_ids])
