"""What the visitor has set up: environment, preset, objective, sliders, seed; kept in the session and in the URL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from pages.shared import hiding
from pages.shared.environments import offered
from pages.shared.rungs import label_of, value_of
from ppo_engine.config import KNOBS, TrainConfig
from ppo_engine.envs import check_env_id
from ppo_engine.jobs import studies
from ppo_engine.knobs import ConfigError
from ppo_engine.objectives import OBJECTIVES
from ppo_engine.presets import build_config, presets_for
from ppo_engine.recordings import case_histories

SLIDERS = ("clip_range", "learning_rate", "kl_coef")
TOP = ("env", "preset", "objective", *SLIDERS, "seed")
URLS_KEPT = 200
FIRST_ENV = "LunarLander-v3"


def read_url(adopt_run: Callable[[str], TrainConfig | None]) -> None:
    """Take over the URL if it is not one that this session wrote itself: on the first run, and after a typed one.

    A message from the browser may still carry an older URL of ours while a slider has already moved on. Every value
    that cannot be used is replaced by its default and told in one sentence; nothing is started.
    """
    params = hiding.own_params()
    if params in st.session_state.setdefault("_urls", []):
        return
    if set(params) not in ({"case"}, {"row"}):  # such a link may be followed again
        _remember(params)
    st.session_state["_problems"] = []
    run_id = params.get("run", "")
    st.session_state["run"] = run_id
    config = adopt_run(run_id) if run_id else None
    if run_id and config is None:
        st.session_state["run"] = ""
    case = params.get("case", "") if config is None else ""
    st.session_state["case"] = ""
    if config is not None:
        take_config(config)
    elif "row" in params and _take_whole(params["row"], studies.settings, params):
        pass
    elif case and _take_whole(case, case_histories.config_of, params):
        st.session_state["case"] = case
    elif "env" not in st.session_state or set(params) & set(TOP):
        _adopt(params)


def _take_whole(name: str, config_of: Callable[[str], TrainConfig], params: Mapping[str, str]) -> bool:
    """Show settings that a link names as a whole, with what else the URL says of the sliders; False if it cannot."""
    try:
        take_config(config_of(name))
        for slider in set(SLIDERS) & set(params):
            set_slider(slider, KNOBS[slider].check(params[slider]))
    except ConfigError as error:
        tell(f"{error} It is left out.")
        return False
    return True


def _adopt(params: Mapping[str, str]) -> None:
    def checked(key: str, check: Callable[[str], Any], default: Any) -> Any:
        try:
            return check(params[key]) if key in params else default
        except ConfigError as error:
            tell(f"{error} {default} is used instead.")
            return default

    env = checked("env", check_env_id, FIRST_ENV)
    presets = presets_for(env)
    preset = checked("preset", lambda text: _one_of("preset", text, presets), next(iter(presets)))
    own = build_config(env, preset).objective
    objective = checked("objective", lambda text: _one_of("objective", text, OBJECTIVES), own)
    base = build_config(env, preset, objective)
    st.session_state.update(env=env, preset=preset, objective=objective, overrides={})
    for name in SLIDERS:
        set_slider(name, checked(name, KNOBS[name].check, getattr(base, name)))
    st.session_state["seed"] = checked("seed", KNOBS["seed"].check, base.seed)
    for name in set(KNOBS) & set(params) - {*TOP, "env_id"}:
        st.session_state["overrides"][name] = checked(name, KNOBS[name].check, getattr(base, name))


def environments() -> list[str]:
    """What the picker offers, and the environment that is set up if it is not among these: an older version, or one
    that brings its module."""
    env, known = st.session_state["env"], offered()
    return known if env in known else [*known, env]


def _one_of(field: str, text: str, allowed: Mapping[str, Any]) -> str:
    if text not in allowed:
        raise ConfigError(field, text, "one of " + ", ".join(allowed))
    return text


def tell(problem: str) -> None:
    """Note one sentence about something that cannot be done; it is shown until the visitor changes something."""
    st.session_state.setdefault("_problems", []).append(problem)


def problems() -> list[str]:
    """The sentences noted since the visitor last changed something."""
    return st.session_state.get("_problems", [])


def write_url() -> None:
    """Put the set-up (and the run looked at) into the URL, so that it can be shared and reloaded."""
    state = st.session_state
    wanted = {"env": state["env"], "preset": state["preset"], "objective": state["objective"]}
    wanted |= {name: slider_text(name) for name in SLIDERS} | {"seed": str(state["seed"])}
    if state.get("run"):
        wanted["run"] = state["run"]
    elif state.get("case"):
        wanted["case"] = state["case"]
    if wanted != hiding.own_params():
        _remember(wanted)
        hiding.write_params(wanted)


def _remember(params: dict[str, str]) -> None:
    st.session_state["_urls"] = [*st.session_state["_urls"], params][-URLS_KEPT:]


def forget_url(params: dict[str, str]) -> None:
    """A link of ours may be followed again: its URL is to be read anew, although this session has seen it before."""
    st.session_state["_urls"] = [seen for seen in st.session_state.get("_urls", []) if seen != params]


def take_config(config: TrainConfig) -> None:
    """Show a run's own settings in the widgets."""
    presets = presets_for(config.env_id)
    near = [name for name in presets if build_config(config.env_id, name, config.objective, seed=config.seed) == config]
    preset = near[0] if near else next(iter(presets))
    st.session_state.update(env=config.env_id, preset=preset, objective=config.objective, seed=config.seed)
    for name in SLIDERS:
        set_slider(name, getattr(config, name))
    base = build_config(config.env_id, preset, config.objective)
    st.session_state["overrides"] = {
        name: getattr(config, name) for name in KNOBS
        if name not in (*SLIDERS, "seed", "objective", "env_id") and getattr(config, name) != getattr(base, name)
    }  # fmt: skip


