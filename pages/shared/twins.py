"""What the visitor has set up to compare: environment, preset, seed, and two to four lanes that differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.shared.environments import offered
from ppo_engine.config import KNOBS, TrainConfig
from ppo_engine.envs import check_env_id
from ppo_engine.jobs.groups import MOST
from ppo_engine.knob_use import unread_knobs
from ppo_engine.knobs import ConfigError
from ppo_engine.objectives import OBJECTIVES
from ppo_engine.plots.compared import LETTERS, unread_by_all, value_text
from ppo_engine.presets import build_config, presets_for

FIRST_ENV = "LunarLander-v3"
FIRST = ("ppo_clip", "surrogate")
NEXT = ("ppo_kl_adaptive", "ppo_kl", "trpo", "policy_gradient")
OWN = {"ppo_clip": "clip_range", "ppo_kl": "kl_coef", "ppo_kl_adaptive": "d_targ", "trpo": "max_kl"}
CHOICES = [name for name in KNOBS if name not in ("objective", "seed")]
KEYS = ("env", "preset", "seed", "twins")


def begin(params: Mapping[str, str]) -> list[str]:
    """Take the set-up from a URL: ``env``, ``preset``, ``seed`` and ``twins=ppo_clip:clip_range=0.1,surrogate``.

    Any other knob's name sets it for all twins, as ``max_grad_norm=off``. Returns one sentence for each value that
    cannot be used; its default is used instead.
    """
    problems: list[str] = []

    def checked(key: str, check: Any, default: Any) -> Any:
        try:
            return check(params[key]) if key in params else default
        except ConfigError as error:
            problems.append(f"{error} {default} is used instead.")
            return default

    env = checked("env", check_env_id, FIRST_ENV)
    presets = presets_for(env)
    preset = checked("preset", lambda text: _one_of("preset", text, presets), next(iter(presets)))
    seed = checked("seed", KNOBS["seed"].check, KNOBS["seed"].default)
    st.session_state.update(c_env=env, c_preset=preset, c_seed=seed)
    base = build_config(env, preset)
    shared = {name: checked(name, KNOBS[name].check, getattr(base, name)) for name in CHOICES if name in params}
    try:
        build_config(env, preset, **shared)
    except ConfigError as error:
        problems.append(f"{error} The preset's values are used instead.")
        shared = {}
    st.session_state["c_shared"] = shared
    lanes = checked("twins", _lanes, [(name, "", "") for name in FIRST])
    set_lanes(lanes)
    return problems


def _one_of(field: str, text: str, allowed: Mapping[str, Any]) -> str:
    if text not in allowed:
        raise ConfigError(field, text, "one of " + ", ".join(allowed))
    return text


def _lanes(text: str) -> list[tuple[str, str, str]]:
    lanes = []
    for part in text.split(","):
        objective, _, setting = part.partition(":")
        knob, _, value = setting.partition("=")
        if objective not in OBJECTIVES or (knob and (knob not in CHOICES or not value)):
            raise ConfigError("twins", text, "a list such as ppo_clip:clip_range=0.1,surrogate")
        lanes.append((objective, knob, value))
    if not 2 <= len(lanes) <= MOST:
        raise ConfigError("twins", text, f"two to {MOST} of them")
    return lanes


def set_lanes(lanes: list[tuple[str, str, str]]) -> None:
    """Put (objective, knob, value) into the lanes; without a knob each takes its objective's own."""
    st.session_state["c_count"] = len(lanes)
    for i, (objective, knob, value) in enumerate(lanes):
        st.session_state[f"c_objective_{i}"] = objective
        st.session_state[f"c_knob_{i}"] = knob or OWN.get(objective, "learning_rate")
        st.session_state[f"c_value_{i}"] = value or _preset_value(i)


def count() -> int:
    """How many lanes there are."""
    return st.session_state["c_count"]


def shared() -> dict[str, Any]:
    """What was changed for all twins; a lane's own knob wins over it."""
    return st.session_state.setdefault("c_shared", {})


def share(name: str, value: Any) -> None:
    """Set a knob for all twins."""
    shared()[name] = value
    for i in range(count()):
        if st.session_state[f"c_knob_{i}"] == name:
            on_knob(i)


