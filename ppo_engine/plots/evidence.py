"""What a sweep's results say: a row for each setting, a heatmap over two knobs, curves with bands, and the verdict."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from ppo_engine.claims import verdict
from ppo_engine.comparisons import probability_of_improvement
from ppo_engine.grids import Cell, sign, spell
from ppo_engine.objectives import OBJECTIVES
from ppo_engine.outcomes import PIECES, Outcome
from ppo_engine.plots.verdicts import show
from ppo_engine.statistics import Band, Summary, share, summarise, summarise_curve

MOST_SEED_LINES = 200


class Result(Protocol):
    """One run as this file sees it; only a run that ``counts`` has ended with a final return."""

    run_id: str
    cell: int
    seed: int
    state: str
    outcome: Outcome
    sha256: str

    @property
    def counts(self) -> bool:
        """Whether statistics are made of it."""


def values_of(results: Sequence[Result], cell: int) -> list[float]:
    """The final returns of a cell's ended runs, by seed."""
    mine = sorted((result for result in results if result.cell == cell), key=lambda result: result.seed)
    return [result.outcome.final for result in mine if result.counts]


def rows(
    cells: Sequence[Cell], results: Sequence[Result], reference: int, url_of: Callable[[Result], str],
    url_of_cell: Callable[[int], str],
) -> list[dict[str, Any]]:  # fmt: skip
    """A row for each cell: every seed's final return with its link, centre and interval, and what they say in words.

    ``reference`` is the cell that the probabilities of improvement are against.
    """
    against, found = values_of(results, reference), []
    for cell in cells:
        mine = sorted((result for result in results if result.cell == cell.number), key=lambda result: result.seed)
        ended = [result for result in mine if result.counts]
        values = [result.outcome.final for result in ended]
        own = cell.number == reference
        found.append(
            {
                "cell": cell.number, "label": cell.label, "url": url_of_cell(cell.number), **summary(summarise(values)),
                "better": {"text": "compared with" if own else _better(values, against), "is": own},
                "collapsed": _share(sum(result.outcome.collapsed for result in ended), len(ended)),
                "seeds": [
                    {"seed": run.seed, "value": _number(run.outcome.final) if run.counts else None, "state": run.state,
                     "url": url_of(run), "sha256": run.sha256[:12]}
                    for run in mine
                ],
            }
        )  # fmt: skip
    return found


def pooled(cells: Sequence[Cell], results: Sequence[Result]) -> list[dict[str, Any]]:
    """A row for each objective over all its settings, where several objectives were tried with several settings."""
    names = list(dict.fromkeys(cell.values["objective"] for cell in cells if "objective" in cell.values))
    if len(names) < 2 or len(names) == len(cells):
        return []
    found = []
    for name in names:
        mine = [cell.number for cell in cells if cell.values["objective"] == name]
        samples = [values for number in mine if (values := values_of(results, number))]
        ended = [result for result in results if result.cell in mine and result.counts]
        found.append(
            {
                "label": f"{OBJECTIVES[name].title}, {len(mine)} {'setting' if len(mine) == 1 else 'settings'} pooled",
                "objective": name, **summary(summarise(*samples)),
                "collapsed": _share(sum(result.outcome.collapsed for result in ended), len(ended)),
            }
        )  # fmt: skip
    return found


def summary(found: Summary) -> dict[str, Any]:
    """A centre with its interval as the page draws and says it."""
    text = "–" if not found.n else show(found.centre, 1)
    whole = found.low is not None and found.high is not None
    interval = f"[{show(found.low or 0.0, 1)}, {show(found.high or 0.0, 1)}]" if whole else ""
    few = "" if whole else found.words
    return {
        "n": found.n, "centre": _number(found.centre), "low": found.low, "high": found.high, "text": text,
        "interval": interval, "few": few, "words": found.words,
    }  # fmt: skip


def ruling(cells: Sequence[Cell], results: Sequence[Result], going: bool) -> str:
    """The verdict in a sentence or two; while runs are going on, it is one so far."""
    seeds = {cell.label: values_of(results, cell.number) for cell in cells}
    words = verdict(seeds).words
    if not going:
        return words
    return words.replace("No winner: ", "No winner so far: ", 1).replace(" does better ", " does better so far ", 1)


def leader(cells: Sequence[Cell], results: Sequence[Result]) -> int | None:
    """The cell with the highest centre so far; None before the first run has ended."""
    centres = {cell.number: summarise(values_of(results, cell.number)).centre for cell in cells}
    known = [number for number, centre in centres.items() if math.isfinite(centre)]
    return max(known, key=lambda number: centres[number]) if known else None


