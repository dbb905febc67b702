"""What the Evidence page is given, from results made by hand: rows, the heatmap, curves and the verdict."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from ppo_engine.grids import make_grid
from ppo_engine.outcomes import PIECES, Outcome
from ppo_engine.plots import evidence


class Run(NamedTuple):
    run_id: str
    cell: int
    seed: int
    state: str
    outcome: Outcome
    sha256: str = ""

    @property
    def counts(self):
        return self.state in ("finished", "diverged")


def run(cell, seed, final, state="finished", collapsed=False, level=None):
    curve = np.full(PIECES, np.nan if level is None else level)
    outcome = Outcome(curve, 20.0, final, collapsed)
    return Run(f"run-{cell}-{seed}", cell, seed, state, outcome, "0" * 64)


GRID = make_grid("CartPole-v1", [("clip_range", [0.1, 0.2]), ("learning_rate", [1e-3, 1e-2])], (1, 2))
CELLS = GRID.cells()
TWO = [run(0, 1, 100.0), run(0, 2, 200.0), run(1, 1, 300.0), run(2, 1, 9.0, "running"), run(1, 2, 50.0, "queued")]


def rows(results, reference=0, cells=CELLS):
    return evidence.rows(cells, results, reference, lambda one: f"?run={one.run_id}", lambda cell: f"?cell={cell}")


def test_a_row_has_every_seed_with_its_link_and_only_ended_runs_count():
    first, second, third, fourth = rows(TWO)
    assert (first["centre"], first["text"], first["few"]) == (150.0, "150.0", "2 seeds, too few for a claim")
    assert first["seeds"] == [
        {"seed": 1, "value": 100.0, "state": "finished", "url": "?run=run-0-1", "sha256": "0" * 12},
        {"seed": 2, "value": 200.0, "state": "finished", "url": "?run=run-0-2", "sha256": "0" * 12},
    ]
    assert second["n"] == 1
    waiting = second["seeds"][1]
    assert (waiting["seed"], waiting["value"], waiting["state"], waiting["url"]) == (2, None, "queued", "?run=run-1-2")
    assert third["n"] == 0 and third["text"] == "–" and third["few"] == "no seed yet" and fourth["seeds"] == []
    assert first["better"] == {"text": "compared with", "is": True}
    assert second["better"]["text"] == "100 %: 1 seed, too few for a claim" and third["better"]["text"] == "–"


def test_the_interval_and_the_collapses_of_enough_seeds():
    results = [run(0, seed, float(seed), collapsed=seed == 1) for seed in range(1, 6)]
    row = rows(results)[0]
    assert row["interval"] == "[1.0, 5.0]" and row["few"] == "" and row["low"] == pytest.approx(1.0368, abs=1e-3)
    assert row["collapsed"]["text"] == "1 of 5" and "95 % interval 4 to 62 %" in row["collapsed"]["words"]


def test_a_diverged_run_counts():
    assert rows([run(0, 1, 100.0), run(0, 2, 20.0, "diverged", collapsed=True)])[0]["centre"] == 60.0


def test_the_heatmap_fills_place_by_place():
    heat = evidence.heatmap(CELLS, TWO, {"learning_rate": [1e-3, 1e-2], "clip_range": [0.1, 0.2]})
    assert heat["z"] == [[150.0, 300.0], [None, None]] and heat["text"] == [["150", "300"], ["", ""]]
    assert heat["count"] == [[2, 1], [0, 0]] and heat["cells"] == [[[0], [1]], [[2], [3]]]
    assert (heat["x"], heat["y"], heat["x_title"], heat["y_title"]) == (
        ["0.001", "0.01"], ["0.1", "0.2"], "learning rate", "ε",
    )  # fmt: skip


def test_the_heatmap_shows_an_objective_in_every_place_of_a_knob_it_does_not_read():
    grid = make_grid("CartPole-v1", [("objective", ["ppo_clip", "surrogate"]), ("clip_range", [0.1, 0.2])], (1,))
    results = [run(0, 1, 400.0), run(1, 1, 500.0), run(2, 1, 30.0)]
    axes = {"clip_range": [0.1, 0.2], "objective": ["ppo_clip", "surrogate"]}
    assert evidence.heatmap(grid.cells(), results, axes)["z"] == [[400.0, 500.0], [30.0, 30.0]]


def test_objectives_are_pooled_over_their_settings_as_environments_would_be():
    axes = [("objective", ["ppo_clip", "surrogate"]), ("learning_rate", [1e-3, 1e-2])]
    cells = make_grid("CartPole-v1", axes, tuple(range(1, 6))).cells()
    results = [run(cell, seed, 100.0 * cell + seed) for cell in range(4) for seed in range(1, 6)]
    clipped, unclipped = evidence.pooled(cells, results)
    assert clipped["label"] == "Clipped surrogate, 2 settings pooled" and clipped["centre"] == 53.0
    # Between the two settings lie 100 points; the interval knows only of the seeds.
    assert 0.5 < clipped["high"] - clipped["low"] < 4 and unclipped["centre"] == 253.0
    assert evidence.pooled(CELLS, TWO) == []


def test_curves_have_every_seed_and_a_band_only_where_there_may_be_one():
    few = [run(0, 1, 1.0, level=10.0), run(0, 2, 1.0, level=20.0), run(1, 1, 1.0, "running", level=5.0)]
    found = evidence.curves(CELLS, few, 4000)
    first, second = found["cells"][:2]
    assert found["x"][:2] == [50, 150] and found["x"][-1] == 3950
    assert len(first["seeds"]) == 2 and first["centre"][0] == 15.0 and first["low"] is None
    assert second["centre"] is None and second["seeds"][0][0] == 5.0, "a run that goes on has a line and no claim"
    many = [run(0, seed, 1.0, level=float(seed)) for seed in range(1, 6)]
    band = evidence.curves(CELLS, many, 4000)["cells"][0]
    assert band["centre"][0] == 3.0 and band["low"][0] == pytest.approx(1.04, abs=0.01)
    assert [cell["rank"] for cell in found["cells"]] == [[0, 0], [0, 1], [1, 0], [1, 1]]


def test_the_verdict_refuses_and_says_so_far_while_runs_go_on():
    words = evidence.ruling(CELLS, TWO, going=True)
    assert words == "No winner so far: 1 seed, too few for a claim. At least 5 seeds each are needed."
    high = [run(0, seed, 200.0 + seed) for seed in range(5)]
    low = [run(1, seed, 100.0 + seed) for seed in range(5)]
    assert evidence.ruling(CELLS, high + low, going=False) == (
        "ε 0.1, learning rate 0.001 does better than ε 0.1, learning rate 0.01:"
        " its 95 % interval overlaps with no other."
    )
    assert evidence.leader(CELLS, high + low) == 0 and evidence.leader(CELLS, []) is None