def _preset_value(i: int) -> str:
    state = st.session_state
    config = build_config(state["c_env"], state["c_preset"], state[f"c_objective_{i}"], **shared())
    return text_of(getattr(config, state[f"c_knob_{i}"]))


def text_of(value: Any) -> str:
    """A knob's value as one would type it."""
    return "off" if value is None else f"{value:g}" if isinstance(value, float) else value_text("seed", value)


def config(i: int) -> TrainConfig:
    """The config of a lane; raises ConfigError for what was typed into it."""
    state = st.session_state
    knob, text = state[f"c_knob_{i}"], state[f"c_value_{i}"].strip()
    return build_config(
        state["c_env"], state["c_preset"], state[f"c_objective_{i}"], seed=state["c_seed"],
        **{**shared(), knob: KNOBS[knob].check(text)},
    )  # fmt: skip


def checked_lanes() -> tuple[list[TrainConfig], dict[int, str]]:
    """The configs that can be launched, and for each lane that cannot, or would do nothing, one sentence."""
    configs: dict[int, TrainConfig] = {}
    said: dict[int, str] = {}
    for i in range(count()):
        try:
            configs[i] = config(i)
        except ConfigError as error:
            said[i] = str(error)
    for i, lane in configs.items():
        knob = st.session_state[f"c_knob_{i}"]
        if knob in unread_knobs(lane):
            said.setdefault(i, unread_by_all(list(configs.values()), knob) or unread_knobs(lane)[knob])
    for i, lane in configs.items():
        twin = next((j for j in range(i) if configs.get(j) == lane), None)
        if twin is not None:
            said.setdefault(i, f"The same as {LETTERS[twin]}: they will stay identical, bit for bit.")
    return [configs[i] for i in sorted(configs)], said


def faults() -> dict[int, str]:
    """One sentence for each lane that cannot be launched."""
    found = {}
    for i in range(count()):
        try:
            config(i)
        except ConfigError as error:
            found[i] = str(error)
    return found


def on_env() -> None:
    """Another environment: its default preset and that preset's numbers."""
    st.session_state["c_preset"] = next(iter(presets_for(st.session_state["c_env"])))
    on_preset()


def on_preset() -> None:
    """Another preset: its numbers in every lane."""
    st.session_state["c_shared"] = {}
    for i in range(count()):
        on_knob(i)


def on_objective(i: int) -> None:
    """Another objective in a lane: the knob it is known for."""
    st.session_state[f"c_knob_{i}"] = OWN.get(st.session_state[f"c_objective_{i}"], "learning_rate")
    on_knob(i)


def on_knob(i: int) -> None:
    """Another knob in a lane: the preset's value of it."""
    st.session_state[f"c_value_{i}"] = _preset_value(i)


def add_lane() -> None:
    """One lane more, with an objective that is not there yet."""
    i = count()
    used = {st.session_state[f"c_objective_{lane}"] for lane in range(i)}
    st.session_state[f"c_objective_{i}"] = next(name for name in (*NEXT, *FIRST) if name not in used)
    st.session_state["c_count"] = i + 1
    on_objective(i)


def remove_lane(i: int) -> None:
    """Take a lane out; those behind it move up."""
    lanes = [
        tuple(st.session_state[f"c_{part}_{lane}"] for part in ("objective", "knob", "value"))
        for lane in range(count()) if lane != i
    ]  # fmt: skip
    set_lanes(lanes)  # type: ignore[arg-type]


def as_url() -> dict[str, str]:
    """The set-up as the URL writes it."""
    state = st.session_state
    lanes = (f"{state[f'c_objective_{i}']}:{state[f'c_knob_{i}']}={state[f'c_value_{i}']}" for i in range(count()))
    common = {"env": state["c_env"], "preset": state["c_preset"], "seed": str(state["c_seed"])}
    return {**common, "twins": ",".join(lanes), **{name: text_of(value) for name, value in shared().items()}}


def environments() -> list[str]:
    """What the picker offers, and the environment that is set up if it is not among these."""
    env, known = st.session_state["c_env"], offered()
    return known if env in known else [*known, env]
