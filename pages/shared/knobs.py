"""Knob widgets: the three sliders that stay in sight, and the expert panel generated from all the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from pages.shared import setup
from pages.shared.rungs import label_of, ladder, value_of
from ppo_engine.config import KNOBS, TrainConfig
from ppo_engine.knobs import ConfigError, Knob

LABELS = {"clip_range": "Clip range ε", "learning_rate": "Learning rate", "kl_coef": "KL penalty β"}
GROUPS = {
    "Run": ("run", "objective"), "Rollout": ("rollout",), "Learning": ("learning",), "Stabilisers": ("stabilisers",),
    "Network": ("network",),
}  # fmt: skip
TOP = ("env_id", "objective", "seed", *LABELS)


def explain(knob: Knob) -> str:
    """A knob's one-sentence effect and where it comes from, for a tooltip."""
    return f"{knob.effect}\n\n*{knob.source}*"


def slider(name: str, unread: dict[str, str], on_change: Callable[[str], None]) -> None:
    """One of the three sliders, with an empty slot for its chip; disabled with the reason if nothing reads it."""
    knob, reason = KNOBS[name], unread.get(name)
    common: dict[str, Any] = {
        "key": name, "disabled": reason is not None, "help": reason or explain(knob), "persist_state": "session",
        "on_change": on_change, "args": (name,),
    }  # fmt: skip
    if name == "clip_range":
        low, high, step = knob.slider
        now = st.session_state[name]
        st.slider(LABELS[name], min(low, now), max(high, now), step=step, format="%.2f", **common)
    else:
        extra = st.session_state.get("_rungs", {}).get(name, ())
        st.select_slider(LABELS[name], ladder(knob.choices, extra), **common)
    chip = f'<span data-ppo-chip="{name}" role="status"></span>'
    st.html(f'<span class="ppo-unread">{reason}</span>' if reason else chip)


def expert_panel(config: TrainConfig, unread: dict[str, str], on_live: Callable[[str, Any], None] | None) -> None:
    """Every knob that has no place of its own, in groups.

    ``on_live`` wishes a live knob's new value for the run that goes on; None while nothing does.
    """
    if on_live is not None:
        fixed = {knob.name: "Fixed while this run goes on." for knob in KNOBS.values() if not knob.live}
        unread = {**fixed, **unread}
    for title, groups in GROUPS.items():
        knobs = [knob for knob in KNOBS.values() if knob.group in groups and knob.name not in TOP]
        st.markdown(f"**{title}**")
        switches = [knob for knob in knobs if knob.scale == "switch"]
        _rows([knob for knob in knobs if knob not in switches], 3, config, unread, on_live)
        _rows(switches, 2, config, unread, on_live)


def _rows(knobs: list[Knob], width: int, config: TrainConfig, unread: dict[str, str], on_live: Any) -> None:
    for start in range(0, len(knobs), width):
        for column, knob in zip(st.columns(width), knobs[start : start + width], strict=False):
            with column:
                _widget(knob, getattr(config, knob.name), unread.get(knob.name), on_live)


def _changed(knob: Knob, on_live: Callable[[str, Any], None] | None) -> None:
    setup.settled()
    raw = st.session_state[f"x_{knob.name}"]
    if knob.scale == "log":
        raw = None if raw == "off" and knob.optional else value_of(raw)
    try:
        st.session_state.setdefault("overrides", {})[knob.name] = knob.check(raw)
        setup.config()
        if on_live is not None:
            on_live(knob.name, st.session_state["overrides"][knob.name])
    except ConfigError as error:
        st.session_state["overrides"].pop(knob.name, None)
        setup.tell(f"{error} The preset's value is used instead.")


def _widget(knob: Knob, value: Any, reason: str | None, on_live: Any) -> None:
    symbol = f" {knob.symbol}" if knob.symbol and knob.symbol not in knob.label else ""
    unit = f" ({knob.unit})" if knob.unit and knob.unit not in knob.label.lower() else ""
    label = f"{knob.label}{symbol}{unit}"
    key = f"x_{knob.name}"
    common: dict[str, Any] = {
        "key": key, "disabled": reason is not None, "help": reason or explain(knob),
        "on_change": _changed, "args": (knob, on_live),
    }  # fmt: skip
    if knob.scale == "switch":
        st.session_state[key] = value
        st.toggle(label, **common)
    elif knob.scale == "choice":
        st.session_state[key] = value
        st.selectbox(label, knob.choices, **common)
    elif knob.scale == "log" and knob.choices:
        st.session_state[key] = label_of(value)
        zero = (0.0,) if knob.optional else ()
        st.select_slider(label, ladder((*zero, *knob.choices), (value,)), **common)
    elif knob.scale == "sizes":
        st.session_state[key] = "-".join(str(width) for width in value)
        st.text_input(label, **common)
    elif knob.scale == "integer":
        st.session_state[key] = value
        st.number_input(label, int(knob.low), int(knob.high), step=int(knob.slider[2]) if knob.slider else 1, **common)
    else:
        st.session_state[key] = value
        step = float(knob.slider[2]) if knob.slider else None
        common["placeholder"] = "off" if knob.optional else None
        st.number_input(label, float(knob.low), float(knob.high), step=step, format="%g", **common)
