"""Recompute kept runs here: their price, their progress, and whether they end in the same bits as the kept ones."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from pages.shared import sweep_results
from pages.shared.plain import plain
from ppo_engine.grids import Grid
from ppo_engine.jobs import recomputing, speed, sweeps
from ppo_engine.jobs.control import runs_folder
from ppo_engine.jobs.folders import UnknownRun
from ppo_engine.jobs.recomputing import Held, Kept
from ppo_engine.jobs.sweep_view import MEASURED, Standing
from ppo_engine.knobs import ConfigError

TICK = 1.0
ROUNDING = (
    "Another processor, or another version of NumPy or of an environment, may round a last digit differently, and from"
    " there on a run goes its own way."
)


def show(
    kept: Sequence[Kept], title: str, key: str, label: str = "Recompute this row", wanted: Sequence[Grid] = ()
) -> None:
    """The button and what came of it; ``title`` names the grids that it makes, ``key`` tells panels apart.

    ``wanted`` are the grids that train the runs, where they are not one for each setting.
    """
    wanted = wanted or recomputing.grids(kept)
    begun = _standings(wanted)
    going = any(standing is not None and standing.going for standing in begun)
    measuring = not any(begun) and not math.isfinite(_price(wanted)[0])
    if measuring:
        _measure(wanted)

    def live() -> None:
        standings = _standings(wanted)
        if going and not any(standing is not None and standing.going for standing in standings):
            st.rerun()
        if measuring and math.isfinite(_price(wanted)[0]):
            st.rerun()
        _draw(kept, wanted, standings, title, key, label)

    st.fragment(live, run_every=TICK if going or measuring else None)()


def _standings(wanted: Sequence[Grid]) -> list[Standing | None]:
    found: list[Standing | None] = []
    for grid in wanted:
        sweep = recomputing.find(runs_folder(), grid)
        try:
            found.append(sweep_results.current(sweep.sweep_id, 0.9 * TICK) if sweep else None)
        except UnknownRun:
            found.append(None)
    return found


def _draw(
    kept: Sequence[Kept], wanted: Sequence[Grid], standings: Sequence[Standing | None], title: str, key: str, label: str
) -> None:
    here = [standing for standing in standings if standing is not None]
    going = any(standing.going for standing in here)
    with st.container(horizontal=True, vertical_alignment="center", key=f"recompute_{key}"):
        if st.button(label, key=f"recompute_start_{key}", icon=":material/autorenew:", disabled=going):
            _start(wanted, title, standings)
        if going:
            st.button("Cancel", key=f"recompute_cancel_{key}", on_click=_cancel, args=(here,))
        st.caption(plain(words(kept, wanted, standings)), width="stretch")
    if here:
        with st.container(horizontal=True, gap="medium", key=f"recompute_links_{key}"):
            for standing in here:
                if len(kept) == 1:
                    st.page_link("pages/lab/train.py", label="Open the run", icon=":material/open_in_new:",
                                 query_params={"run": standing.results[0].run_id}, width="content")  # fmt: skip
                    continue
                st.page_link("pages/lab/evidence.py", label=plain(standing.sweep.title), icon=":material/grid_on:",
                             query_params={"section": "Grids", "sweep": standing.sweep.sweep_id}, width="content",
                             help="The recomputed runs: their curves, their returns, each with its link")  # fmt: skip


def words(kept: Sequence[Kept], wanted: Sequence[Grid], standings: Sequence[Standing | None]) -> str:
    """The price before the start, how far it is, or what came of it."""
    here = [standing for standing in standings if standing is not None]
    if not here:
        return price(len(kept), *_price(wanted))
    runs = [run for standing in here for run in standing.results]
    ended = sum(standing.ended for standing in here)
    compared = comparison(recomputing.held(kept, standings))
    if ended < len(runs):
        left = sum(standing.seconds_left for standing in here if standing.going)
        about = f", about {speed.in_words(left)} left" if math.isfinite(left) and left > 0 else ""
        stopped = "" if any(standing.going for standing in here) else ", the others were stopped"
        return f"{ended} of {len(runs)} runs have ended{about}{stopped}. {compared}"
    bad = sum(run.state not in MEASURED for run in runs)
    return compared + (f" {bad} could not be trained: the grid says why." if bad else "")


def _price(wanted: Sequence[Grid]) -> tuple[float, bool]:
    asked = str(runs_folder()), json.dumps([grid.to_dict() for grid in wanted])
    found = _seconds(*asked)
    if not math.isfinite(found[0]):
        _seconds.clear(*asked)
    return found


def _measure(wanted: Sequence[Grid]) -> None:
    """Have the first grid of unknown speed measured, beside everything else."""
    unknown = next(grid for grid in wanted if not math.isfinite(_price([grid])[0]))
    speed.measure_beside(runs_folder(), unknown.config({}, unknown.seeds[0]))


@st.cache_data(ttl=30, show_spinner=False, max_entries=64)
def _seconds(runs: str, wanted: str) -> tuple[float, bool]:
    """The price of grids given as JSON: to find a run like them, many configs may have to be read."""
    return recomputing.seconds(Path(runs), [Grid.from_dict(grid) for grid in json.loads(wanted)])


def price(runs: int, seconds: float, measured: bool) -> str:
    """What recomputing costs, before it starts; ``measured``: here, else on a slow machine."""
    count = f"{runs:,} {'run' if runs == 1 else 'runs'}"
    took = f"about {speed.in_words(seconds)} {'here' if measured else 'on two slow cores'}"
    if not math.isfinite(seconds):
        return f"{count}. Measuring how fast this machine trains them…"
    if runs == 1:
        return f"{took[0].upper()}{took[1:]}; then its SHA-256 is compared with the kept one."
    return (
        f"{count}, {took}, in the background behind runs started by hand. Then the SHA-256 of their parameters is"
        " compared with the kept one."
    )


def comparison(held: Sequence[Held]) -> str:
    """How many of the recomputed runs end in the same bits as the kept ones, and which do not."""
    same, others = sum(one.same is True for one in held), [one for one in held if one.same is False]
    known = same + len(others)
    if not any(one.kept.sha256 for one in held):
        return "Nothing is kept of these runs yet to compare with."
    if not known:
        return "Nothing to compare yet."
    if not others:
        each = f"All {known} recomputed runs end" if known > 1 else "The recomputed run ends"
        return f"{each} in the same bits as kept: the parameters' SHA-256 agree."
    more = f" and {len(others) - 4} more" if len(others) > 4 else ""
    names = "; ".join(one.kept.words for one in others[:4]) + more
    return f"{same} of {known} recomputed runs end in the same bits as kept; other bits: {names}. {ROUNDING}"


def _start(wanted: Sequence[Grid], title: str, standings: Sequence[Standing | None]) -> None:
    try:
        for sweep_id in recomputing.start(runs_folder(), wanted, title, standings):
            sweep_results.current(sweep_id, 0.0)
    except (ConfigError, UnknownRun, OSError) as error:
        st.error(plain(f"The runs could not be started: {error}"), icon=":material/error:")
        return
    st.rerun()


def _cancel(here: Sequence[Standing]) -> None:
    for standing in here:
        if standing.state != "finished":
            sweeps.cancel(runs_folder(), standing.sweep.sweep_id)
            sweep_results.current(standing.sweep.sweep_id, 0.0)
