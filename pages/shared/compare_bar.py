"""The Compare page's transport bar: Start makes twins; Pause, Resume, Step and Stop act on all compared runs."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.shared import compare_films, twins
from pages.shared.feed import open_feed
from ppo_engine.jobs import collapse_rates, control, groups
from ppo_engine.jobs.folders import UnknownRun
from ppo_engine.jobs.states import State
from ppo_engine.knobs import ConfigError
from ppo_engine.plots.compared import LETTERS

ENDED = ("finished", "diverged")
HALTED = ("paused", "stopped", "failed", "lost")


def tell(problem: str) -> None:
    """Note one sentence; it is shown until the visitor does something."""
    st.session_state["_cmp_problem"] = problem


def look_at(run_ids: Sequence[str]) -> None:
    """Compare these runs from now on."""
    st.session_state["c_runs"] = tuple(run_ids)
    st.session_state.pop("_cmp_problem", None)
    compare_films.forget()


def start() -> None:
    """Launch what is set up and look at it; bad settings are told in one sentence and start nothing."""
    faults = twins.faults()
    if faults:
        i, sentence = next(iter(faults.items()))
        tell(f"{LETTERS[i]}: {sentence} Nothing was started.")
        return
    try:
        configs = [twins.config(i) for i in range(twins.count())]
        look_at(groups.launch_twins(control.runs_folder(), configs))
    except ConfigError as error:
        tell(f"{error} Nothing was started.")
    except OSError as error:
        tell(f"The runs could not be written ({error.strerror or error}). Nothing was started.")


def command(name: str, run_ids: Sequence[str]) -> None:
    """Give all runs a command; those for which it makes no sense are left alone."""
    runs = control.runs_folder()
    st.session_state.pop("_cmp_problem", None)
    try:
        states = {run_id: open_feed(run_id).view.state for run_id in run_ids}
        if name == "resume":
            groups.start_together(runs, [run_id for run_id, state in states.items() if state in HALTED])
        else:
            act = {"pause": control.pause, "step": control.step, "stop": control.stop}[name]
            for run_id, state in states.items():
                if state not in ENDED:
                    act(runs, run_id)
        for run_id in run_ids:
            open_feed(run_id).refresh()
    except UnknownRun as error:
        tell(str(error))


def leave() -> None:
    """Stop looking at these runs (they go on by themselves) and set up others."""
    look_at(())
    st.session_state["_cmp_left"] = True


def collapse() -> None:
    """Set up the twins in which reusing the batch destroys the policy, unless the clip holds it."""
    leave()
    known = collapse_rates.environments()
    env = st.session_state["c_env"] if st.session_state["c_env"] in known else known[0]
    st.session_state.update(c_env=env, c_preset=collapse_rates.PRESET, c_shared={})
    twins.set_lanes([(objective, "", "") for objective in collapse_rates.CALLED])


def buttons(run_ids: Sequence[str], states: Sequence[State], faults: bool) -> None:
    """The buttons as they make sense in the states of the compared runs."""
    names = [state.name for state in states]
    going = any(name in ("running", "queued") for name in names)
    halted = not going and any(name in HALTED for name in names)
    busy = going or "paused" in names
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="bottom", key="transport"):
        st.button("Start", type="primary", icon=":material/play_arrow:", key="c_start", on_click=start, shortcut="S",
                  disabled=busy, help="These runs are under way: stop them first" if busy
                  else "Correct the marked lane first" if faults
                  else "Start all twins: same seed, same weights, same first batch")  # fmt: skip
        if halted:
            st.button("Resume", icon=":material/resume:", key="c_resume", shortcut="P", on_click=command,
                      args=("resume", run_ids), help="All of them go on")  # fmt: skip
        else:
            st.button("Pause", icon=":material/pause:", key="c_pause", shortcut="P", on_click=command,
                      args=("pause", run_ids), disabled=not going)  # fmt: skip
        st.button("Step", icon=":material/skip_next:", key="c_step", shortcut="N", on_click=command,
                  args=("step", run_ids), disabled=not halted, help="One more update each, then wait")  # fmt: skip
        st.button("Stop", icon=":material/stop:", key="c_stop", shortcut="X", on_click=command,
                  args=("stop", run_ids), disabled=not busy,
                  help="End after this update; Resume can go on later")  # fmt: skip
        if run_ids:
            st.button("New", icon=":material/add:", key="c_leave", type="tertiary", on_click=leave,
                      help="Leave these runs (they go on by themselves) and set up others")  # fmt: skip
        if not busy:
            st.button("Collapse", icon=":material/trending_down:", key="c_collapse", type="tertiary", on_click=collapse,
                      help="Set up the twins in which reusing every batch destroys the policy, unless the clip holds"
                           " it: how often was measured")  # fmt: skip
