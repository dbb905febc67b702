"""Which section of the Evidence page is open: the URL key ``section``; a name that is none is told in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.shared.plain import plain

KEY, NAME = "evidence_section", "section"
# Keys that only one section has, and by which a link says where it leads; an environment alone is any page's.
LEADS = {"sweep": "Grids", "setting": "Table 1", "method": "Every method"}
OWN = {**LEADS, "env": "Every method"}


def read(sections: Sequence[str]) -> None:
    """Take the section from a URL that is not one this session wrote itself; the first one where it names none."""
    state, asked = st.session_state, st.query_params.get(NAME)
    # A widget forgets its value while its page is not looked at; then the URL speaks again.
    fresh = state.get(KEY) is None
    state.setdefault(KEY, sections[0])
    state["_section_problem"] = ""
    if asked is None:
        # A link to a grid, or to a row, says by itself where it leads.
        asked = next((section for name, section in LEADS.items() if name in st.query_params), None)
    if asked is None or (asked == state.get("_section_url") and not fresh):
        return
    state["_section_url"] = asked
    known = {section.casefold(): section for section in sections}
    if asked.casefold() in known:
        state[KEY] = known[asked.casefold()]
    else:
        names = ", ".join(sections)
        state["_section_problem"] = f"section is {asked[:60]!r}, but it must be one of {names}."


def take(name: str, allowed: Sequence[str], key: str, default: str) -> str:
    """What the URL key ``name`` chooses within a section, unless the visitor has chosen since; kept in the session as
    ``key``. A value that is none of ``allowed`` is told in a sentence."""
    state, asked = st.session_state, st.query_params.get(name)
    if asked is not None and (asked != state.get(f"_{key}_url") or key not in state):
        state[f"_{key}_url"] = asked
        if asked in allowed:
            state[key] = asked
        else:
            problem = f"{name} is {asked[:60]!r}, but it must be one of {', '.join(allowed)}."
            st.error(plain(problem), icon=":material/error:")
    return state.setdefault(key, default)


def put(name: str, key: str, value: str) -> None:
    """The visitor chose ``value``: keep it, and put it into the URL."""
    st.session_state.update({key: value, f"_{key}_url": value})
    st.query_params[name] = value


def tell() -> None:
    """What is wrong with the section that the URL asked for, if anything."""
    if problem := st.session_state.get("_section_problem"):
        st.error(plain(problem), icon=":material/error:")


def write() -> None:
    """Put the section that was just chosen into the URL; what another section keeps there goes."""
    chosen = st.session_state[KEY]
    for name, section in OWN.items():
        if section != chosen and name in st.query_params:
            del st.query_params[name]
    if chosen:
        st.session_state["_section_url"] = chosen
        st.query_params[NAME] = chosen
