"""The rungs of a log ladder as text, the same in the slider and in the URL."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

OFF = "off"


def label_of(value: float | None) -> str:
    """A number as plain decimals, "off" for zero or none: 0.0003, 0.00001, off."""
    if not value:
        return OFF
    return np.format_float_positional(float(value), trim="-")


def value_of(label: str) -> float:
    """The number that a rung stands for; 0 for "off"."""
    return 0.0 if label == OFF else float(label)


def ladder(choices: Iterable[float], extra: Iterable[float | None] = ()) -> list[str]:
    """All rungs in order: the knob's own, and those that a URL or a run asked for beside them."""
    return [label_of(value) for value in sorted({float(value or 0.0) for value in [*choices, *extra]})]
