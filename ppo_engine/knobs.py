"""One knob: its default, range, scale, unit, one-sentence effect and source, and the check of a value against them."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

NUMBER_SCALES = ("linear", "log")


class ConfigError(ValueError):
    """A setting that cannot be used; ``str()`` is one sentence naming the field, its value and what is allowed."""

    def __init__(self, field: str, value: Any, allowed: str):
        self.field, self.value, self.allowed = field, value, allowed
        shown = repr(value)
        if len(shown) > 80:
            shown = shown[:77] + "…" + shown[0]
        super().__init__(f"{field} is {shown}, but it must be {allowed}.")

    def __reduce__(self):
        return type(self), (self.field, self.value, self.allowed)


@dataclasses.dataclass(frozen=True)
class Knob:
    """Everything a slider, a tooltip, a validator and a table need to know about one setting.

    ``scale`` is ``linear`` or ``log`` (real numbers), ``integer``, ``choice``, ``switch`` (true or false), ``sizes``
    (layer widths such as ``64-64``) or ``text``. ``low`` and ``high`` bound what is valid; ``slider`` is the narrower
    ``(low, high, step)`` that a slider offers. ``choices`` are the allowed values of a choice, or the rungs of a log
    ladder. A ``live`` knob may be moved while a run goes on; an ``optional`` one may be off (``None``).
    """

    name: str
    label: str
    default: Any
    low: float = -math.inf
    high: float = math.inf
    scale: str = "linear"
    effect: str = ""
    source: str = ""
    symbol: str = ""
    unit: str = ""
    choices: tuple = ()
    slider: tuple = ()
    live: bool = False
    optional: bool = False
    group: str = ""

    def field(self, default: Any = dataclasses.MISSING) -> Any:
        """A dataclass field that carries this knob; ``default`` replaces the knob's own where a method needs it."""
        value = self.default if default is dataclasses.MISSING else default
        return dataclasses.field(default=value, metadata={"knob": self})

    @property
    def allowed(self) -> str:
        """What is allowed, in words that complete "it must be …"."""
        if self.scale == "choice":
            text = "one of " + ", ".join(str(c) for c in self.choices)
        elif self.scale == "switch":
            text = "true or false"
        elif self.scale == "sizes":
            text = f"one to four layer widths from {self.low:g} to {self.high:g}, such as 64-64"
        elif self.scale == "integer":
            text = f"a whole number from {self.low:,.0f} to {self.high:,.0f}"
        else:
            text = f"a number from {self.low:g} to {self.high:g}"
        return text + (", or off" if self.optional else "")

    def check(self, value: Any) -> Any:
        """The value in its canonical type. Text is read as a command line or a URL would write it.

        Raises:
            ConfigError: the value is of the wrong kind, not finite, or out of range.
        """
        if self.optional and (value is None or (isinstance(value, str) and value.lower() in ("none", "off"))):
            return None
        read = {"switch": _switch, "choice": _choice, "sizes": _sizes, "integer": _integer}.get(self.scale, _number)
        try:
            return read(self, value)
        except (ValueError, TypeError, OverflowError):
            raise ConfigError(self.name, value, self.allowed) from None


def _switch(knob: Knob, value: Any) -> bool:
    if isinstance(value, str) and value.lower() in ("true", "false", "on", "off", "1", "0"):
        return value.lower() in ("true", "on", "1")
    if isinstance(value, bool):
        return value
    raise ValueError


def _choice(knob: Knob, value: Any) -> Any:
    for choice in knob.choices:
        if type(value) in (type(choice), str) and str(value) == str(choice):
            return choice
    raise ValueError


def _sizes(knob: Knob, value: Any) -> tuple[int, ...]:
    parts = value.replace(",", "-").replace("x", "-").split("-") if isinstance(value, str) else list(value)
    sizes = tuple(_integer(knob, part) for part in parts)
    if not 1 <= len(sizes) <= 4:
        raise ValueError
    return sizes


def _integer(knob: Knob, value: Any) -> int:
    number = _number(knob, value)
    if number != int(number):
        raise ValueError
    return int(number)


def _number(knob: Knob, value: Any) -> float:
    if isinstance(value, bool):
        raise ValueError
    number = float(value)
    if not math.isfinite(number) or not knob.low <= number <= knob.high:
        raise ValueError
    return number
