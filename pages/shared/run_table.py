"""The table of all runs and what can be done with each; names are shown as plain text."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import streamlit as st

from pages.shared import run_groups, take_home
from pages.shared.plain import plain
from pages.shared.run_picker import open_run
from ppo_engine.jobs import control, groups
from ppo_engine.jobs.evaluations import Standing, standing_of
from ppo_engine.jobs.folders import UnknownRun
from ppo_engine.jobs.view import RunRow
from ppo_engine.knobs import ConfigError
from ppo_engine.objectives import OBJECTIVES
from ppo_engine.plots import evaluated
from ppo_engine.plots.verdicts import show as number

COLOURS = {
    "running": "green", "queued": "orange", "paused": "orange", "finished": "blue", "stopped": "gray",
    "diverged": "red", "failed": "red", "lost": "red",
}  # fmt: skip
WIDTHS = (0.3, 1.9, 1.7, 0.6, 1.3, 0.8, 3.6, 5.0)
HEADS = ("", "Run", "Objective", "Seed", "Steps", "Return", "State", "")
PAGE = 20


def _tell(message: str) -> None:
    """Note a sentence and draw the whole page again: the rows alone are a fragment, and it stands above them."""
    st.session_state["_said"] = message
    st.rerun()


def _guarded(action: Callable[[], object]) -> None:
    """Do it; a refusal becomes a sentence."""
    try:
        outcome = action()
        if isinstance(outcome, control.Outcome) and not outcome.ok:
            _tell(outcome.message)
    except (UnknownRun, ConfigError) as error:
        _tell(str(error))
    except OSError as error:
        _tell(f"That did not work: {error.strerror}.")


def _delete(row: RunRow) -> None:
    def act() -> None:
        control.delete(control.runs_folder(), row.run_id)
        st.session_state.setdefault("_deleted", []).append((row.run_id, title(row)))
        if st.session_state.get("run") == row.run_id:
            st.session_state["run"] = ""

    _guarded(act)


def _undo() -> None:
    run_id, _ = st.session_state["_deleted"].pop()
    _guarded(lambda: run_groups.undo(run_id))


def _rename(run_id: str) -> None:
    _guarded(lambda: control.rename(control.runs_folder(), run_id, st.session_state[f"name_{run_id}"]))


def title(row: RunRow) -> str:
    """What a run is called: the name somebody gave it, else its environment."""
    return row.name or row.env_id or "Damaged run"


def age(created: float) -> str:
    """How long ago a run was made, in words; wall time is only a label."""
    seconds = max(0.0, time.time() - created)
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit} ago"
    return "just now"


def show_messages() -> None:
    """What was refused, and the way back for what was deleted last."""
    if said := st.session_state.pop("_said", None):
        st.error(plain(said), icon=":material/error:")
    if deleted := st.session_state.get("_deleted"):
        with st.container(horizontal=True, vertical_alignment="center", border=True, key="undo_bar"):
            st.text(f"Deleted: {deleted[-1][1]}", width="stretch")
            st.button("Undo", icon=":material/undo:", key="undo", on_click=_undo)


def show() -> None:
    """The rows; while anything is under way they are brought up to date every other second."""
    run_groups.offer_all()
    moving = any(row.state in ("running", "queued") or _standing(row).going for row in run_groups.rows())
    st.fragment(_rows, run_every=2.0 if moving or run_groups.going() else None)()


def _standing(row: RunRow) -> Standing:
    return standing_of(control.runs_folder(), row.run_id)


def _rows() -> None:
    run_groups.show()
    rows = run_groups.rows()
    if not rows and run_groups.chosen() is not None:
        st.text("No run of this grid is here any more.")
        return
    if not rows and not run_groups.any_grid():
        st.text("No run yet. The Train page has one button that makes the first.")
        st.page_link("pages/lab/train.py", label="Go to Train", icon=":material/play_arrow:")
        return
    if not rows:
        return
    pages = -(-len(rows) // PAGE)
    page = st.number_input(f"Page (of {pages})", 1, pages, key="runs_page", width=140) if pages > 1 else 1
    heads = st.columns(WIDTHS, gap="small", vertical_alignment="center")
    for column, head in zip(heads, HEADS, strict=True):
        column.caption(head)
    for row in rows[(page - 1) * PAGE : page * PAGE]:
        _row(row)
    with heads[-1], st.container(horizontal=True, horizontal_alignment="right"):
        _compare_button([row.run_id for row in rows])


def _compare_button(run_ids: list[str]) -> None:
    chosen = [run_id for run_id in run_ids if st.session_state.get(f"pick_{run_id}")]
    told = f"Compare {len(chosen)} {'run' if len(chosen) == 1 else 'runs'}" if chosen else "Compare"
    if st.button(told, icon=":material/compare_arrows:", key="compare_runs", disabled=not chosen,
                 help="Tick two to four runs of one environment; one alone can be forked there"):  # fmt: skip
        _guarded(lambda: groups.save(control.runs_folder(), _group(chosen), "picked"))
        st.switch_page("pages/lab/compare.py", query_params={"runs": ",".join(chosen)})


def _group(chosen: list[str]) -> tuple[str, ...]:
    return groups.check_group(control.runs_folder(), chosen)


def _row(row: RunRow) -> None:
    with st.container(key=f"run_row_{row.run_id}", gap=None):
        _cells(row)


def _cells(row: RunRow) -> None:
    cells = st.columns(WIDTHS, gap="small", vertical_alignment="center")
    cells[0].checkbox(f"Compare {row.run_id}", key=f"pick_{row.run_id}", label_visibility="collapsed",
                      disabled=not row.env_id)  # fmt: skip
    cells = cells[1:]
    with cells[0], st.container(gap=None):
        st.text(title(row))
        st.caption(f"{row.env_id} · {age(row.created)}" if row.name else age(row.created))
    cells[1].text(OBJECTIVES[row.objective].title if row.objective in OBJECTIVES else "–")
    cells[2].text(str(row.seed))
    cells[3].text(f"{number(row.timesteps / 1000, 0)} of {number(row.total_timesteps / 1000, 0)} k")
    cells[4].text(number(row.ep_rew_mean, 1) if math.isfinite(row.ep_rew_mean) else "–")
    evaluation = _standing(row)
    with cells[5], st.container(gap=None):
        st.badge(row.state, color=COLOURS[row.state])
        st.caption(plain(row.state_sentence))
        for line in evaluated.lines(*evaluation):
            st.caption(plain(line))
    with cells[6], st.container(horizontal=True, gap="xsmall", horizontal_alignment="right"):
        _actions(row, evaluation.going)


def _actions(row: RunRow, evaluating: bool) -> None:
    run_id = row.run_id
    if st.button("Open", key=f"open_{run_id}", help=f"Open {run_id} on the Train page", disabled=not row.env_id):
        open_run(run_id)
        st.switch_page("pages/lab/train.py", query_params={"run": run_id})
    st.button("Resume", key=f"resume_{run_id}", disabled=row.state not in ("paused", "stopped", "failed", "lost"),
              on_click=_guarded, args=(lambda: control.resume(control.runs_folder(), run_id),))  # fmt: skip
    if st.button("", icon=":material/rule:", key=f"evaluate_{run_id}", disabled=evaluating or not row.env_id,
                 help="Evaluate: 100 fresh episodes of its newest policy, greedy and stochastic"):  # fmt: skip
        _guarded(lambda: control.evaluate(control.runs_folder(), run_id))
        st.rerun()
    take_home.popover([run_id], run_id, "", disabled=not row.env_id)
    with st.popover("", icon=":material/edit:", help="Rename"):
        st.text_input("Name", row.name, key=f"name_{run_id}", max_chars=80, on_change=_rename, args=(run_id,))
    if st.button("", icon=":material/delete:", key=f"delete_{run_id}", help="Delete; it can be undone"):
        _delete(row)
        st.rerun()
