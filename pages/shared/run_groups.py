"""The runs of a grid as one line of the list of runs, or only they, where the URL names the grid and perhaps a cell."""

from __future__ import annotations

import streamlit as st

from pages.shared import take_home
from ppo_engine.jobs import control, sweep_trash, sweeps
from ppo_engine.jobs.control import runs_folder
from ppo_engine.jobs.folders import UnknownRun
from ppo_engine.jobs.view import RunRow, list_runs

MOST_LINES = 8


def chosen() -> tuple[str, str, set[str]] | None:
    """What the URL asks for: a grid's id, what it is called, and the ids of its runs or of one cell's; else None."""
    asked, cell = st.query_params.get("sweep"), st.query_params.get("cell")
    if not asked:
        return None
    try:
        sweep = sweeps.read(runs_folder(), asked)
    except UnknownRun:
        return asked, "a grid that is not here", set()
    if cell is None or not cell.isdigit() or int(cell) >= len(sweep.cells):
        return asked, sweep.title, set(sweep.run_ids)
    ids = {run.run_id for run in sweep.runs if run.cell == int(cell)}
    return asked, f"{sweep.title}: {sweep.cells[int(cell)].label}", ids


def rows() -> list[RunRow]:
    """The runs that have a line of their own: those of no grid, or those the URL asks for."""
    asked = chosen()
    if asked is not None:
        return list_runs(runs_folder(), only=asked[2])
    return list_runs(runs_folder(), but=sweeps.sweep_of(runs_folder()))


def any_grid() -> bool:
    """Whether there is any grid."""
    return bool(sweeps.list_sweeps(runs_folder()))


def going() -> bool:
    """Whether runs of any grid have still to end."""
    counts = sweeps.ended_counts(runs_folder())
    return any(counts[sweep.sweep_id] < len(sweep.runs) for sweep in sweeps.list_sweeps(runs_folder()))


def offer_all() -> None:
    """The way back to all runs, while only a grid's are shown."""
    asked = chosen()
    if asked is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="grid_bar"):
        st.text(f"Only the runs of {asked[1]}", width="stretch")
        if st.button("Evidence", icon=":material/grid_on:", key="grid_evidence"):
            st.switch_page("pages/lab/evidence.py", query_params={"sweep": asked[0]})
        st.button("All runs", icon=":material/close:", key="grid_all", on_click=st.query_params.clear)


def show() -> None:
    """A line for each of the newest grids, unless the runs of one are shown."""
    if chosen() is not None:
        return
    counts = sweeps.ended_counts(runs_folder())
    for sweep in sweeps.list_sweeps(runs_folder())[:MOST_LINES]:
        with (
            st.container(key=f"run_row_{sweep.sweep_id}", gap=None),
            st.container(horizontal=True, vertical_alignment="center", gap="small"),
        ):
            st.text(f"Grid {sweep.title}", width="stretch")
            st.caption(f"{counts[sweep.sweep_id]} of {len(sweep.runs)} runs have ended", width="content")
            if st.button("Runs", key=f"grid_runs_{sweep.sweep_id}", help="List the runs of this grid"):
                st.query_params["sweep"] = sweep.sweep_id
                st.rerun()
            take_home.popover(sweep.run_ids, sweep.sweep_id, "")
            if st.button("Evidence", key=f"grid_open_{sweep.sweep_id}", help="What they show together"):
                st.switch_page("pages/lab/evidence.py", query_params={"sweep": sweep.sweep_id})
            if st.button("", icon=":material/delete:", key=f"grid_delete_{sweep.sweep_id}",
                         help="Delete the grid with its runs; it can be undone"):  # fmt: skip
                _delete(sweep)


def _delete(sweep: sweeps.Sweep) -> None:
    try:
        count = sweep_trash.delete(runs_folder(), sweep.sweep_id)
        told = f"Grid {sweep.title}, with {count} {'run' if count == 1 else 'runs'}"
        st.session_state.setdefault("_deleted", []).append((sweep.sweep_id, told))
    except (UnknownRun, OSError) as error:
        st.session_state["_said"] = str(error)
    st.rerun()


def undo(deleted_id: str) -> None:
    """Bring back what was deleted: a grid with its runs, or one run. Raises UnknownRun and OSError."""
    if sweep_trash.is_trashed(runs_folder(), deleted_id):
        sweep_trash.undo_delete(runs_folder(), deleted_id)
    else:
        control.undo_delete(runs_folder(), deleted_id)
