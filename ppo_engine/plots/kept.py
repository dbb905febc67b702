"""What kept studies show: a row for each setting, every seed with its link, centre and interval, and one axis."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ppo_engine.plots.verdicts import show


class Seed(NamedTuple):
    """One run: its seed, what it reached (None: not trained yet), where its link leads, and the SHA-256 of its end.

    ``text`` is what the link says where that is not the value.
    """

    seed: int
    value: float | None
    url: str
    sha256: str = ""
    diverged: bool = False
    text: str = ""


class Line(NamedTuple):
    """One setting: its words, objective, runs, centre and interval (None: no run yet, too few seeds).

    ``mark`` is a value from elsewhere to compare with; ``cells`` are what stands beside the strip; ``pick`` is the key
    by which the row can be chosen, and ``on`` whether it is.
    """

    words: str
    objective: str
    seeds: Sequence[Seed]
    centre: float | None
    interval: tuple[float, float] | None
    cells: Sequence[Mapping[str, str]] = ()
    mark: float | None = None
    pick: str = ""
    on: bool = False


def packet(
    lines: Sequence[Line], axis: str, heads: Sequence[tuple[str, str]], widths: str, digits: int,
    levels: Mapping[float, str] | None = None, mark_words: str = "", within: Sequence[float] = (),
) -> dict[str, Any]:  # fmt: skip
    """Everything the component draws.

    ``heads`` are the columns' titles with what they mean, ``widths`` their CSS widths; ``digits`` is how exactly values
    are written; ``levels`` are lines across all strips by value; ``mark_words`` say whose value the marks are;
    the axis reaches at least across ``within``.
    """
    return {
        "axis": axis, "heads": [list(head) for head in heads], "widths": widths,
        "lines": [{"value": value, "text": text} for value, text in (levels or {}).items()],
        "mark_title": f"{mark_words}: %" if mark_words else "", "mark_words": mark_words,
        "within": list(within), "rows": [_row(line, digits) for line in lines],
    }  # fmt: skip


def interval_cell(centre: float | None, interval: tuple[float, float] | None, digits: int, n: int,
                  url: str = "", title: str = "") -> dict[str, str]:  # fmt: skip
    """A centre with its interval as a cell; below five seeds how many there are instead."""
    if centre is None:
        return {"text": "–", "muted": "not trained yet"}
    few = f"{n} {'seed' if n == 1 else 'seeds'}, too few"
    muted = f"[{show(interval[0], digits)}, {show(interval[1], digits)}]" if interval else few
    return {"text": show(centre, digits), "muted": muted, "url": url, "title": title}


def described(lines: Sequence[Line], digits: int = 1) -> str:
    """The rows in words, for those who do not see them."""
    known = [f"{line.words} {show(line.centre, digits)}" for line in lines if line.centre is not None]
    return "Centres over seeds: " + "; ".join(known) + "."


def _row(line: Line, digits: int) -> dict[str, Any]:
    return {
        "label": line.words, "objective": line.objective, "centre": _finite(line.centre), "mark": line.mark,
        "low": line.interval[0] if line.interval else None, "high": line.interval[1] if line.interval else None,
        "cells": [dict(cell) for cell in line.cells], "pick": line.pick, "on": line.on,
        "seeds": [_seed(seed, digits) for seed in line.seeds],
    }  # fmt: skip


def _seed(seed: Seed, digits: int) -> dict[str, Any]:
    value = _finite(seed.value)
    text = seed.text or ("–" if value is None else show(value, digits))
    state = "queued" if value is None and not seed.diverged else "diverged" if seed.diverged else "finished"
    said = "not trained yet" if state == "queued" else "diverged" if value is None else text
    title = f"seed {seed.seed}: {said}" + (f" · SHA-256 {seed.sha256[:12]}…" if seed.sha256 else "")
    return {"seed": seed.seed, "value": value, "text": text, "url": seed.url, "title": title, "state": state}


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)
