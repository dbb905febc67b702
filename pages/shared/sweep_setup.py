"""Setting up a grid: environment, objectives, knobs with the values to try, seeds, and how long it would take."""

from __future__ import annotations

import streamlit as st

from pages.shared.environments import offered
from pages.shared.plain import plain
from ppo_engine.config import KNOBS, TrainConfig
from ppo_engine.grids import MOST_SEEDS, Grid, TooLarge, make_grid, sign
from ppo_engine.jobs import engines, speed, sweeps
from ppo_engine.jobs.control import runs_folder
from ppo_engine.knobs import ConfigError
from ppo_engine.objectives import OBJECTIVES
from ppo_engine.presets import build_config, presets_for

FIRST_ENV = "CartPole-v1"
NONE = "none"
AXES = {"clip_range": "0.1, 0.2, 0.3, 0.4", "learning_rate": "3e-4, 1e-3, 3e-3, 1e-2", NONE: ""}
OFFERED = [NONE, *(name for name in KNOBS if name not in ("seed", "objective", "total_timesteps"))]
TRAINED_ON = {engines.LOCAL: "this machine", engines.RAY: "a Ray cluster"}
KEEP = {"persist_state": "session"}


def show() -> None:
    """The setting-up, what is wrong with it, its price, and Start."""
    _defaults()
    state = st.session_state
    top = st.columns([1.6, 1.0, 3.0, 1.0, 0.8, 0.9], vertical_alignment="bottom", gap="small")
    top[0].selectbox("Environment", offered(), key="grid_env", on_change=_on_env, **KEEP)
    top[1].selectbox("Preset", list(presets_for(state["grid_env"])), key="grid_preset", on_change=_on_preset, **KEEP)
    top[2].multiselect(
        "Objectives", list(OBJECTIVES), key="grid_objectives", format_func=lambda name: OBJECTIVES[name].title,
        placeholder="the preset's", **KEEP,
    )  # fmt: skip
    top[3].number_input("Steps of each run", 1000, 50_000_000, step=10_000, key="grid_steps", **KEEP)
    top[4].number_input("Seeds", 1, MOST_SEEDS, step=1, key="grid_seeds", **KEEP)
    begin = top[5].empty()
    choice = engines.offered()
    widths = [1.0, 1.6] * 3 + [1.3] * (len(choice) > 1)
    knobs = st.columns(widths, vertical_alignment="bottom", gap="small")
    for index in range(len(AXES)):
        knobs[2 * index].selectbox(
            ("First", "Second", "Third")[index] + " knob", OFFERED, key=f"grid_knob_{index}", format_func=_knob_label,
            **KEEP,
        )  # fmt: skip
        knobs[2 * index + 1].text_input(
            "Values", key=f"grid_values_{index}", placeholder="0.1, 0.2",
            disabled=state[f"grid_knob_{index}"] == NONE, **KEEP,
        )  # fmt: skip
    if len(choice) > 1:
        knobs[-1].selectbox(
            "Trained on", choice, key="grid_engine", format_func=TRAINED_ON.__getitem__,
            help="A Ray cluster, which RAY_ADDRESS names, trains the same runs to the same parameters.", **KEEP,
        )  # fmt: skip
    grid, problem = None, engines.complaint()
    try:
        grid = chosen()
        runs, config = len(grid.cells()) * len(grid.seeds), grid.config(grid.cells()[0].values, grid.seeds[0])
    except TooLarge as error:
        problem, runs, config = str(error), error.runs, error.config
    except ConfigError as error:
        problem, runs, config = str(error), 0, None
    refused = grid is None or bool(problem)
    if begin.button("Start", type="primary", icon=":material/play_arrow:", disabled=refused, width="stretch"):
        _start(grid)
    if problem:
        st.error(plain(problem), icon=":material/error:")
    known = config is not None and speed.known(runs_folder(), config) is not None
    if config is not None:
        if not known:
            speed.measure_beside(runs_folder(), config)
        st.fragment(_price, run_every=None if known else 1.0)(config, runs)


def chosen() -> Grid:
    """The grid that is set up; raises ConfigError."""
    state = st.session_state
    objectives = state["grid_objectives"]
    axes = [("objective", objectives)] if len(objectives) > 1 else []
    for index in range(len(AXES)):
        if (name := state[f"grid_knob_{index}"]) != NONE:
            values = [part.strip() for part in state[f"grid_values_{index}"].split(",") if part.strip()]
            axes.append((name, values))
    seeds = range(1, int(state["grid_seeds"]) + 1)
    steps = {"total_timesteps": int(state["grid_steps"])}
    if steps["total_timesteps"] == _preset_steps():
        steps = {}
    objective = objectives[0] if len(objectives) == 1 else None
    return make_grid(state["grid_env"], axes, tuple(seeds), state["grid_preset"], objective, steps)


def _start(grid: Grid | None) -> None:
    if grid is None:
        return
    try:
        st.session_state["sweep"] = sweeps.start(runs_folder(), grid, engine=st.session_state.get("grid_engine", ""))
    except (ConfigError, OSError) as error:
        st.error(plain(f"The grid could not be started: {error}"), icon=":material/error:")
        return
    st.rerun()


def _price(config: TrainConfig, runs: int) -> None:
    """How many runs these are and how long they would take."""
    count = f"{runs:,} {'run' if runs == 1 else 'runs'}"
    rate = speed.known(runs_folder(), config)
    if rate is None:
        st.caption(f"{count}. Measuring how fast this machine trains them…")
        return
    seconds = speed.estimate(config, runs, rate)
    st.caption(f"{count}. {speed.sentence(seconds, rate)} Other runs go first; closing this page changes nothing.")


def _defaults() -> None:
    state = st.session_state
    if "grid_env" in state:
        return
    state["grid_env"] = FIRST_ENV
    state["grid_preset"] = next(iter(presets_for(FIRST_ENV)))
    state["grid_objectives"], state["grid_seeds"] = [], 3
    if engines.default() in engines.offered():
        state["grid_engine"] = engines.default()
    for index, (name, values) in enumerate(AXES.items()):
        state[f"grid_knob_{index}"], state[f"grid_values_{index}"] = name, values
    _on_preset()


def _preset_steps() -> int:
    return build_config(st.session_state["grid_env"], st.session_state["grid_preset"]).total_timesteps


def _on_env() -> None:
    st.session_state["grid_preset"] = next(iter(presets_for(st.session_state["grid_env"])))
    _on_preset()


def _on_preset() -> None:
    st.session_state["grid_steps"] = _preset_steps()


def _knob_label(name: str) -> str:
    if name == NONE:
        return NONE
    symbol = sign(name)
    return KNOBS[name].label + (f" {symbol}" if len(symbol) == 1 else "")
