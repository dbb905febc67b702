"""Which runs the Compare page looks at: those in the URL, those that go on, the newest comparison, or picked ones."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.shared import hiding, twins
from pages.shared.compare_bar import look_at, tell
from pages.shared.feed import open_feed
from pages.shared.twins_of_runs import same_set_up
from ppo_engine.jobs import control, groups
from ppo_engine.jobs.folders import UnknownRun
from ppo_engine.jobs.groups import MOST
from ppo_engine.jobs.states import State
from ppo_engine.jobs.view import RunRow, RunView, list_runs
from ppo_engine.knobs import ConfigError
from ppo_engine.plots.compared import SHORT
from ppo_engine.plots.verdicts import show as number

URLS_KEPT = 200
LIVE = ("running", "queued", "paused")


def read_url() -> None:
    """Take over the URL if it is not one that this session wrote itself; nothing is started."""
    params = hiding.own_params()
    first = "c_env" not in st.session_state
    if not first and params in st.session_state.get("_cmp_urls", []):
        return
    _remember(params)
    problems: list[str] = []
    asked = set(params) & {*twins.KEYS, *twins.CHOICES}
    if first or asked:
        problems = twins.begin(params)
    if "runs" in params:
        try:
            adopt(groups.check_group(control.runs_folder(), params["runs"].split(",")))
        except (ConfigError, UnknownRun, ValueError) as error:
            problems.append(f"{error} Nothing is compared yet.")
            st.session_state.setdefault("c_runs", ())
    elif asked:
        st.session_state["c_runs"] = ()
        st.session_state["_cmp_left"] = True
    elif first:
        _join_or_recall()
    if problems:
        tell("  \n".join(problems))


def _join_or_recall() -> None:
    runs = control.runs_folder()
    stored = groups.comparisons(runs)
    live = {row.run_id for row in list_runs(runs) if row.state in LIVE}
    going = [known for known in stored if live & set(known.run_ids)]
    st.session_state["c_runs"] = ()
    for known in [*going, *stored][:1]:
        adopt(known.run_ids)


def _remember(params: dict[str, str]) -> None:
    st.session_state["_cmp_urls"] = [*st.session_state.get("_cmp_urls", []), params][-URLS_KEPT:]


def write_url() -> None:
    """Put what is looked at, or else what is set up, into the URL, so that it can be shared and reloaded."""
    runs = st.session_state["c_runs"]
    wanted = {"runs": ",".join(runs)} if runs else twins.as_url()
    if wanted != hiding.own_params():
        _remember(wanted)
        hiding.write_params(wanted)


def adopt(run_ids: Sequence[str]) -> None:
    """Look at these runs, with their own environment, seed and objectives in the lanes."""
    look_at(run_ids)
    configs = [RunView(control.runs_folder(), run_id).config for run_id in run_ids]
    if not twins.begin({"env": configs[0].env_id, "seed": str(configs[0].seed)}):
        found = same_set_up(configs)
        st.session_state.update(c_preset=found.preset, c_shared=found.shared)
        if len(configs) > 1:
            twins.set_lanes(found.lanes)


def current() -> tuple[tuple[str, ...], list[State]]:
    """The runs looked at and their states; runs that are gone are told of and no longer looked at."""
    run_ids = st.session_state.get("c_runs", ())
    states = []
    try:
        for run_id in run_ids:
            feed = open_feed(run_id)
            if not feed.view.folder.exists():
                raise UnknownRun(run_id)
            feed.refresh(min_age=0.2)
            states.append(feed.status)
    except (UnknownRun, ValueError) as error:
        look_at(())
        tell(str(error))
        return (), []
    return run_ids, states


def forked(run_ids: Sequence[str]) -> bool:
    """Whether the others share the first run's history because they are forks of it, or of what it was forked from."""
    parents = [RunView(control.runs_folder(), run_id).parent for run_id in run_ids]
    return any(parent is not None and (parent[0] in run_ids or parents.count(parent) > 1) for parent in parents)


def title(row: RunRow) -> str:
    """A stored run in one line of the picker."""
    told = number(row.ep_rew_mean, 0)
    own = row.name or f"{row.env_id}, {SHORT.get(row.objective, row.objective)}"
    return f"{own} · seed {row.seed} · {row.updates} updates · return {told} · {row.run_id[-4:]}"


def stored_runs() -> None:
    """Choose any stored runs of one environment, or an earlier comparison."""
    rows = {row.run_id: row for row in list_runs(control.runs_folder()) if row.env_id}
    if not rows:
        st.text("No run is stored yet.")
        return
    label = f"Stored runs of one environment, up to {MOST}"
    chosen = st.multiselect(label, list(rows), key="c_picked", max_selections=MOST,
                            format_func=lambda run_id: title(rows[run_id]))  # fmt: skip
    said = ""
    try:
        groups.check_group(control.runs_folder(), chosen or list(rows)[:1])
    except (ConfigError, UnknownRun) as error:
        said = str(error)
        st.error(said)
    st.button("Compare", key="c_compare", on_click=_compare, args=(chosen,), disabled=not chosen or bool(said))
    earlier = groups.comparisons(control.runs_folder())[:8]
    if earlier:
        st.markdown("**Earlier comparisons**")
    for known in earlier:
        if all(run_id in rows for run_id in known.run_ids):
            told = " · ".join(SHORT.get(rows[run_id].objective, "") for run_id in known.run_ids)
            label = f"{rows[known.run_ids[0]].env_id}, {known.kind}: {told}"
            st.button(label, key=f"c_again_{known.comparison_id}", type="tertiary", on_click=adopt,
                      args=(known.run_ids,))  # fmt: skip


def _compare(run_ids: list[str]) -> None:
    try:
        groups.save(control.runs_folder(), groups.check_group(control.runs_folder(), run_ids), "picked")
        adopt(run_ids)
    except (ConfigError, UnknownRun) as error:
        tell(str(error))
    except OSError as error:
        tell(f"The comparison could not be kept ({error.strerror}).")
