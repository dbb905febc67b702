"""Every method on four environments, as kept: each seed a dot, the sentence that says who wins, links to the runs."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages.shared.plain import plain
from ppo_engine.envs import describe
from ppo_engine.jobs import studies
from ppo_engine.jobs.methods import ARENAS, METHODS, Arena
from ppo_engine.jobs.methods_table import interval, means, sentence
from ppo_engine.plots.kept import Line, described, dots
from ppo_engine.statistics import interquartile_mean

LEAD = (
    "Every method of the articles, trained from scratch on the same seeds, each with settings that suit it, and then"
    " played greedily for 100 fresh episodes. A dot is one seed, the bar their interquartile mean, the band its 95 %"
    " bootstrap interval over seeds."
)


def show() -> None:
    """The section: one environment at a time."""
    rows = studies.rows("methods")
    arenas = [arena for arena in ARENAS if any(row["env_id"] == arena.env_id for row in rows)]
    st.markdown(LEAD)
    names = [arena.env_id for arena in arenas]
    chosen = st.segmented_control("Environment", names, default=names[min(1, len(names) - 1)], key="kept_env")
    arena = next((arena for arena in arenas if arena.env_id == chosen), arenas[0])
    _draw(arena, rows)


def _draw(arena: Arena, rows: list[dict[str, Any]]) -> None:
    seeds = {method: values for method in METHODS if (values := means(rows, arena.env_id, method))}
    lines = [
        Line(METHODS[method], method, values, float(interquartile_mean(values)), interval(values))
        for method, values in seeds.items()
    ]
    solved = describe(arena.env_id).threshold
    st.markdown(sentence(arena, seeds))
    figure, links = st.columns([5, 4], gap="medium")
    marks = {} if solved is None else {float(solved): f"solved {solved:g}"}
    figure.plotly_chart(dots(lines, "greedy return, mean of 100 episodes", marks), key="kept_methods",
                        config={"displayModeBar": False}, alt=described(lines))  # fmt: skip
    with links:
        st.caption(plain(f"{arena.total_timesteps:,} steps each. A number opens the Lab with that run's own settings."))
        for method in seeds:
            mine = [row for row in rows if (row["env_id"], row["method"]) == (arena.env_id, method)]
            with st.container(horizontal=True, gap=None, vertical_alignment="center"):
                st.markdown(plain(METHODS[method]), width=165)
                for row in mine:
                    st.page_link("pages/lab/train.py", label=f"{row['mean']:.0f}".replace("-", "−"),
                                 query_params={"row": studies.link("methods", row)},
                                 help=f"Seed {row['seed']}: {row['mean']} ± {row['std']} over 100 episodes, SHA-256 "
                                      f"{row['parameters_sha256'][:12]}", width="content")  # fmt: skip
