"""Live training on the stage: starts what a scene trains, follows it for one tab, and obeys the keys of that tab."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages.shared import compare_films, scenes
from pages.shared.comparing import Seen
from pages.shared.comparing import packet as twins_packet
from pages.shared.deltas import NEWEST, Cursor
from pages.shared.deltas import packet as run_packet
from pages.shared.feed import open_feed
from pages.shared.live_chart import media_url
from ppo_engine.config import KNOBS
from ppo_engine.jobs import control, groups
from ppo_engine.jobs.folders import UnknownRun
from ppo_engine.knobs import ConfigError
from ppo_engine.plots.compared import LETTERS
from ppo_engine.plots.verdicts import show

ENDED = ("finished", "diverged", "stopped")


def _going() -> dict[str, Any]:
    return st.session_state.setdefault("_stage", {"scene": "", "runs": (), "problem": ""})


def obey(wish: dict[str, Any]) -> None:
    """Do what a key on the stage asked for; what cannot be done is told in one sentence and changes nothing."""
    going = _going()
    going["problem"] = ""
    try:
        match wish.get("do"):
            case "start":
                start(str(wish.get("scene")), KNOBS["clip_range"].check(wish.get("clip_range")))
            case "stop":
                stop()
            case "knob":
                value = KNOBS["clip_range"].check(wish.get("clip_range"))
                for run_id in going["runs"][:1]:
                    control.set_knob(control.runs_folder(), run_id, clip_range=value)
                    open_feed(run_id).poke()
            case "need":
                _forget()
    except (ConfigError, UnknownRun) as error:
        going["problem"] = str(error)
    except KeyError as error:
        going["problem"] = f"scene is {error}, but nothing is trained in it."
    except OSError as error:
        going["problem"] = f"The run could not be written ({error.strerror or error}). Nothing was started."


def start(scene: str, clip_range: float) -> None:
    """Train what the scene trains, at once and beside whatever else goes on; an earlier live run ends first."""
    folder = control.runs_folder()
    stop()
    if scenes.BY_NAME[scene].live.twins:
        runs = groups.launch_twins(folder, scenes.twins_of(scene, clip_range))
    else:
        name = f"On stage: {scenes.BY_NAME[scene].title}"
        runs = (control.launch(folder, scenes.config_of(scene, clip_range), name, start=False),)
        groups.start_together(folder, runs)
    _going().update(scene=scene, runs=tuple(runs))
    _forget()


def stop() -> None:
    """End the live runs of this tab, if there are any, and follow them no longer."""
    for run_id in _going()["runs"]:
        control.stop(control.runs_folder(), run_id)
    _going().update(scene="", runs=())
    _forget()


def _forget() -> None:
    st.session_state["_stage_cursor"], st.session_state["_stage_seen"] = Cursor(), Seen()
    st.session_state.pop("_stage_marks", None)


def packet(interval: float) -> dict[str, Any] | None:
    """What this tab has not seen yet of its live runs; None while it follows none."""
    going = _going()
    if not going["runs"]:
        return {"runs": (), "problem": going["problem"], "packet": None} if going["problem"] else None
    try:
        feeds = [open_feed(run_id) for run_id in going["runs"]]
    except (UnknownRun, ValueError) as error:
        going.update(runs=(), problem=str(error))
        return None
    for feed in feeds:
        feed.refresh(min_age=0.5 * interval)
    marks = (going["runs"], tuple(feed.version for feed in feeds))
    if marks != st.session_state.get("_stage_marks"):
        st.session_state["_stage_marks"] = marks
        st.session_state["_stage_packet"] = _twins(feeds) if len(feeds) > 1 else _run(feeds[0])
    else:
        for feed in feeds:  # what this tab still plays must stay fetchable
            for film in feed.films[-1:]:
                media_url(film.path)
    return {
        "scene": going["scene"], "runs": going["runs"], "states": [feed.status.name for feed in feeds],
        "said": " ".join(dict.fromkeys(feed.status.sentence for feed in feeds)), "problem": going["problem"],
        "clip_range": feeds[0].knob_value("clip_range"), "packet": st.session_state["_stage_packet"],
    }  # fmt: skip


def _run(feed: Any) -> dict[str, Any]:
    cursor = st.session_state.get("_stage_cursor", Cursor())
    data, st.session_state["_stage_cursor"] = run_packet(feed, cursor, NEWEST, media_url)
    return data


def _twins(feeds: list[Any]) -> dict[str, Any]:
    data, st.session_state["_stage_seen"] = twins_packet(feeds, st.session_state.get("_stage_seen", Seen()))
    films = [feed.films[-1] if feed.films else None for feed in feeds]
    shown = [film and {"url": media_url(film.path), "caption": _caption(film)} for film in films]
    side = {**compare_films.FIRST_VIEW, "most": 0, "picks": [], "side": shown, "note": ", ".join(LETTERS[: len(feeds)])}
    return data | {"films": side, "forked": False}


def _caption(film: Any) -> str:
    """As short as a recording's, for it stands beside the lane's name."""
    return f"update {film.update} · return {show(film.ret, 0)}"
