"""Every method on four environments, as kept: each seed a dot, the sentence that says who wins, links to the runs."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import streamlit as st

from pages.shared import kept_chart, kept_runs, recompute, section_url
from pages.shared.plain import plain
from ppo_engine.envs import describe
from ppo_engine.jobs import studies
from ppo_engine.jobs.methods import ARENAS, METHODS, PUBLISHED_AT, Arena
from ppo_engine.jobs.methods_table import interval, means, sentence
from ppo_engine.jobs.recomputing import kept_runs as runs_of
from ppo_engine.plots.kept import Line, Seed, interval_cell, packet
from ppo_engine.statistics import interquartile_mean

LEAD = (
    "Every method of the articles, trained from scratch on the same seeds, each with settings that suit it, and then"
    " played greedily for 100 fresh episodes. A dot is one seed, the bar their interquartile mean, the band its 95 %"
    " bootstrap interval over seeds. A dot or number opens the Lab with that run's own settings."
)
SECTION, KEY = "Every method", "kept_method"
WIDTHS = "190px minmax(200px, 1fr) 210px 185px 265px"
HEADS = (
    ("method", "Press a name for its runs"), ("greedy return of each seed", ""),
    ("interquartile mean [95 % interval]", "Percentile bootstrap over seeds; none below five seeds"),
    ("published", "Stable-Baselines3's, one run: mean ± deviation over episodes"), ("seeds 1, 2, …", ""),
)  # fmt: skip
TAKEN_FROM = "Opens RL Baselines3 Zoo's benchmark.md, where it was published"


def show() -> None:
    """The section: one environment at a time."""
    rows = studies.rows("methods")
    arenas = [arena for arena in ARENAS if any(row["env_id"] == arena.env_id for row in rows)]
    if not arenas:
        st.info("No method has been trained yet: `python -m ppo_engine.jobs.methods` does it.")
        return
    st.markdown(LEAD)
    names = [arena.env_id for arena in arenas]
    first = names[min(1, len(names) - 1)]
    section_url.take("env", names, "kept_env", first)
    chosen = st.segmented_control("Environment", names, key="kept_env", label_visibility="collapsed",
                                  on_change=_on_env)  # fmt: skip
    arena = next((arena for arena in arenas if arena.env_id == chosen), arenas[0])
    _draw(arena, rows)


def _on_env() -> None:
    if chosen := st.session_state["kept_env"]:
        section_url.put("env", "kept_env", chosen)


def url_of(env_id: str, method: str) -> str:
    """The address of a row's runs on this page."""
    return f"./evidence?{urlencode({'section': SECTION, 'env': env_id, 'method': method})}"


def _draw(arena: Arena, rows: list[dict[str, Any]]) -> None:
    seeds = {method: values for method in METHODS if (values := means(rows, arena.env_id, method))}
    st.markdown(sentence(arena, seeds))
    picked = section_url.take("method", list(METHODS), KEY, "ppo_clip")
    lines = [_line(arena, method, rows, picked) for method in METHODS]
    solved = describe(arena.env_id).threshold
    levels = {} if solved is None else {float(solved): f"solved: {solved:g}"}
    axis = f"greedy return, mean of 100 episodes, after {arena.total_timesteps:,} steps"
    kept_chart.chart(packet(lines, axis, HEADS, WIDTHS, 0, levels), f"kept_methods_{arena.env_id}",
                     lambda method: section_url.put("method", KEY, method))  # fmt: skip
    kept = runs_of("methods", {"env_id": arena.env_id, "method": picked})
    st.markdown(f"**{plain(METHODS[picked])} on {plain(arena.env_id)}**")
    recompute.show(kept, METHODS[picked], f"methods_{arena.env_id}_{picked}")
    values = [next((row["mean"] for row in rows if row["parameters_sha256"] == one.sha256), None) for one in kept]
    kept_runs.show(kept, values, "mean", f"methods_{arena.env_id}_{picked}", "ppo_engine.jobs.methods")


def _line(arena: Arena, method: str, rows: list[dict[str, Any]], picked: str) -> Line:
    mine = [row for row in rows if (row["env_id"], row["method"]) == (arena.env_id, method)]
    values = [row["mean"] for row in mine]
    centre, ends = (float(interquartile_mean(values)), interval(values)) if values else (None, None)
    dots = [
        Seed(row["seed"], row["mean"], kept_runs.lab_url('methods', row), row["parameters_sha256"],
             row["diverged"])
        for row in mine
    ]  # fmt: skip
    published = arena.published.get(method, "")
    cells = [
        interval_cell(centre, ends, 1, len(values), url_of(arena.env_id, method)),
        {"text": "", "muted": published or "–", **({"source": PUBLISHED_AT, "title": TAKEN_FROM} if published else {})},
    ]
    return Line(METHODS[method], method if method != "a2c" else "policy_gradient", dots, centre, ends, cells,
                pick=method, on=method == picked)  # fmt: skip
