"""No dead slider: every knob changes the run, or is listed as unread with its reason."""

from __future__ import annotations

import pytest

from ppo_engine.config import KNOBS
from ppo_engine.knob_use import unread_knobs
from ppo_engine.objectives import OBJECTIVES
from ppo_engine.presets import build_config
from tests.engine.small_runs import run, small_config

MOVED = {
    "seed": 4, "clip_range": 0.02, "learning_rate": 1e-3, "kl_coef": 2.0, "d_targ": 0.5, "target_kl": 1e-5,
    "max_grad_norm": 0.01, "clip_range_vf": 0.01, "anneal_lr": True, "normalize_advantage": False,
    "normalize_observation": True, "normalize_reward": True, "n_envs": 6, "n_steps": 32, "gamma": 0.9,
    "gae_lambda": 0.5, "n_epochs": 3, "batch_size": 32, "ent_coef": 0.1, "vf_coef": 0.1, "hidden_sizes": (32, 16),
    "activation": "relu", "log_std_init": -1.0, "shared_trunk": True,
    "credit": "reward_to_go", "max_kl": 0.001, "cg_iterations": 1, "cg_damping": 1.0,
}  # fmt: skip
# total_timesteps ends the run and leads the annealing; the other two choose the formula and what computes it.
ELSEWHERE = {"total_timesteps", "objective", "backend"}

KINDS = [("CartPole-v1", objective) for objective in OBJECTIVES] + [("Pendulum-v1", "ppo_clip")]


@pytest.fixture(scope="module")
def shas():
    """Config → the parameters' SHA-256 after three updates, computed once."""
    known: dict = {}
    return lambda config: known[config] if config in known else known.setdefault(config, run(config, 3)[0])


def start(env_id: str, objective: str):
    return small_config(env_id, objective=objective, learning_rate=3e-3, kl_coef=0.3, anneal_lr=False, n_epochs=4)


def test_every_knob_is_moved_here():
    assert set(MOVED) | ELSEWHERE == set(KNOBS)


@pytest.mark.parametrize(("env_id", "objective"), KINDS)
@pytest.mark.parametrize("name", MOVED)
def test_a_knob_moves_the_run_or_says_why_not(name, env_id, objective, shas):
    config = start(env_id, objective)
    moved = config.with_(**{name: MOVED[name]})
    assert getattr(moved, name) != getattr(config, name)
    unread = unread_knobs(config)
    if name in unread:
        assert unread[name].endswith(".") and shas(moved) == shas(config), f"{name} does act, so it must not be unread"
    else:
        assert shas(moved) != shas(config), f"{name} is dead"


def test_the_backend_really_computes_elsewhere(shas):
    config = start("CartPole-v1", "ppo_clip").with_(n_epochs=1)
    assert shas(config) != shas(config.with_(backend="torch")), "float noise tells the two apart"
    assert unread_knobs(build_config("CarRacing-v3"))["backend"].endswith(".")


def test_total_timesteps_leads_the_annealing(shas):
    config = start("CartPole-v1", "ppo_clip").with_(anneal_lr=True)
    assert shas(config) != shas(config.with_(total_timesteps=100_000))


@pytest.mark.parametrize("env_id", ["CartPole-v1", "Pendulum-v1"])
def test_objectives_differ_from_one_another(env_id, shas):
    found = {objective: shas(start(env_id, objective)) for objective in OBJECTIVES}
    # Until its first after_update has told, the adaptive penalty is the fixed one; three updates are enough to part.
    assert len(set(found.values())) == len(OBJECTIVES), found


def test_every_knob_explains_itself():
    for name, knob in KNOBS.items():
        assert knob.name == name and knob.label and knob.source, name
        assert knob.effect.endswith(".") and "\n" not in knob.effect, name
        assert knob.check(knob.default) == knob.default, name
