"""The live meter of what holds the KL down: the newest update made again without each stabiliser, run beside run."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.shared.feed import open_feed
from ppo_engine.config import KNOBS
from ppo_engine.jobs import holding
from ppo_engine.jobs.control import runs_folder
from ppo_engine.jobs.folders import UnknownRun
from ppo_engine.plots import holding as words
from ppo_engine.plots.compared import LETTERS

TICK = 1.5
LOWEST, HIGHEST = 1e-4, 10.0
ABOUT = (
    "Each row makes this very update again from the same state, batch and shuffles with one stabiliser off, and "
    "measures KL(old ‖ new): the longer the bar beyond the mark, the more it holds. A process of low priority does "
    "it; training does not wait."
)


def show(run_ids: Sequence[str], states: Sequence[str], called: Sequence[str]) -> None:
    """The meter of these runs; it is made anew while one of them trains, and for stored runs of a chosen update."""
    st.markdown("**What holds the KL down**", help=ABOUT)
    if not run_ids:
        st.caption("Start a run: then every few seconds its newest update is made again without each of these.")
        return
    live = "running" in states
    if not live and not any(open_feed(run_id).last_update for run_id in run_ids):
        st.caption("There is no update yet that could be made again.")
        return
    update = None if live else _moment(run_ids)
    folders = [open_feed(run_id).view.folder for run_id in run_ids]
    waiting = not live and not all(holding.nearest(folder, update) for folder in folders)
    every = TICK if live or waiting else None
    st.fragment(_tick, run_every=every)(tuple(run_ids), tuple(called), update, live, waiting)


def _moment(run_ids: Sequence[str]) -> int | None:
    """Which update of runs that stand still is looked at: any that follows a state they have kept."""
    kept = holding.moments(open_feed(run_ids[0]).view.folder)
    if len(kept) < 2:
        return kept[-1] if kept else None
    return st.select_slider("Update", kept, value=kept[-1], key=f"holding_at_{run_ids[0]}",
                            help="Updates that follow a state which the run has kept whole")  # fmt: skip


def _tick(run_ids: tuple[str, ...], called: tuple[str, ...], update: int | None, live: bool, waiting: bool) -> None:
    folders = [open_feed(run_id).view.folder for run_id in run_ids]
    missing = [i for i, folder in enumerate(folders) if not holding.nearest(folder, update)]
    try:
        if (live and holding.due(folders)) or (not live and missing):
            holding.ask(runs_folder(), [run_ids[i] for i in (range(len(run_ids)) if live else missing)], update)
    except (UnknownRun, OSError) as error:
        st.caption(f"It could not be measured ({html.escape(str(error))}).")
        return
    found = [holding.nearest(folder, update) for folder in folders]
    st.html(drawn(found, called))
    if waiting and not missing:
        st.rerun()


def drawn(found: Sequence[dict[str, Any]], called: Sequence[str]) -> str:
    """The meter as HTML: a sentence for each run, then a row for each stabiliser with a bar for each run."""
    many = len(found) > 1
    heads = [f"{letter} {name}" if many else name for letter, name in zip(LETTERS, called, strict=False)]
    told = [words.sentence(one) or "Being measured." for one in found]
    says = "".join(
        f"<p>{f'<b>{LETTERS[i]}</b> ' if many else ''}{html.escape(sentence)}</p>" for i, sentence in enumerate(told)
    )
    lines = words.table(found)
    if not lines:
        return f'<div class="ppo-holding">{says}</div>'
    head = "".join(f"<th>{html.escape(name)}</th>" for name in heads)
    now = "".join(f"<td>{_bar(one.get('kl'), None, False) if one.get('rows') else ''}</td>" for one in found)
    rows = ""
    for name, cells in lines:
        drawn_cells = "".join(_cell(cell, one) for cell, one in zip(cells, found, strict=True))
        rows += f"<tr><th>{html.escape(KNOBS[name].label)}</th>{drawn_cells}</tr>"
    last = ""
    if any("together" in one for one in found):
        cells = "".join(
            f"<td>{_bar(one['together'], one['kl'], words.matters(one['kl'], one['together']))}</td>"
            if "together" in one else "<td></td>" for one in found
        )  # fmt: skip
        last = f'<tr class="all"><th>Without all of them</th>{cells}</tr>'
    return (
        f'<div class="ppo-holding">{says}<table><tr><th>KL without …</th>{head}</tr>'
        f'<tr class="now"><th>As it is</th>{now}</tr>{rows}{last}</table></div>'
    )


def _cell(cell: words.Cell | None, found: dict[str, Any]) -> str:
    if cell is None:
        return '<td class="off">off</td>' if found.get("rows") is not None else "<td></td>"
    doing = html.escape(cell.doing)
    bar = _bar(cell.kl, found["kl"], cell.holds) if cell.text != "–" else "<span>–</span>"
    return f'<td title="{doing}">{bar}<small>{doing}</small></td>'


def _bar(kl: float | None, mark: float | None, holds: bool) -> str:
    tick = f'<u style="left:{_place(mark):.0f}%"></u>' if mark is not None else ""
    state = ' class="holds"' if holds else ""
    return (
        f'<span{state}><i><b style="width:{_place(kl):.0f}%"></b>{tick}</i>'
        f"<em>{html.escape(words.kl_text(kl))}</em></span>"
    )


def _place(kl: float | None) -> float:
    """Where a KL lies on the bar, in per cent: logarithmic from 0.0001 to 10 nats."""
    if kl is None:
        return 100.0
    share = math.log(max(kl, LOWEST) / LOWEST) / math.log(HIGHEST / LOWEST)
    return 100 * min(1.0, max(0.0, share))
