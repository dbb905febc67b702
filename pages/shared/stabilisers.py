"""The stabilisers panel of Compare and of Train: their switches, and the live meter of which one holds the KL down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from pages.shared import compare_bar, holding_meter, setup, stabiliser_switches, transport, twins
from pages.shared.comparing import called, now_in_force
from pages.shared.feed import open_feed
from ppo_engine.config import KNOBS, TrainConfig
from ppo_engine.jobs import control
from ppo_engine.jobs.folders import UnknownRun
from ppo_engine.knob_use import unread_knobs
from ppo_engine.knobs import ConfigError
from ppo_engine.stabilisers import SWITCHES

FIXED = "Fixed while {} on: it shapes what the network has learned so far."


def _panel(
    prefix: str, configs: Sequence[TrainConfig], fixed: str, on_set: Callable[[str, Any], None],
    tell: Callable[[str], None],
) -> None:  # fmt: skip
    unread = [unread_knobs(config) for config in configs]
    reasons = {name: unread[0][name] for name in SWITCHES if configs and all(name in one for one in unread)}
    if fixed:
        reasons |= {name: FIXED.format(fixed) for name in SWITCHES if not KNOBS[name].live}
    values = {name: [getattr(config, name) for config in configs] for name in SWITCHES}
    stabiliser_switches.show(prefix, values, reasons, on_set, tell)


def for_twins(run_ids: Sequence[str], states: Sequence[str], set_up: Sequence[TrainConfig]) -> None:
    """All twins at once: the switches act on the runs that go on, else on what Start will launch."""
    going = any(state in ("running", "queued", "paused") for state in states)
    configs = [now_in_force(open_feed(run_id)) for run_id in run_ids] if going else list(set_up)
    with st.container(key="stabilisers", gap="small"):
        if going:
            _panel("cs", configs, "these runs go", lambda name, to: _move_all(run_ids, name, to), compare_bar.tell)
        elif configs:
            _panel("cs", configs, "", twins.share, compare_bar.tell)
        holding_meter.show(run_ids, states, called(run_ids))


def _move_all(run_ids: Sequence[str], name: str, value: Any) -> None:
    try:
        for run_id in run_ids:
            if name not in unread_knobs(open_feed(run_id).config):
                control.set_knob(control.runs_folder(), run_id, **{name: value})
                open_feed(run_id).poke()
    except (ConfigError, UnknownRun) as error:
        compare_bar.tell(str(error))


def for_one(config: TrainConfig, run_id: str, state: str, going_id: str) -> None:
    """The run of the Train page (``run_id``, empty for none): ``going_id`` is the same while it goes on, else empty."""

    def move(name: str, value: Any) -> None:
        setup.move_to(name, value)
        if going_id:
            transport.move_knob(name, value, going_id)

    with st.container(key="stabilisers", gap="small"):
        _panel("ts", [config], "this run goes" if going_id else "", move, setup.tell)
        holding_meter.show([run_id] if run_id else [], [state], called([run_id]) if run_id else [])
