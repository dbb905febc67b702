"""The self-check lights: which checks of an update hold, the number behind each, and what each of them says."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from ppo_engine.self_checks import BOUNDS, SAYS, Check, checks


class Light(NamedTuple):
    """One check of one update: its name, whether it holds, and its number as text."""

    name: str
    holds: bool
    value: str


def number(value: float) -> str:
    """A small number as text, "3.9e-09" with a true minus sign; a dash where there is none."""
    if not math.isfinite(value):
        return "–"
    return "0" if value == 0 else f"{value:.1e}".replace("-", "−")


def _checks(detail: Mapping[str, Any]) -> list[Check]:
    # What is not a number travels as text, and then no check of it holds.
    return checks({name: float(value) for name, value in detail.get("checks", {}).items()})


def lights(detail: Mapping[str, Any]) -> list[Light]:
    """The lights of one update in their fixed order, from its report's detail; none where it has no checks."""
    return [Light(check.name, check.holds, number(check.value)) for check in _checks(detail)]


def failures(detail: Mapping[str, Any]) -> list[str]:
    """A sentence for each check of an update that does not hold."""
    return [
        f"A self-check fails. {check.says} It is {number(check.value)}, the bound is {number(check.bound)}."
        for check in _checks(detail) if not check.holds
    ]  # fmt: skip


def meanings() -> dict[str, str]:
    """What each check says and the bound it must keep, by name: sent once."""
    return {name: f"{says} Bound {number(BOUNDS[name])}." for name, says in SAYS.items()}
