"""The live part of the Compare page: one fragment that sends one browser tab what it has not seen of all its runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.shared import compare_films, last_film
from pages.shared.compare_chart import compare_chart
from pages.shared.comparing import Seen, called, packet
from pages.shared.feed import open_feed, tick_interval
from pages.shared.live_chart import media_url
from pages.shared.stage import session_id

# Four runs take longer to read than one: with this the page still refreshes once a second.
QUICKER = 0.8


def show_runs(run_ids: Sequence[str], states: Sequence[str], forked: bool) -> None:
    """The charts of compared runs; they tick while any goes on or a film is still to come."""
    going = any(state in ("running", "queued", "paused") for state in states)
    ordered = compare_films.ordered()
    filming = ordered is not None and ordered.state in ("asked", "filming")
    awaited = _awaited(run_ids)
    interval = QUICKER * tick_interval(session_id()) if going or filming or awaited else None
    st.fragment(_tick, run_every=interval)(tuple(run_ids), tuple(states), forked, filming, awaited)


def _awaited(run_ids: Sequence[str]) -> bool:
    each = [last_film.awaited(open_feed(run_id)) for run_id in run_ids]  # each may have to be asked for
    return any(each)


def _tick(run_ids: tuple[str, ...], states: tuple[str, ...], forked: bool, filming: bool, awaited: bool) -> None:
    interval = QUICKER * tick_interval(session_id())
    feeds = [open_feed(run_id) for run_id in run_ids]
    for feed in feeds:
        feed.refresh(min_age=0.5 * interval)
    seen: Seen = st.session_state.get("_cmp_seen", Seen())
    films = compare_films.packet(feeds, media_url)
    marks = (run_ids, tuple(feed.version for feed in feeds), repr(films))
    if marks == st.session_state.get("_cmp_marks") and seen.key and "_cmp_packet" in st.session_state:
        data = st.session_state["_cmp_packet"]  # nothing new: the very same message again, which the browser skips
    else:
        data, st.session_state["_cmp_seen"] = packet(feeds, seen)
        data |= {"films": films, "forked": forked}
        st.session_state["_cmp_packet"], st.session_state["_cmp_marks"] = data, marks
    compare_chart(data, lambda: compare_films.on_view(run_ids, called(run_ids)), on_need)
    ordered = compare_films.ordered()
    moved = tuple(feed.status.name for feed in feeds) != states or _awaited(run_ids) != awaited
    if moved or (filming and ordered is not None and ordered.state not in ("asked", "filming")):
        st.rerun()
    if st.session_state.pop("_redraw", False):
        st.rerun()


def on_need() -> None:
    """The tab lacks something in between: send everything again."""
    seen: Seen = st.session_state.get("_cmp_seen", Seen())
    st.session_state["_cmp_seen"] = Seen(serial=seen.serial)
    st.session_state.pop("_cmp_marks", None)


def show_recorded(data: dict[str, Any]) -> None:
    """A recorded pair, sent whole; the browser plays it by itself."""
    on_need()
    st.fragment(_recorded)(data)


def _recorded(data: dict[str, Any]) -> None:
    compare_chart(data, lambda: None, on_need)
