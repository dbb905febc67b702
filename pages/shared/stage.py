"""The live part of the Train page: one fragment that sends one browser tab what it has not seen yet."""

from __future__ import annotations

from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.shared import last_film, replay, setup, transport
from pages.shared.deltas import NEWEST, Cursor, packet
from pages.shared.feed import open_feed, tick_interval
from pages.shared.live_chart import asked, live_chart, media_url


def show_run(run_id: str, state: str) -> None:
    """The charts of a run; they tick while anything is to come, and the page is redrawn when its state changes."""
    st.session_state["_replay_sent"] = ""
    feed = open_feed(run_id)
    coming = (feed.evaluation.going, last_film.awaited(feed))
    interval = tick_interval(session_id()) if any(coming) or state in ("running", "queued", "paused") else None
    st.fragment(_tick, run_every=interval)(run_id, state, coming)


def session_id() -> str:
    """Which tab this is."""
    context = get_script_run_ctx()
    return context.session_id if context else ""


def _tick(run_id: str, state: str, coming: tuple[bool, bool]) -> None:
    feed = open_feed(run_id)
    interval = tick_interval(session_id())
    feed.refresh(min_age=0.5 * interval)
    cursor = st.session_state.get("_cursor", Cursor())
    film = st.session_state.get("_film", NEWEST)
    seen = (cursor.run_id, cursor.version, cursor.film) == (run_id, feed.version, film)
    if seen and "_packet" in st.session_state:
        data = st.session_state["_packet"]  # nothing new: the very same message again, which the browser skips
        for video in feed.films:
            if data.get("film") and data["film"]["update"] == video.update:
                media_url(video.path)
    else:
        data, st.session_state["_cursor"] = packet(feed, cursor, film, media_url)
        st.session_state["_packet"] = data
    live_chart(data, on_knee, on_film, on_need)
    still = (feed.evaluation.going, last_film.awaited(feed))
    if (feed.status.name, still) != (state, coming) or st.session_state.pop("_redraw", False):
        st.rerun()


def show_replay(env_id: str) -> None:
    """A recorded run, of that environment if there is one, sent once; the browser plays it by itself. The sliders
    already move its knees."""
    st.session_state["_cursor"] = Cursor()
    st.fragment(_replay)(env_id)


def _replay(env_id: str) -> None:
    data = replay.packet(env_id, media_url)
    if st.session_state.get("_replay_sent") == data["run"]:
        del data["replay"]
    st.session_state["_replay_sent"] = data["run"]
    data["preview"] = setup.slider_value("clip_range")
    live_chart(data, on_knee, on_film, on_need)
    if st.session_state.pop("_redraw", False):
        st.rerun()


def on_knee() -> None:
    """A knee was let go: move the slider, and the run if one goes on."""
    value: Any = asked("knee")
    if not isinstance(value, (int, float)) or not 0.001 <= value <= 10:
        return
    st.session_state["clip_range"] = round(float(value), 2)
    run_id = st.session_state.get("run", "")
    if run_id and open_feed(run_id).status.name in ("running", "queued", "paused"):
        transport.move_slider("clip_range", run_id)
    else:
        setup.settled()
    st.session_state["_redraw"] = True


def on_film() -> None:
    """Another rollout was asked for."""
    wanted: Any = asked("film")
    st.session_state["_film"] = wanted if isinstance(wanted, int) else NEWEST


def on_need() -> None:
    """The tab lacks something in between: send everything again."""
    cursor = st.session_state.get("_cursor", Cursor())
    st.session_state["_cursor"] = Cursor(serial=cursor.serial)
    st.session_state["_replay_sent"] = ""
