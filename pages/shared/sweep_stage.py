"""The part of the Evidence page about grids: set one up, follow it, pause or cancel it, look at earlier ones."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages.shared import recompute, sweep_results, sweep_setup
from pages.shared.plain import plain
from ppo_engine.grids import Grid
from ppo_engine.jobs import sweeps
from ppo_engine.jobs.control import runs_folder
from ppo_engine.jobs.folders import UnknownRun
from ppo_engine.jobs.sweep_view import Standing
from ppo_engine.plots.evidence import axis_title

RECORDED = ""


def show() -> None:
    """The whole part."""
    stored = {sweep.sweep_id: sweep.title for sweep in sweeps.list_sweeps(runs_folder())}
    state = st.session_state
    _read_url(stored)
    with st.expander("New grid", expanded=not stored, icon=":material/grid_on:"):
        sweep_setup.show()
    if state.get("sweep") not in (*stored, RECORDED):
        state["sweep"] = next(iter(stored), RECORDED)
    columns = st.columns([3.2, 1.2, 1.2, 2.2, 1.0, 1.0], vertical_alignment="bottom", gap="small")
    columns[0].selectbox(
        "Grid", [*stored, RECORDED], key="sweep", format_func=lambda key: stored.get(key) or "recorded: "
        + sweep_results.current(RECORDED).sweep.title,
    )  # fmt: skip
    try:
        standing = sweep_results.current(state["sweep"])
    except UnknownRun as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    axes = _axes(standing.sweep.grid, columns)
    labels = {cell.number: cell.label for cell in standing.sweep.cells}
    reference = columns[3].selectbox(
        "Compare with", list(labels), format_func=labels.__getitem__, key=f"reference_{state['sweep']}"
    )
    _buttons(standing, columns)
    _write_url()
    sweep_results.show(standing, axes, reference or 0)
    if not standing.sweep.sweep_id:
        kept = sweep_results.recorded_runs(standing)
        recompute.show(kept, "Recorded grid", "recorded_grid", "Recompute this grid", [standing.sweep.grid])


def _axes(grid: Grid, columns: list) -> tuple[str, str] | None:
    """The two axes of the heatmap; None where the grid has fewer."""
    names = [name for name, values in grid.axes if len(values) > 1]
    if len(names) < 2:
        return None
    key = st.session_state["sweep"]
    x = columns[1].selectbox("Heatmap across", names, len(names) - 1, format_func=axis_title, key=f"x_{key}")
    others = [name for name in names if name != x]
    y = columns[2].selectbox("and down", others, len(others) - 1, format_func=axis_title, key=f"y_{key}_{x}")
    return x, y


def _buttons(standing: Standing, columns: list) -> None:
    sweep_id, paused = standing.sweep.sweep_id, standing.state in ("paused", "stopped")
    over = standing.state == "finished" and not any(run.state in ("failed", "lost") for run in standing.results)
    if paused or (standing.state == "finished" and not over):
        label, act = "Resume", sweeps.resume
    else:
        label, act = "Pause", sweeps.pause
    columns[4].button(label, key="sweep_pause", disabled=over or not sweep_id, width="stretch",
                      on_click=_act, args=(act, sweep_id))  # fmt: skip
    columns[5].button("Cancel", key="sweep_cancel", disabled=over or not sweep_id or standing.state == "stopped",
                      width="stretch", on_click=_act, args=(sweeps.cancel, sweep_id),
                      help="Stop what still runs or waits; what has finished stays.")  # fmt: skip


def _act(command: Callable, sweep_id: str) -> None:
    try:
        command(runs_folder(), sweep_id)
        sweep_results.current(sweep_id, 0.0)  # what was read a moment ago is over
    except (UnknownRun, OSError) as error:
        st.session_state["_said"] = str(error)


def _read_url(stored: dict[str, str]) -> None:
    asked = st.query_params.get("sweep")
    if asked is None or (asked == st.session_state.get("_sweep_url") and "sweep" in st.session_state):
        return
    st.session_state["_sweep_url"] = asked
    if asked in stored:
        st.session_state["sweep"] = asked
    else:
        st.error(plain(f"sweep is {asked[:60]!r}, but no grid here has that id."), icon=":material/error:")


def _write_url() -> None:
    key = st.session_state["sweep"]
    st.session_state["_sweep_url"] = key or None
    if key and st.query_params.get("sweep") != key:
        st.query_params["sweep"] = key
    elif not key and "sweep" in st.query_params:
        del st.query_params["sweep"]
