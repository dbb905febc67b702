"""Collapse: what reusing a batch does to the policy with the clip and without it, twenty pairs of twins as kept."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages.shared import kept_chart, kept_runs, recompute
from pages.shared.plain import plain
from ppo_engine.jobs import studies
from ppo_engine.jobs.collapse import OBJECTIVES, SEEDS, SETTINGS, config_of, level
from ppo_engine.jobs.collapse_words import CALLED, counts, missing_words, sentence
from ppo_engine.jobs.recomputing import kept_runs as runs_of
from ppo_engine.objectives import OBJECTIVES as ALL
from ppo_engine.plots.collapse_curves import twin_curves
from ppo_engine.plots.kept import Line, Seed, interval_cell, packet
from ppo_engine.plots.verdicts import show as figure
from ppo_engine.statistics import Share, summarise

LEAD = (
    "Every batch is used for many epochs, with gradient clip and annealing off: what still holds the policy is the"
    " objective alone. The two of a pair begin with the same seed, weights and first batch. A run counts as destroyed"
    " if its mean return over the last tenth of its steps lies below half-way between the untrained policies and the"
    " solved line, or if it diverged; that was fixed before anything was measured."
)
WIDTHS = "185px minmax(220px, 1.2fr) 150px 190px minmax(250px, 1fr)"
HEADS = (
    ("objective", ""), ("final return of each seed", "Mean return of the last tenth of the run; a dot opens the Lab"),
    ("destroyed", "With the 95 % Wilson interval of the rate"),
    ("interquartile mean [95 % interval]", "Percentile bootstrap over seeds"), (f"seeds 1 to {SEEDS}", ""),
)  # fmt: skip


def show() -> None:
    """The section: both environments, one below the other."""
    rows = studies.rows("collapse")
    st.markdown(LEAD)
    for env_id in SETTINGS:
        with st.container(border=True, key=f"collapse_{env_id}"):
            _draw(env_id, [row for row in rows if row["env_id"] == env_id])


def _draw(env_id: str, rows: list[dict[str, Any]]) -> None:
    config = config_of(env_id, OBJECTIVES[0], 1)
    settings = (
        f"{config.n_epochs} epochs on {config.n_envs} × {config.n_steps} steps, batch {config.batch_size}, learning"
        f" rate {config.learning_rate:g}, γ {config.gamma:g}, λ {config.gae_lambda:g},"
        f" {config.total_timesteps:,} steps"
    )
    st.markdown(f"**{plain(env_id)}**  {plain(settings)}")
    if rows:
        below = level(rows, env_id)
        st.markdown(sentence(rows, env_id))
        levels = {below: f"destroyed below {figure(below, 0)}"}
        rates = counts(rows, env_id)
        lines = [_line(objective, rows, rates[objective]) for objective in reversed(OBJECTIVES)]
        axis = "mean return over the last tenth of the run"
        kept_chart.chart(packet(lines, axis, HEADS, WIDTHS, 0, levels), f"kept_collapse_{env_id}")
        curves = {one: [row["curve"] for row in rows if row["objective"] == one] for one in OBJECTIVES}
        steps = config.total_updates * config.batch
        st.plotly_chart(twin_curves(curves, steps, levels), key=f"collapse_curves_{env_id}",
                        config={"displayModeBar": False}, alt=described(curves))  # fmt: skip
        st.caption("Thin: every run. Thick: the median, blue and solid with the clip, vermillion and dashed without.")
    else:
        st.markdown(plain(missing_words(rows, env_id)))
    kept = runs_of("collapse", {"env_id": env_id})
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link("pages/lab/compare.py", label="Compare these twins live", icon=":material/compare_arrows:",
                     query_params={"env": env_id, "preset": "collapse", "twins": ",".join(OBJECTIVES)},
                     width="content", help="Opens Compare with both objectives from one seed")  # fmt: skip
    recompute.show(kept, "Collapse", f"collapse_{env_id}", f"Recompute these {len(kept)} runs")
    reached = {row["parameters_sha256"]: row["last_tenth"] for row in rows}
    values = [reached.get(one.sha256) for one in kept]
    kept_runs.show(kept, values, "last tenth", f"collapse_{env_id}", "ppo_engine.jobs.collapse")


def _line(objective: str, rows: list[dict[str, Any]], rate: Share) -> Line:
    mine = [row for row in rows if row["objective"] == objective]
    own = summarise([row["last_tenth"] for row in mine if row["last_tenth"] is not None])
    ends = None if own.low is None or own.high is None else (own.low, own.high)
    dots = [
        Seed(row["seed"], row["last_tenth"], kept_runs.lab_url('collapse', row), row["parameters_sha256"],
             row["diverged"])
        for row in mine
    ]  # fmt: skip
    share = {
        "text": f"{rate.k} of {rate.n}", "title": rate.words,
        "muted": "" if rate.low is None else f"[{100 * rate.low:.0f}, {100 * rate.high:.0f} %]",
    }  # fmt: skip
    centre = own.centre if own.n else None
    cells = [share, interval_cell(centre, ends, 1, own.n, title=own.words)]
    return Line(ALL[objective].title, objective, dots, centre, ends, cells)


def described(curves: dict[str, list]) -> str:
    """The curves in words, for those who do not see them."""
    each = " and ".join(f"{len(own)} {CALLED[objective]}" for objective, own in curves.items())
    return f"Return by environment step of {each} runs, each its own line, with the median of both."