def heatmap(cells: Sequence[Cell], results: Sequence[Result], axes: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """The mean final return over two axes (``axes``: exactly x and y, in this order), averaged over whatever else.

    A cell whose objective does not read an axis stands in every place of it. ``z`` has a row for each y and holds None
    where nothing has ended yet; ``text`` is what is written into each place, ``count`` how many runs it stands on,
    ``cells`` the numbers of its cells.
    """
    (x, xs), (y, ys) = axes.items()
    z: list[list[float | None]] = []
    count: list[list[int]] = []
    places: list[list[list[int]]] = []
    for y_value in ys:
        line = [
            [cell.number for cell in cells
             if cell.values.get(x, x_value) == x_value and cell.values.get(y, y_value) == y_value]
            for x_value in xs
        ]  # fmt: skip
        found = [[value for number in place for value in values_of(results, number)] for place in line]
        places.append(line)
        z.append([float(np.mean(values)) if values else None for values in found])
        count.append([len(values) for values in found])
    return {
        "x": [_tick(x, value) for value in xs], "y": [_tick(y, value) for value in ys], "z": z, "count": count,
        "text": [["" if mean is None else show(mean, 0) for mean in line] for line in z], "cells": places,
        "x_title": axis_title(x), "y_title": axis_title(y),
    }  # fmt: skip


def curves(cells: Sequence[Cell], results: Sequence[Result], steps: int) -> dict[str, Any]:
    """Return against environment steps: every seed's own line, and each cell's centre with its band where it may have
    one. ``x`` are the middles of the fortieths of a run of ``steps``; None stands where nothing is known; ``rank``
    counts a cell's values of the first two knobs, so that it can be given a colour and a dash."""
    x = [round((piece + 0.5) * steps / PIECES) for piece in range(PIECES)]
    knobs = _knobs(cells)[:2]
    tried = [list(dict.fromkeys(str(cell.values.get(name)) for cell in cells)) for name in knobs]
    found = []
    for cell in cells:
        mine = [result for result in results if result.cell == cell.number]
        ended = [_filled(result.outcome.curve) for result in mine if result.counts]
        band = _band(tuple(map(tuple, ended))) if ended else None
        lines = [_plain(result.outcome.curve) for result in mine if np.isfinite(result.outcome.curve).any()]
        found.append(
            {
                "cell": cell.number, "label": cell.label, "objective": cell.values.get("objective", ""),
                "rank": [some.index(str(cell.values.get(name))) for name, some in zip(knobs, tried, strict=True)],
                "seeds": lines if len(results) <= MOST_SEED_LINES else [],
                "centre": _plain(band.centre) if band else None,
                "low": _plain(band.low) if band and band.low is not None else None,
                "high": _plain(band.high) if band and band.high is not None else None,
            }
        )  # fmt: skip
    return {"x": x, "cells": found}


def _knobs(cells: Sequence[Cell]) -> list[str]:
    return list(dict.fromkeys(name for cell in cells for name in cell.values if name != "objective"))


def axis_title(name: str) -> str:
    """A knob as the title of an axis."""
    return "objective" if name == "objective" else sign(name)


def _tick(name: str, value: Any) -> str:
    return OBJECTIVES[value].title if name == "objective" else spell(value)


def _better(values: list[float], against: list[float]) -> str:
    if not values or not against:
        return "–"
    return probability_of_improvement(values, against).words


def _share(k: int, n: int) -> dict[str, str]:
    found = share(k, n)
    return {"text": f"{k} of {n}" if n else "–", "words": found.words}


@functools.lru_cache(maxsize=512)
def _band(curves: tuple[tuple[float, ...], ...]) -> Band:
    return summarise_curve(curves)


def _filled(curve: np.ndarray) -> np.ndarray:
    """The curve with the last value kept where no episode ended in a piece; the beginning stays unknown."""
    known = np.where(np.isfinite(curve), np.arange(len(curve)), -1)
    last = np.maximum.accumulate(known)
    return np.where(last >= 0, curve[last], np.nan)


def _number(value: float) -> float | None:
    return round(value, 2) if math.isfinite(value) else None


def _plain(values: np.ndarray) -> list[float | None]:
    return [round(float(value), 2) if math.isfinite(value) else None for value in values]


__all__ = ["axis_title", "curves", "heatmap", "leader", "pooled", "rows", "ruling", "summary", "values_of"]
