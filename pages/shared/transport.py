"""The transport bar: Start, Pause or Resume, Step, Stop and Evaluate, each with its key."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages.shared import setup
from pages.shared.deltas import NEWEST
from pages.shared.feed import open_feed
from pages.shared.run_picker import leave_run
from ppo_engine.jobs import control
from ppo_engine.jobs.folders import UnknownRun
from ppo_engine.jobs.groups import branch_unmoved
from ppo_engine.jobs.states import State
from ppo_engine.knobs import ConfigError
from ppo_engine.plots.moves import Move, newest_move, what_if_it_had_stayed

COMMANDS = {"pause": control.pause, "resume": control.resume, "step": control.step, "stop": control.stop}
ENDED = ("finished", "diverged")


def start() -> None:
    """Launch what is set up and look at it; bad settings are told in one sentence and start nothing."""
    setup.settled()
    try:
        st.session_state["run"] = control.launch(control.runs_folder(), setup.config())
    except ConfigError as error:
        setup.tell(f"{error} Nothing was started.")
    except OSError as error:
        setup.tell(f"The run could not be written ({error.strerror}). Nothing was started.")


def command(name: str, run_id: str) -> None:
    """Give the run a command and tell what came of it if it was refused."""
    setup.settled()
    try:
        outcome = COMMANDS[name](control.runs_folder(), run_id)
    except UnknownRun as error:
        setup.tell(str(error))
        return
    if outcome.ok:
        open_feed(run_id).refresh()
    else:
        setup.tell(outcome.message)


def evaluate(run_id: str) -> None:
    """Have the policy whose rollout was chosen, or else the newest, evaluated by a process of its own."""
    setup.settled()
    try:
        film = st.session_state.get("_film", NEWEST)
        update = film if any(video.update == film for video in open_feed(run_id).films) else None
        outcome = control.evaluate(control.runs_folder(), run_id, update)
        if not outcome.ok:
            setup.tell(outcome.message)
        open_feed(run_id).poke()
    except (UnknownRun, ValueError) as error:
        setup.tell(str(error))
    except OSError as error:
        setup.tell(f"The evaluation could not be started ({error.strerror}).")


def _evaluate_button(run_id: str) -> None:
    evaluating = bool(run_id) and open_feed(run_id).evaluation.going
    st.button("Evaluate", icon=":material/rule:", key="evaluate", shortcut="E", on_click=evaluate,
              args=(run_id,), disabled=not run_id or evaluating,
              help="100 fresh episodes in the background, greedy and stochastic, of the newest policy or of the"
                   " earlier one whose rollout you chose")  # fmt: skip


def _stayed_button(run_id: str) -> None:
    feed = open_feed(run_id)
    move = newest_move(feed.changes, feed.config.total_updates)
    for name in feed.pending if move is None else ():
        move = Move(name, feed.knob_value(name), feed.last_update + 1)
    if move is None:
        return
    asked = what_if_it_had_stayed(move)
    if st.button(asked, icon=":material/fork_right:", key="stayed", type="tertiary",
                 help=f"{asked} A fork goes on from just before the move, and Compare draws both."):  # fmt: skip
        _fork_before(run_id)


def _fork_before(run_id: str) -> None:
    setup.settled()
    feed = open_feed(run_id)
    feed.refresh()
    move = newest_move(feed.changes, feed.config.total_updates)
    try:
        if move is None:
            setup.tell("The knob has not moved yet: the run applies it at its next update.")
        else:
            pair = branch_unmoved(control.runs_folder(), run_id, move.update)
            st.switch_page("pages/lab/compare.py", query_params={"runs": ",".join(pair)})
    except (ConfigError, UnknownRun) as error:
        setup.tell(f"{error} Nothing was forked.")
    except OSError as error:
        setup.tell(f"The fork could not be written ({error.strerror or error}).")
    st.rerun()


def move_slider(name: str, run_id: str) -> None:
    """Wish a slider's new value for a run that goes on."""
    move_knob(name, setup.slider_value(name), run_id)


def move_knob(name: str, value: Any, run_id: str) -> None:
    """Wish a live knob's new value for a run that goes on."""
    setup.settled()
    try:
        control.set_knob(control.runs_folder(), run_id, **{name: value})
        open_feed(run_id).poke()
    except (ConfigError, UnknownRun) as error:
        setup.tell(str(error))


def buttons(run_id: str, status: State | None) -> None:
    """The buttons as they make sense in the run's state; ``status`` is None while no run is looked at."""
    state = status.name if status else ""
    going = state in ("running", "queued")
    paused = state in ("paused", "stopped", "failed", "lost")
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="bottom", key="transport"):
        busy = going or state == "paused"
        st.button("Start", type="primary", icon=":material/play_arrow:", key="start", on_click=start, shortcut="S",
                  help="A run is under way: stop it first" if busy else "Start a run with these settings",
                  disabled=busy)  # fmt: skip
        if paused:
            st.button("Resume", icon=":material/resume:", key="resume", shortcut="P", on_click=command,
                      args=("resume", run_id), help=status.sentence if status else None)  # fmt: skip
        else:
            st.button("Pause", icon=":material/pause:", key="pause", shortcut="P", on_click=command,
                      args=("pause", run_id), disabled=not going)  # fmt: skip
        st.button("Step", icon=":material/skip_next:", key="step", shortcut="N", on_click=command,
                  args=("step", run_id), disabled=not run_id or state in ENDED or going,
                  help="One more update, then wait")  # fmt: skip
        st.button("Stop", icon=":material/stop:", key="stop", shortcut="X", on_click=command, disabled=not busy,
                  args=("stop", run_id), help="End after this update; Resume can go on later")  # fmt: skip
        _evaluate_button(run_id)
        if run_id:
            _stayed_button(run_id)
            st.button("New run", icon=":material/add:", key="leave", type="tertiary", on_click=leave_run,
                      help="Leave this run (it goes on by itself) and set up another")  # fmt: skip
