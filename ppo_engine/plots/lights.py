"""The self-check lights: which checks of an update hold, the number behind each, and what each of them says."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from ppo_engine.self_checks import BOUNDS, SAYS, Check, checks

NOTHING: Mapping[str, Any] = {}


class Light(NamedTuple):
    """One check: its name, whether it holds (None while its answer is awaited), and its number as text."""

    name: str
    holds: bool | None
    value: str


def number(value: float) -> str:
    """A small number as text, "3.9e-09" with a true minus sign; a dash where there is none."""
    if not math.isfinite(value):
        return "–"
    return "0" if value == 0 else f"{value:.1e}".replace("-", "−")


def _checks(detail: Mapping[str, Any], compared: Mapping[str, Any]) -> list[Check]:
    # What is not a number travels as text, and then no check of it holds.
    found = {name: float(value) for name, value in detail.get("checks", {}).items()}
    return checks({**found, **({"autograd": float(compared["value"])} if compared else {})})


def lights(detail: Mapping[str, Any], compared: Mapping[str, Any] = NOTHING, awaited: bool = False) -> list[Light]:
    """The lights of one update in their fixed order, from its report's detail; none where it has no checks.

    ``compared`` is the newest comparison with autograd, of an update of its own; ``awaited`` says that one will come.
    """
    if not detail.get("checks"):
        return []
    found = [Light(check.name, check.holds, number(check.value)) for check in _checks(detail, compared)]
    if compared:
        return [*found[:-1], found[-1]._replace(value=f"{found[-1].value} at update {compared['update']}")]
    return [*found, Light("autograd", None, "awaited")] if awaited else found


def failures(detail: Mapping[str, Any], compared: Mapping[str, Any] = NOTHING) -> list[str]:
    """A sentence for each check of an update that does not hold."""
    return [
        f"A self-check fails. {check.says} It is {number(check.value)}, the bound is {number(check.bound)}."
        for check in _checks(detail, compared) if not check.holds
    ]  # fmt: skip


def meanings() -> dict[str, str]:
    """What each check says and the bound it must keep, by name: sent once."""
    return {name: f"{says} Bound {number(BOUNDS[name])}." for name, says in SAYS.items()}
