"""Table 1 of the PPO paper, trained here: the paper's scores beside ours, and behind each the runs it stands on."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import streamlit as st

from pages.shared import kept_chart, kept_runs, recompute, section_url
from pages.shared.plain import plain
from ppo_engine.jobs import recomputing, studies
from ppo_engine.jobs.recomputing import kept_runs as runs_of
from ppo_engine.jobs.table_one import SEEDS, SETTINGS, STEPS, scales, share
from ppo_engine.jobs.table_one_words import by_setting, missing_words, sentence
from ppo_engine.plots.kept import Line, Seed, interval_cell, packet
from ppo_engine.plots.verdicts import show as figure
from ppo_engine.statistics import summarise

PAPER_URL = "https://arxiv.org/abs/1707.06347"
SECTION, KEY, FIRST = "Table 1", "kept_setting", "clip 0.2"
LEAD = (
    "The eleven settings of Table 1 of *Proximal Policy Optimization Algorithms* (Schulman et al. 2017,"
    f" [arXiv 1707.06347]({PAPER_URL}))"
    " with the paper's own hyperparameters, on the environments here. A score is the mean over"
    " environments of the return of the last 100 training episodes, on a scale where 0 is an untrained policy and 1 the"
    " best run of that environment: as in the paper, whose tasks were seven of MuJoCo, so orders can be compared and"
    " single values cannot."
)
STRIP, NUMBER = "minmax(200px, 1fr)", "205px"
WIDTHS = f"210px {STRIP} 60px {NUMBER} 225px"
HEADS = (
    ("setting", "Press a name for its runs"), ("score of each seed", "A dot is one seed, the mean of its environments"),
    ("paper", "Table 1 of the paper: mean of seven tasks and three seeds"),
    ("here [95 % interval]", f"Mean over seeds with its t interval; up to {SEEDS} seeds"), ("seeds 1, 2, …", ""),
)  # fmt: skip
OWN_WIDTHS = f"285px {STRIP} {NUMBER} 300px"
OWN_HEADS = (
    ("environment", ""), ("score of each run", "A dot is one run: it opens the Lab with that run's settings"),
    ("return [95 % interval]", "Mean return of the last 100 episodes, over seeds"),
    ("return of seeds 1, 2, …", "Mean return of the last 100 training episodes"),
)  # fmt: skip


def show() -> None:
    """The section: the table, and one of its rows in detail."""
    rows = studies.rows("table_one")
    st.markdown(LEAD)
    found = by_setting(rows)
    st.markdown(f"{sentence(found)} {plain(missing_words(recomputing.missing('table_one')))}")
    picked = section_url.take("setting", list(SETTINGS), KEY, FIRST)
    lines = [_line(setting, found[setting], setting == picked) for setting in SETTINGS]
    axis = "score: 0 untrained, 1 best run of each environment"
    kept_chart.chart(packet(lines, axis, HEADS, WIDTHS, 2, {}, "the paper's score", (0, 1)), "kept_table_one",
                     lambda setting: section_url.put("setting", KEY, setting))  # fmt: skip
    st.markdown(f"**{plain(SETTINGS[picked].words)}, by environment**")
    own = packet(_by_environment(picked, rows), axis, OWN_HEADS, OWN_WIDTHS, 2, within=(0, 1))
    kept_chart.chart(own, "kept_table_one_row")
    kept = runs_of("table_one", {"setting": picked})
    recompute.show(kept, f"Table 1: {SETTINGS[picked].words}", f"table_one_{picked}")
    reached = {row["parameters_sha256"]: row["last_100"] for row in rows}
    values = [reached.get(one.sha256) for one in kept]
    kept_runs.show(kept, values, "last 100 episodes", f"table_one_{picked}", "ppo_engine.jobs.table_one")


def url_of(setting: str) -> str:
    """The address of a row's runs on this page."""
    return f"./evidence?{urlencode({'section': SECTION, 'setting': setting})}"


def _line(setting: str, seeds: dict[int, float], on: bool) -> Line:
    about, own = SETTINGS[setting], summarise(list(seeds.values()))
    ends = None if own.low is None or own.high is None else (own.low, own.high)
    centre = own.mean if seeds else None
    dots = [Seed(seed, seeds.get(seed), url_of(setting)) for seed in range(1, SEEDS + 1)]
    cells = [
        {"text": figure(about.paper), "source": PAPER_URL, "title": "Opens the paper on arXiv"},
        interval_cell(centre, ends, 2, own.n, url_of(setting), own.words),
    ]
    return Line(about.words, about.knobs["objective"], dots, centre, ends, cells, about.paper, setting, on)


def _by_environment(setting: str, rows: list[dict[str, Any]]) -> list[Line]:
    """A line for each environment: where each run stands between untrained and the best, and its return."""
    scale, objective = scales(rows), SETTINGS[setting].knobs["objective"]
    return [_one_environment(setting, env, objective, rows, scale) for env in STEPS]


def _one_environment(setting: str, env: str, objective: str, rows: list[dict[str, Any]], scale: dict) -> Line:
    mine = {row["seed"]: row for row in rows if (row["setting"], row["env_id"]) == (setting, env)}
    returns = [row["last_100"] for row in mine.values() if row["last_100"] is not None]
    own = summarise(returns)
    ends = None if own.low is None or own.high is None else (own.low, own.high)
    shares = summarise([part for row in mine.values() if (part := share(row, scale)) is not None])
    band = None if shares.low is None or shares.high is None else (shares.low, shares.high)
    cells = [interval_cell(own.mean if returns else None, ends, 1, own.n, title=own.words)]
    dots = []
    for seed in range(1, SEEDS + 1):
        row = mine.get(seed, {})
        link = kept_runs.lab_url("table_one", {"setting": setting, "env_id": env, "seed": seed})
        value = share(row, scale) if row else None
        text = figure(row["last_100"], 1) if value is not None else ""
        dots.append(Seed(seed, value, link, row.get("parameters_sha256", ""), row.get("diverged", False), text))
    return Line(f"{env}, {STEPS[env]:,} steps", objective, dots, shares.mean if returns else None, band, cells)
