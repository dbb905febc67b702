"""Take home: a popover that prepares a run in a chosen format, in the background, and hands over the file."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.shared.plain import plain
from ppo_engine.jobs.control import runs_folder
from ppo_engine.jobs.exports.formats import FORMATS, CannotExport
from ppo_engine.jobs.exports.orders import Order, Prepared, cancel, prepared, request
from ppo_engine.jobs.exports.sb3_script import equivalents
from ppo_engine.jobs.folders import RunFolder, UnknownRun

CODE_HEIGHT = 260
ICON = ":material/download:"


def popover(run_ids: Sequence[str], key: str, label: str = "Take home", disabled: bool = False) -> None:
    """The button and, while it is open, what it holds; ``key`` tells it from others on the page."""
    with st.popover(
        label, icon=ICON, help=None if label else "Take home", disabled=disabled, on_change="rerun",
        key=f"take_home_{key}",
    ) as opened:  # fmt: skip
        if opened.open:
            st.fragment(_choose)(tuple(run_ids), key)


def _choose(run_ids: tuple[str, ...], key: str) -> None:
    names = [name for name, form in FORMATS.items() if form.takes(len(run_ids))]
    name = st.selectbox(
        "Format", names, format_func=lambda name: FORMATS[name].title, key=f"format_{key}", persist_state="session",
    )  # fmt: skip
    st.caption(FORMATS[name].about)
    if name == "sb3":
        _show_code(RunFolder(runs_folder(), run_ids[0]))
        return
    update = None
    if FORMATS[name].moment:
        update = st.number_input("After update", 0, None, None, placeholder="the newest", key=f"update_{key}")
    try:
        order = Order(runs_folder(), run_ids, name, update)
    except (CannotExport, UnknownRun) as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    going = prepared(order).state == "writing"
    st.fragment(_stand, run_every=1.0 if going else None)(order, key, going)


def _show_code(folder: RunFolder) -> None:
    """The same run in other programs, each to be copied; nothing needs to be prepared."""
    try:
        for other in equivalents(folder):
            st.markdown(f"**{other.title}**")
            if other.code:
                st.code(other.code, other.language, wrap_lines=other.language == "bash", height=CODE_HEIGHT
                        if other.language == "python" else "content")  # fmt: skip
            for remark in other.remarks:
                st.caption(plain(remark))
    except (CannotExport, UnknownRun) as error:
        st.error(plain(str(error)), icon=":material/error:")


def _stand(order: Order, key: str, going: bool) -> None:
    now = prepared(order)
    if now.state == "writing":
        st.progress(now.share, _left(now))
        if st.button("Cancel", key=f"cancel_{key}", icon=":material/close:"):
            cancel(order)
            st.rerun()
    elif now.state == "ready" and now.path is not None:
        size = f"{now.path.stat().st_size / 1e6:.1f} MB"
        st.download_button(
            f"Download ({size})", now.path.read_bytes, order.download_name, key=f"download_{key}", icon=ICON,
            type="primary", on_click="ignore",
        )  # fmt: skip
        st.caption(f"As of update {now.update}.")
    if now.state == "failed":
        st.error(plain(now.error), icon=":material/error:")
    if now.state != "writing":
        again = now.state != "none"
        st.button("Prepare again" if again else "Prepare", key=f"prepare_{key}", on_click=_prepare, args=(order,),
                  type="tertiary" if again else "primary")  # fmt: skip
    if said := st.session_state.pop("_take_home", None):
        st.error(plain(said), icon=":material/error:")
    if going != (now.state == "writing"):
        st.rerun()


def _left(now: Prepared) -> str:
    """What stands on the progress bar: the share, and the time left once it can be told."""
    if now.share < 0.02 or now.seconds < 1:
        return "Preparing"
    left = now.seconds * (1 - now.share) / now.share
    return f"Preparing: {100 * now.share:.0f} %, about {max(1, round(left))} s left"


def _prepare(order: Order) -> None:
    try:
        request(order)
    except (UnknownRun, CannotExport) as error:
        st.session_state["_take_home"] = str(error)
    except OSError as error:
        st.session_state["_take_home"] = f"It could not be prepared ({error.strerror or error})."
