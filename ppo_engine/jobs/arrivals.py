"""The registry as an import uses it: a run comes from elsewhere, or back, with its name and its age."""

from __future__ import annotations

import time

from ppo_engine.jobs.registry import NEXT_PLACE, Registry


class Arrivals(Registry):
    """The registry of a runs folder in which a run has just arrived."""

    def arrive(self, run_id: str, name: str, created: float, last_wish: int) -> None:
        """Register the run as stopped, whether or not one of its id was deleted here.

        Its rows name the wishes of the registry they came from, up to ``last_wish``; those made here are numbered
        beyond it, since a worker passes over what it takes for served.
        """
        with self._writing() as db:
            place = db.execute(f"SELECT {NEXT_PLACE}").fetchone()[0]
            db.execute("DELETE FROM run WHERE id = ? AND deleted = 1", (run_id,))
            db.execute(
                "INSERT OR IGNORE INTO run(id, name, created, desired, place) VALUES (?, ?, ?, 'stop', ?)",
                (run_id, name, created, place),
            )
            newest = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'wish'").fetchone()
            if last_wish > (newest[0] if newest else 0):
                values = (last_wish, run_id, "{}", time.time())
                db.execute("INSERT INTO wish(seq, run_id, knobs, made) VALUES (?, ?, ?, ?)", values)
                db.execute("DELETE FROM wish WHERE seq = ?", (last_wish,))
            db.execute("DELETE FROM wish WHERE run_id = ?", (run_id,))
