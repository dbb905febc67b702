"""Environments outside the table: plain spaces, exact replay, a start at least, or one clear sentence of refusal."""

from __future__ import annotations

import json

import gymnasium
import numpy as np
import pytest
from gymnasium import spaces

from ppo_engine.env_slot import EnvSlot
from ppo_engine.envs import check_env_id, describe, make_env
from ppo_engine.evaluate import evaluate
from ppo_engine.knobs import ConfigError
from ppo_engine.plain_spaces import PlainSpaces
from ppo_engine.presets import build_config, presets_for
from ppo_engine.trainer import Trainer
from tests.engine.spaced_env import REFUSED, SEEN, USABLE, Spaced

TOYS = ("CliffWalking-v1", "Taxi-v4", "FrozenLake-v1", "Blackjack-v1")


@pytest.fixture(scope="module", autouse=True)
def registered():
    ids = [f"Spaced-{seen}-{done}-v0" for seen, done in [*USABLE, *REFUSED]]
    for env_id in ids:
        _, seen, done, _ = env_id.split("-")
        gymnasium.register(env_id, lambda seen=seen, done=done: Spaced(seen, done), max_episode_steps=20)
    yield
    for env_id in ids:
        del gymnasium.registry[env_id]


@pytest.mark.parametrize(("seen", "done"), USABLE)
def test_any_plain_spaces_train_and_learn(seen, done):
    env_id = f"Spaced-{seen}-{done}-v0"
    info = describe(env_id)
    assert info.max_episode_steps == 20 and info.obs_dim == spaces.flatdim(SEEN[seen])
    config = build_config(env_id, n_envs=4, n_steps=100, batch_size=100, learning_rate=0.01, total_timesteps=10_000)
    with Trainer(config) as trainer:
        reports = [trainer.update() for _ in range(12)]
        arrays = trainer._arrays
        flat = arrays["actions"].reshape(config.batch, *arrays["actions"].shape[2:])
        assert np.isfinite(trainer.learner.distribution(
            arrays["policy"].reshape(config.batch, -1), trainer.network.views.get("log_std")
        ).log_prob(flat)).all()  # fmt: skip
        snapshot = trainer.snapshot()
    assert reports[0].detail["checks"]["first_ratio"] < 1e-4
    assert reports[-1].ep_rew_mean > reports[0].ep_rew_mean + 1
    for deterministic in (True, False):
        assert evaluate(config, snapshot, 3, deterministic=deterministic).n == 3


@pytest.mark.parametrize("objective", ["trpo", "ppo_kl_adaptive", "reinforce"])
def test_every_kind_of_step_takes_actions_in_parts(objective):
    config = build_config("Spaced-dict-multi-v0", objective=objective, n_envs=4, n_steps=50, batch_size=50)
    with Trainer(config) as trainer:
        report = [trainer.update() for _ in range(2)][-1]
    assert np.isfinite([report.kl, report.entropy, report.value_loss]).all() and report.kl > 0


@pytest.mark.parametrize(("seen", "done"), REFUSED)
def test_what_cannot_be_used_is_refused_in_a_sentence(seen, done):
    for check in (check_env_id, describe, make_env, presets_for, build_config):
        with pytest.raises(ConfigError) as caught:
            check(f"Spaced-{seen}-{done}-v0")
        sentence = str(caught.value)
        assert caught.value.field == "env_id" and REFUSED[seen, done] in sentence
        assert sentence.endswith(".") and "\n" not in sentence and len(sentence) < 300


@pytest.mark.parametrize("env_id", sorted(gymnasium.registry))
def test_every_installed_id_is_described_or_refused_in_a_sentence(env_id):
    try:
        info = describe(env_id)
        assert info.obs_dim > 0 and len(info.action_names) == info.action_dim and info.max_episode_steps > 0
        assert presets_for(env_id)
    except ConfigError as error:
        assert error.field == "env_id" and "\n" not in str(error) and len(str(error)) < 500


def test_an_old_version_is_told_the_new_one():
    with pytest.raises(ConfigError, match="Taxi-v4 in this version"):
        check_env_id("Taxi-v3")


@pytest.mark.parametrize("env_id", [*TOYS, "BipedalWalkerHardcore-v3", "Spaced-tuple-box-v0"])
def test_a_slot_is_rebuilt_exactly(env_id):
    whole, again = EnvSlot(env_id, 5, 1), EnvSlot(env_id, 5, 1)
    rng, space = np.random.default_rng(0), whole.env.action_space
    space.seed(1)

    def go(slot, steps, actions):
        seen = []
        for action in actions[:steps]:
            observation, reward, terminated, _, _ = slot.step(action)
            slot.actions.append(action)
            slot.total, slot.length = slot.total + reward, slot.length + 1
            if terminated or slot.length >= slot.limit:
                observation = slot.reset()
            slot.observation = observation
            seen.append((observation.tolist(), float(reward)))
        return seen

    actions = [space.sample() for _ in range(160)]
    go(whole, int(rng.integers(60, 80)), actions)
    while not whole.actions:
        go(whole, 1, actions)
    kept, meta = whole.state()
    kept, meta = kept.copy(), json.loads(json.dumps(meta))
    expected = go(whole, 60, actions[100:])
    again.restore(kept, meta)
    assert go(again, 60, actions[100:]) == expected
    assert again.total == whole.total and again.length == whole.length


@pytest.mark.parametrize("env_id", ["Taxi-v4", "Spaced-dict-multi-v0"])
def test_workers_and_a_resume_do_not_change_the_run(env_id):
    config = build_config(env_id, n_envs=4, n_steps=50, batch_size=50)
    with Trainer(config) as whole:
        whole.update()
        arrays, meta = whole.state()
        whole.update()
        sha = whole.parameters_sha256()
    with Trainer.from_state(arrays, json.loads(json.dumps(meta)), workers=2) as resumed:
        resumed.update()
        assert resumed.parameters_sha256() == sha


def test_wrappers_that_an_id_is_registered_with_are_kept():
    def tenfold(env):
        return gymnasium.wrappers.TransformReward(env, lambda reward: 10 * reward)

    gymnasium.register("Tenfold-v0", lambda: tenfold(Spaced("box", "start")), max_episode_steps=7)
    try:
        slot = EnvSlot("Tenfold-v0", 1, 0)
        assert isinstance(slot.env, PlainSpaces) and slot.limit == 7
        assert slot.step(2)[1] == 10, "the third action of −1, 0, 1, ten times over"
        env = make_env("Tenfold-v0")
        env.reset(seed=0)
        assert [env.step(0)[3] for _ in range(7)] == [False] * 6 + [True]
    finally:
        del gymnasium.registry["Tenfold-v0"]


@pytest.mark.parametrize("env_id", TOYS)
def test_the_toy_texts_start_and_learn_something(env_id):
    config = build_config(env_id, n_steps=128, total_timesteps=60_000, seed=1)
    with Trainer(config) as trainer:
        means = [trainer.update().ep_rew_mean for _ in range(25)]
    known = [mean for mean in means if np.isfinite(mean)]
    assert known[-1] > known[0], known
