"""Every objective learns what has a known answer: to name what it is shown, and what an endless reward is worth."""

from __future__ import annotations

import gymnasium
import pytest

from ppo_engine.evaluate import evaluate
from ppo_engine.objectives import OBJECTIVES
from ppo_engine.presets import build_config
from ppo_engine.trainer import Trainer
from tests.engine.identity_env import SPACES, Endless, Identity

GAMMA, LIMIT = 0.9, 20


@pytest.fixture(scope="module", autouse=True)
def registered():
    ids = [f"Identity-{kind}-v0" for kind in SPACES] + ["Endless-v0"]
    for kind in SPACES:
        gymnasium.register(f"Identity-{kind}-v0", lambda kind=kind: Identity(kind), max_episode_steps=5)
    gymnasium.register("Endless-v0", Endless, max_episode_steps=LIMIT)
    yield
    for env_id in ids:
        del gymnasium.registry[env_id]


def settings(env_id: str, objective: str, **more):
    base = {
        "n_envs": 8, "n_steps": 32, "batch_size": 64, "learning_rate": 0.01, "hidden_sizes": (16,), "seed": 1,
        "kl_coef": 0.01, "d_targ": 0.3, "max_kl": 0.05, "n_epochs": 8, "gamma": GAMMA, "total_timesteps": 100_000,
        "ent_coef": 0.0, "anneal_lr": False, "normalize_observation": False, "normalize_reward": False,
    }  # fmt: skip
    return build_config(env_id, objective=objective, **{**base, **more})


@pytest.mark.parametrize("kind", SPACES)
@pytest.mark.parametrize("objective", OBJECTIVES)
def test_every_objective_learns_to_name_what_it_is_shown(objective, kind):
    single = OBJECTIVES[objective].single_pass
    more = {"batch_size": 32, "learning_rate": 0.005 if kind == "box" else 0.02} if single else {}
    config = settings(f"Identity-{kind}-v0", objective, log_std_init=-0.7, **more)
    with Trainer(config) as trainer:
        first = trainer.update().ep_rew_mean
        for _ in range(49 if single else 24):
            trainer.update()
        snapshot = trainer.snapshot()
    learnt = evaluate(config, snapshot, 100, 10_000).mean
    if kind == "box":
        assert first < -0.3 and learnt > -0.05, (first, learnt)
    else:
        assert first < 0.75 and learnt > 0.85, (first, learnt)


@pytest.mark.parametrize("objective", ["ppo_clip", "trpo", "reinforce"])
def test_an_endless_reward_is_worth_one_over_one_minus_gamma(objective):
    config = settings("Endless-v0", objective, learning_rate=0.02, batch_size=32)
    with Trainer(config) as trainer:
        for _ in range(80 if OBJECTIVES[objective].single_pass else 20):
            report = trainer.update()
        values = trainer.rollout["values"]
        assert report.ep_len_mean == LIMIT, "its episodes are cut by the time limit, again and again"
    # Were a cut taken for an end, the mean over an episode would be 10 (1 − (γ + … + γ²⁰)/20) = 6.05.
    assert values.min() > 9.5 and values.max() < 10.5, (values.min(), values.max())
