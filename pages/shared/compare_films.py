"""What the Compare page shows of the agents: rollouts side by side, a ghost film, or a time lapse, and its progress."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from pages.shared.compare_chart import asked
from pages.shared.feed import Feed, open_feed
from ppo_engine.jobs.control import runs_folder
from ppo_engine.jobs.film_orders import Film, Moment, film, lapse, request_film
from ppo_engine.jobs.folders import UnknownRun
from ppo_engine.plots.compared import LETTERS
from ppo_engine.plots.rollouts import in_step
from ppo_engine.plots.verdicts import show

FIRST_VIEW = {"mode": "side", "of": 0, "back": 0}
Media = Callable[[Path], str]


def view() -> dict[str, Any]:
    """How the visitor wants to see the rollouts."""
    return st.session_state.get("_cmp_view", FIRST_VIEW)


def forget() -> None:
    """Side by side again, for other runs."""
    st.session_state["_cmp_view"] = FIRST_VIEW
    st.session_state.pop("_cmp_film", None)


def picks(count: int, mode: str) -> list[str]:
    """What can be chosen from in a mode: whose ghost, or whose time lapse."""
    if mode == "lapse":
        return list(LETTERS[:count])
    return ["newest, with the first as ghost"] if count == 1 else [f"A, with {b} as ghost" for b in LETTERS[1:count]]


def moments(feeds: Sequence[Feed], names: Sequence[str], mode: str, of: int) -> list[Moment]:
    """The policies of a film as things stand now."""
    if mode == "lapse":
        return lapse(feeds[of].run_id, feeds[of].last_update)
    solid = Moment(feeds[0].run_id, feeds[0].last_update, names[0])
    if len(feeds) == 1:
        return [solid, Moment(feeds[0].run_id, 0, names[0])]
    other = feeds[of + 1]
    return [solid, Moment(other.run_id, other.last_update, names[of + 1])]


def on_view(run_ids: Sequence[str], names: Sequence[str]) -> None:
    """Other rollouts were asked for; a film that is not there yet is ordered."""
    wanted: Any = asked("view")
    if not isinstance(wanted, dict) or wanted.get("mode") not in ("side", "ghost", "lapse"):
        return
    mode, numbers = wanted["mode"], [wanted.get("of"), wanted.get("back")]
    of, back = (n if isinstance(n, int) and 0 <= n < 1000 else 0 for n in numbers)
    if mode != "side":
        of = of if of < len(picks(len(run_ids), mode)) else 0
        feeds = [open_feed(run_id) for run_id in run_ids]
        chosen = moments(feeds, names, mode, of)
        try:
            request_film(runs_folder(), mode, chosen)
        except (UnknownRun, OSError) as error:
            st.session_state["_cmp_problem"] = f"The film could not be ordered ({error})."
        st.session_state["_cmp_film"] = (mode, chosen)
    st.session_state["_cmp_view"] = {"mode": mode, "of": of, "back": back}
    st.session_state["_redraw"] = True


def ordered() -> Film | None:
    """How the film stands that the visitor looks at; None while the rollouts stand side by side."""
    if view()["mode"] == "side" or "_cmp_film" not in st.session_state:
        return None
    return film(runs_folder(), *st.session_state["_cmp_film"])


def packet(feeds: Sequence[Feed], media: Media) -> dict[str, Any]:
    """The films part of the component's data."""
    now, standing = view(), ordered()
    steps = [[video.update * feed.config.batch for video in feed.films] for feed in feeds]
    most = max(len(own) for own in steps) - 1
    data: dict[str, Any] = {
        "mode": now["mode"], "of": now["of"], "back": now["back"], "most": max(0, most),
        "picks": picks(len(feeds), now["mode"]), "side": [], "note": "",
    }  # fmt: skip
    if now["mode"] == "side":
        chosen = in_step(steps, now["back"])
        data["side"] = [
            None if at is None else {"url": media(feed.films[at].path), "caption": caption(feed.films[at])}
            for feed, at in zip(feeds, chosen, strict=True)
        ]
        data["note"] = "the newest policies" if not now["back"] else f"{now['back']} back"
        return data
    standing = standing or Film("none")
    data |= {"state": standing.state, "say": say(standing), "caption": "", "url": ""}
    if standing.state == "ready" and standing.path is not None:
        data["url"], data["caption"] = media(standing.path), tell(now["mode"], standing.shown)
    return data


def caption(video: Any) -> str:
    """One rollout in words."""
    return f"update {video.update} · return {show(video.ret, 0)} · {show(video.length, 0)} steps"


def say(standing: Film) -> str:
    """What stands in place of a film that is not there."""
    if standing.state == "asked":
        return "Waiting for the renderer: training goes first."
    if standing.state == "filming":
        return f"Filming: {100 * standing.share:.0f} %"
    return standing.error or "Choose whose film to make."


def tell(mode: str, shown: Sequence[dict[str, Any]]) -> str:
    """A film of several policies in words."""
    told = [f"update {m['update']}: return {show(float(m['ret']), 0)}" for m in shown]
    if mode == "lapse":
        return f"{len(told)} moments from {told[0]} to {told[-1]}"
    return f"solid {shown[0]['title']}, {told[0]} · ghost {shown[1]['title']}, {told[1]}"
