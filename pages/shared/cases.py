"""The gallery of case histories: recorded real runs, each with its diagnosis on the curves and a way into the Lab."""

from __future__ import annotations

import streamlit as st

from pages.shared import case_replay, diagnosing, recompute
from pages.shared.plain import plain
from ppo_engine.config import KNOBS
from ppo_engine.jobs.recomputing import Kept
from ppo_engine.objectives import OBJECTIVES
from ppo_engine.plots.case_curves import SOURCE, case_figure, described
from ppo_engine.plots.remedies import text_of
from ppo_engine.recordings.case_histories import CASES

LEAD = (
    "Six recorded runs of CartPole from the same seed. All but the first change a knob or two of the healthy one, and"
    " each is diagnosed by the same rules that judge your own run under the charts of the Train page."
)


def changed(name: str) -> str:
    """What a case changes in the healthy run, in words."""
    parts = []
    for knob, value in CASES[name].values.items():
        if knob == "objective":
            parts.append(f"objective {OBJECTIVES[value].title.lower()}")
        else:
            shown = value.replace("_", " ") if isinstance(value, str) else text_of(value)
            parts.append(f"{KNOBS[knob].label[0].lower()}{KNOBS[knob].label[1:]} {shown}")
    return "Changed: " + ", ".join(parts) if parts else "Nothing is changed: this is what the others are held against"


def draw_cases() -> None:
    """All case histories, one below the other."""
    st.markdown(LEAD)
    for name in CASES:
        with st.container(border=True, key=f"case_{name}"):
            _draw(name)
    st.caption(plain(f"{SOURCE} Red: the update that the diagnosis cites."))


def _draw(name: str) -> None:
    recording, found = case_replay.opened(name)
    words, curves = st.columns([1, 2], gap="medium", vertical_alignment="center")
    with words, st.container(gap="small"):
        diagnosing.sentence(found)
        st.caption(plain(f"{changed(name)}."))
        st.page_link("pages/lab/train.py", label="Load into the Lab and replay", icon=":material/replay:",
                     query_params={"case": name}, help="Its knobs are set with it: Start trains it again.")  # fmt: skip
    with curves:
        figure = case_figure(recording.updates, recording.rows, found.evidence)
        st.plotly_chart(figure, key=f"curves_{name}", config=diagnosing.CHART, alt=described(found.evidence))
        steps = f"{int(recording.updates[-1])} updates of {recording.config.batch} steps, seed {recording.config.seed}"
        move = f" The move to try: {found.move.words}." if found.move else ""
        st.caption(plain(f"{steps}, parameters_sha256 {recording.parameters_sha256[:12]}.{move}"),
                   help=f"parameters_sha256 {recording.parameters_sha256}")  # fmt: skip
        kept = Kept(CASES[name].title, recording.config, recording.parameters_sha256, False, {"case": name})
        recompute.show([kept], f"Case: {CASES[name].title}", f"case_{name}", "Recompute")
