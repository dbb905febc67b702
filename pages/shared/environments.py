"""Which environments the picker offers: the table's at once, every other installed one once it has been examined."""

from __future__ import annotations

import streamlit as st

from pages.shared.plain import plain
from ppo_engine.envs import ENVIRONMENTS, examine_with
from ppo_engine.jobs.catalogue import Catalogue
from ppo_engine.jobs.control import runs_folder

LOOK_EVERY = 1.0


@st.cache_resource(show_spinner=False)
def catalogue() -> Catalogue:
    """What this server knows of environments outside the table."""
    return Catalogue(runs_folder())


def examine_elsewhere() -> None:
    """Have environments outside the table examined by another process: one may crash, hang, or bring heavy packages."""
    examine_with(catalogue().examine)


def offered() -> list[str]:
    """The table's environments, then every other installed one that can be trained, as far as is known by now."""
    return [*ENVIRONMENTS, *catalogue().usable()]


def about() -> str:
    """What the picker lists, for its tooltip."""
    if not catalogue().complete:
        return "Other installed environments are being looked at; they will be listed too."
    refused = len(catalogue().refused())
    others = f" {refused} installed ones cannot be used here: All knobs ends with the reasons." if refused else ""
    return f"{len(offered())} installed environments, those with settings of their own first.{others}"


def refused_panel() -> None:
    """The installed environments that cannot be used here, each with the reason."""
    if refused := catalogue().refused():
        st.markdown("**Installed environments that cannot be used here**")
        st.caption(_by_reason(refused))


def await_others(going: bool) -> None:
    """Until everything installed has been examined, look now and then; then the page is drawn once more.

    Not while a run goes on: the picker is fixed then, and drawing anew could swallow a knee let go at that moment.
    """
    with st.container(key="environments"):
        if not catalogue().complete:
            st.fragment(_await, run_every=LOOK_EVERY)(going)


def _by_reason(refused: dict[str, str]) -> str:
    """A table in Markdown: each reason once, beside the environments that it holds for."""
    names: dict[str, list[str]] = {}
    for name, why in refused.items():
        names.setdefault(why.replace("`", ""), []).append(name)
    rows = [f"| {plain(why)} | {plain(', '.join(together))} |" for why, together in names.items()]
    return "\n".join(["| Why | Environments |", "|:--|:--|", *rows])


def _await(going: bool) -> None:
    """The first look comes with the page, which is not to wait: so the search begins with the second."""
    if st.session_state.get("_looked_around"):
        catalogue().start()
    st.session_state["_looked_around"] = True
    if catalogue().complete and not going:
        st.rerun()
