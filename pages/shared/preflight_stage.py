"""The live part of the Preflight page: begin and cancel the checks of this machine, and follow them."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages.shared.live_chart import media_url
from pages.shared.plain import plain
from pages.shared.preflight_list import preflight_list
from ppo_engine.jobs.control import runs_folder
from ppo_engine.jobs.preflight import CHECKS, Finding
from ppo_engine.jobs.preflight.kept import Standing, begin, cancel, standing
from ppo_engine.jobs.preflight.videos import FILM
from ppo_engine.recordings import load

EVERY = 0.5
ENOUGH_TO_GUESS = 3
ENDED = ("good", "bad")


def show() -> None:
    """Button, list, and what this browser says of itself; ticks while the checks go on."""
    going = standing(runs_folder()).going
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="preflight_bar"):
        st.button("Check this machine", type="primary", icon=":material/checklist:", key="preflight_begin",
                  disabled=going, on_click=_begin, help="About half a minute; runs that train go on")  # fmt: skip
        st.button("Cancel", icon=":material/close:", key="preflight_cancel", disabled=not going, on_click=_cancel)
    if said := st.session_state.pop("_preflight_said", None):
        st.error(plain(said), icon=":material/error:")
    st.fragment(_tick, run_every=EVERY if going else None)(going)


def _begin() -> None:
    try:
        begin(runs_folder(), int(st.get_option("server.port")))
    except OSError as error:
        st.session_state["_preflight_said"] = f"The checks could not be started ({error.strerror or error})."


def _cancel() -> None:
    try:
        cancel(runs_folder())
    except OSError as error:
        st.session_state["_preflight_said"] = f"The checks could not be cancelled ({error.strerror or error})."


def _tick(going: bool) -> None:
    stands = standing(runs_folder())
    preflight_list({**_words(stands), "film": _film(stands)})
    if stands.going != going:
        st.rerun()


def _words(stands: Standing) -> dict[str, Any]:
    unchecked = [Finding(check.name, check.title, "waiting") for check in CHECKS]
    rows = [finding._asdict() for finding in stands.findings or unchecked]
    bad = sum(row["state"] == "bad" for row in rows)
    of, count = f"{stands.ended} of {len(rows)}", len(rows)
    patience = {check.name: check.patience for check in CHECKS}
    share = sum(patience.get(row["name"], 0) for row in rows if row["state"] in ENDED) / sum(patience.values())
    if stands.going:
        left = stands.lasted * (1 - share) / max(share, 0.01)
        said = f"{of} checked" + (f", about {max(1, left):.0f} s left" if stands.ended >= ENOUGH_TO_GUESS else "")
    elif not stands.findings:
        said = f"{count} checks, none carried out here yet"
    elif stands.good:
        said = f"All {count} are well, checked {_ago(stands.age)}"
    elif bad:
        said = f"{bad} of {count} to mend, checked {_ago(stands.age)}"
    else:
        said = f"Cancelled after {of}, {_ago(stands.age)}"
    return {"rows": rows, "said": said, "share": share, "going": stands.going,
            "verdict": "bad" if bad else "good" if stands.good else ""}  # fmt: skip


def _ago(seconds: float) -> str:
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit} ago"
    return "just now"


def _film(stands: Standing) -> dict[str, str]:
    """The tiny video that the checks have encoded, once they have; until then a recorded rollout."""
    made = runs_folder() / FILM
    fresh = any(finding.name == "videos" and finding.state == "good" for finding in stands.findings)
    if fresh and made.is_file():
        return {"url": media_url(made), "what": "the video that was encoded here just now"}
    return {"url": media_url(load("lunar-lander").films[0].path), "what": "a recorded rollout"}