def set_slider(name: str, value: float | None) -> None:
    """Set one of the three sliders, in the form its widget keeps: a number for ε, a rung's text for the others."""
    st.session_state[name] = float(value or 0.0) if name == "clip_range" else label_of(value)
    if name != "clip_range":
        st.session_state.setdefault("_rungs", {}).setdefault(name, set()).add(value)


def slider_value(name: str) -> float:
    """The number that one of the three sliders stands for."""
    value = st.session_state[name]
    return round(float(value), 6) if name == "clip_range" else value_of(value)


def slider_text(name: str) -> str:
    """The value of one of the three sliders as the URL writes it."""
    value = slider_value(name)
    return "0" if value == 0 else label_of(value)


def on_env() -> None:
    """Another environment: its default preset, and that preset's numbers."""
    st.session_state["preset"] = next(iter(presets_for(st.session_state["env"])))
    on_preset()


def on_preset() -> None:
    """Another preset: its objective and its numbers."""
    st.session_state["objective"] = build_config(st.session_state["env"], st.session_state["preset"]).objective
    on_objective()


def on_objective() -> None:
    """Another objective: its own defaults where the preset does not speak; what the visitor moves later wins."""
    settled()
    st.session_state.update(overrides={}, case="")
    base = build_config(st.session_state["env"], st.session_state["preset"], st.session_state["objective"])
    for name in SLIDERS:
        set_slider(name, getattr(base, name))


def move_to(name: str, value: Any) -> None:
    """Set any knob as its widget would; one that the set-up cannot use is refused in a sentence when it is read."""
    settled()
    if name in SLIDERS:
        set_slider(name, value)
    else:
        st.session_state.setdefault("overrides", {})[name] = value


def settled() -> None:
    """The visitor has changed something, so what was told before is over."""
    st.session_state["_problems"] = []


def config() -> TrainConfig:
    """The config that Start would launch; raises ConfigError."""
    state = st.session_state
    return build_config(
        state["env"], state["preset"], state["objective"],
        **{**state.get("overrides", {}), **{name: slider_value(name) for name in SLIDERS}, "seed": state["seed"]},
    )  # fmt: skip


__all__ = ["config", "environments", "on_env", "on_objective", "on_preset", "problems", "read_url", "write_url"]
