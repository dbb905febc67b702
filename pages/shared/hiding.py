"""Leaving parts of a page out by URL: ?hide=menu,controls is read here, carried along, and becomes a little style."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from pages.shared.page_parts import COMPARE_CHARTS, PANELS, parts_of
from pages.shared.plain import plain

KEY = "hide"
IN_A_ROW = 3
# How much of the window each part takes above or below the charts, in pixels.
HEIGHTS = {"menu": 66, "controls": 196, "strip": 34, "tiles": 68, "sentence": 44}


def begin(url_path: str) -> tuple[str, ...]:
    """The names of the parts to be left out of this page: the URL's, else those this session came with.

    A name that is no part of the page is refused in one sentence, and the others are left out all the same.
    """
    parts, state = parts_of(url_path), st.session_state
    asked = st.query_params.get(KEY)
    if asked is None:
        return tuple(name for name in state.get("_hide", ()) if name in parts)
    names = tuple(dict.fromkeys(filter(None, (name.strip() for name in asked[:400].split(",")))))
    if names != state.get("_hide"):
        state["_hide"], state["_hide_asked_of"] = names, url_path
    unknown = [name for name in names if name not in parts]
    # Carried along to a page that lacks a part, the list is no mistake.
    if unknown and url_path == state["_hide_asked_of"]:
        st.error(plain(f"hide is {', '.join(unknown)[:80]!r}, but the parts of this page are {', '.join(parts)}."),
                 icon=":material/error:")  # fmt: skip
    return tuple(name for name in names if name in parts)


def keep() -> None:
    """Put the names back into a URL that the page has written anew, or that was reached by a link."""
    names = st.session_state.get("_hide", ())
    if names and KEY not in st.query_params:
        st.query_params[KEY] = ",".join(names)


def own_params() -> dict[str, str]:
    """What the URL says beside the parts to be left out."""
    return {key: st.query_params[key] for key in st.query_params if key != KEY}


def write_params(wanted: Mapping[str, str]) -> None:
    """Write a page's own URL keys, and keep the parts to be left out."""
    names = st.session_state.get("_hide", ())
    st.query_params.from_dict({**wanted, **({KEY: ",".join(names)} if names else {})})


def style(url_path: str, names: Sequence[str]) -> str:
    """The CSS that leaves the parts out and lets what is left use the room."""
    parts = parts_of(url_path)
    rules = [f"{selector} {{ display: none !important; }}" for name in names for selector in parts[name].selectors]
    if "menu" in names:
        rules.append('[data-testid="stMainBlockContainer"] { padding-top: .75rem; }')
    rules += _reflow(url_path, names)
    if url_path.startswith("learn-") and {"text", "figure"} & set(names):
        rules.append(".st-key-lesson_text { margin: 0 auto; }")
    return "\n".join(rules)


def _reflow(url_path: str, names: Sequence[str]) -> list[str]:
    """The charts that are left share the window instead of keeping the places they have on the whole page."""
    panels, grid = (PANELS, ".ppo-grid") if url_path == "" else (COMPARE_CHARTS, ".cmp-grid")
    side = ("video", "samples") if url_path == "" else ("video", "table")
    if url_path not in ("", "compare") or not {*panels, *side, "charts"} & set(names):
        return []
    left = 0 if "charts" in names else sum(name not in names for name in panels)
    beside = [name for name in side if name not in names]
    count = left + (bool(beside) if url_path == "" else len(beside))
    if not count:
        return [f"{grid} {{ display: none !important; }}"]
    columns = min(count, IN_A_ROW)
    used = sum(height for name, height in HEIGHTS.items() if name not in names) + 24
    rows = -(-count // columns)
    hidden_side = [] if beside or url_path else [".ppo-side { display: none !important; }"]
    return [
        f"@media (min-width: 1001px) {{ {grid} {{ grid-template-columns: repeat({columns}, minmax(0, 1fr)) !important;"
        f" grid-template-rows: none !important; grid-auto-rows: max(200px, calc((100vh - {used}px) / {rows} - 8px)) }}"
        f" {grid} > * {{ grid-column: auto !important; grid-row: auto !important; }} }}",
        *hidden_side,
    ]
