"""The stabilisers as switches, each with its value when it is on: for a run that is set up, or for all twins."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from typing import Any

import streamlit as st

from pages.shared.knobs import explain
from ppo_engine.config import KNOBS
from ppo_engine.knobs import ConfigError
from ppo_engine.plots.compared import LETTERS, value_text
from ppo_engine.stabilisers import SWITCHES

# What a stabiliser that was off is switched on with.
FIRST = {"max_grad_norm": 0.5, "target_kl": 0.02, "clip_range_vf": 0.2}
Set = Callable[[str, Any], None]


def show(prefix: str, values: Mapping[str, Sequence[Any]], reasons: Mapping[str, str], on_set: Set, tell: Any) -> None:
    """A switch for each stabiliser.

    ``values``: for each its value in every run; ``reasons``: why one cannot be moved; ``on_set(name, value)`` is
    called with a checked value, ``tell(sentence)`` with what is wrong.
    """
    with_value = [name for name in SWITCHES if KNOBS[name].optional]
    bare = [name for name in SWITCHES if not KNOBS[name].optional]
    for pair in zip_longest(with_value, bare):
        for place, name in zip(st.columns([1.15, 1.0], gap="medium", vertical_alignment="center"), pair, strict=True):
            with place:
                if name:
                    _switch(prefix, name, values[name], reasons.get(name), on_set, tell)


def _switch(prefix: str, name: str, values: Sequence[Any], reason: str | None, on_set: Set, tell: Any) -> None:
    knob, on = KNOBS[name], [value for value in values if value not in (None, False)]
    switch, number = f"{prefix}_on_{name}", f"{prefix}_value_{name}"
    st.session_state[switch] = bool(on)
    common: dict[str, Any] = {"on_change": _changed, "args": (prefix, name, on_set, tell)}
    left = right = st
    if knob.optional:
        left, right = st.columns([1.7, 1.0], gap="xsmall", vertical_alignment="center")
    left.toggle(knob.label, key=switch, disabled=reason is not None, help=reason or explain(knob), **common)
    if knob.optional:
        st.session_state[number] = float(on[0]) if on else st.session_state.get(number) or FIRST[name]
        right.number_input(
            knob.label, float(knob.low), float(knob.high), step=None, format="%g", key=number,
            label_visibility="collapsed", disabled=reason is not None or not on, **common,
        )  # fmt: skip
    if len({repr(value) for value in values}) > 1:
        told = " · ".join(f"{letter} {value_text(name, v)}" for letter, v in zip(LETTERS, values, strict=False))
        st.caption(f"They differ: {told}")


def _changed(prefix: str, name: str, on_set: Set, tell: Any) -> None:
    value: Any = st.session_state[f"{prefix}_on_{name}"]
    if KNOBS[name].optional:
        value = st.session_state[f"{prefix}_value_{name}"] if value else None
    try:
        on_set(name, KNOBS[name].check(value))
    except ConfigError as error:
        tell(str(error))
