"""Settings: every kind of bad input is refused in one sentence naming the field, and good ones round-trip."""

from __future__ import annotations

import json
import math
import pickle
import subprocess
import sys

import pytest

from ppo_engine.config import KNOBS, TrainConfig
from ppo_engine.envs import ENVIRONMENTS, check_env_id, describe, make_env
from ppo_engine.knobs import ConfigError
from ppo_engine.pixels import SKIP
from ppo_engine.presets import PRESETS, build_config, presets_for

NUMBERS = [name for name, knob in KNOBS.items() if knob.scale in ("linear", "log", "integer")]
BAD_NUMBERS = [math.nan, math.inf, -math.inf, -1e9, 1e308, 10**400, "", " ", "nan", "abc", "1e999", True, [], {}]


def refusal(**values) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        TrainConfig(**values)
    return caught.value


@pytest.mark.parametrize("bad", BAD_NUMBERS, ids=repr)
@pytest.mark.parametrize("name", NUMBERS)
def test_a_bad_number_is_refused_by_name(name, bad):
    error = refusal(**{name: bad})
    assert error.field == name
    sentence = str(error)
    assert sentence.startswith(f"{name} is ") and sentence.endswith(".") and "\n" not in sentence
    assert len(sentence) < 300


@pytest.mark.parametrize("name", NUMBERS)
def test_the_edges_of_a_range_are_allowed_and_what_lies_beyond_is_not(name):
    knob = KNOBS[name]
    assert knob.check(knob.low) == knob.low and knob.check(knob.high) == knob.high
    for beyond in (knob.low - 1, knob.high + 1):
        with pytest.raises(ConfigError):
            knob.check(beyond)


@pytest.mark.parametrize("name", [name for name in NUMBERS if not KNOBS[name].optional])
def test_none_is_refused_where_a_knob_cannot_be_off(name):
    assert refusal(**{name: None}).field == name


@pytest.mark.parametrize("name", [name for name in NUMBERS if KNOBS[name].optional])
@pytest.mark.parametrize("off", [None, "none", "off"])
def test_an_optional_knob_can_be_off(name, off):
    assert getattr(TrainConfig(**{name: off}), name) is None


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("objective", "ppo"), ("objective", ""), ("objective", None), ("objective", "x" * 10_000), ("objective", 3),
        ("activation", "gelu"), ("activation", True), ("backend", "cuda"),
        ("anneal_lr", "maybe"), ("anneal_lr", 2), ("anneal_lr", None),
        ("hidden_sizes", ()), ("hidden_sizes", "64-"), ("hidden_sizes", (0,)), ("hidden_sizes", (64,) * 9),
        ("hidden_sizes", (10**9,)), ("hidden_sizes", 64), ("hidden_sizes", (math.nan,)), ("hidden_sizes", None),
        ("n_envs", 2.5), ("n_steps", "12.5"), ("seed", -1),
    ],
)  # fmt: skip
def test_other_bad_values_are_refused_by_name(name, bad):
    error = refusal(**{name: bad})
    assert error.field == name and len(str(error)) < 300


def test_a_minibatch_larger_than_the_rollout_is_refused_with_both_numbers():
    error = refusal(n_envs=4, n_steps=8, batch_size=33)
    assert error.field == "batch_size" and "32" in str(error) and "33" in str(error)
    assert TrainConfig(n_envs=4, n_steps=8, batch_size=32).batch == 32


def test_a_rollout_of_one_sample_is_refused():
    assert refusal(n_envs=1, n_steps=1, batch_size=2).field == "n_steps"


BAD_IDS = [
    "NoSuch-v0", "os:X", "os:CartPole-v1", "antigravity:CartPole-v1", "../x", "/etc/passwd", "", " ", "CartPole-v1 ",
    "cartpole-v1", "CartPole-v1\n", "CartPole-v0", "LunarLander-v2", "<script>alert(1)</script>",
    "Cart\x00Pole", "x" * 10_000, "ünïcödé-v1", None, 7, True, [], {}, b"CartPole-v1", math.nan,
]  # fmt: skip


@pytest.mark.parametrize("bad", BAD_IDS, ids=lambda bad: repr(bad)[:30])
def test_a_bad_environment_id_is_refused(bad):
    for check in (check_env_id, describe, make_env, presets_for, build_config):
        with pytest.raises(ConfigError) as caught:
            check(bad)
        sentence = str(caught.value)
        assert caught.value.field == "env_id" and len(sentence) < 500 and "\n" not in sentence
    assert refusal(env_id=bad).field == "env_id"


def test_an_id_that_names_a_module_imports_nothing():
    code = (
        "import sys\n"
        "from ppo_engine.envs import make_env\n"
        "for bad in ('antigravity:CartPole-v1', 'this:X', 'turtle:Y-v0'):\n"
        "    try: make_env(bad)\n"
        "    except ValueError as error: print(error)\n"
        "print(sorted({'antigravity', 'this', 'turtle'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, cwd=".")
    assert done.stdout.count("env_id is") == 3 and done.stdout.endswith("[]\n"), done.stdout + done.stderr


def test_an_unknown_key_is_refused():
    for make in (TrainConfig.from_dict, lambda d: TrainConfig().with_(**d), lambda d: build_config("CartPole-v1", **d)):
        with pytest.raises(ConfigError) as caught:
            make({"learning_rat": 1e-3})
        assert "learning_rat" in str(caught.value)


@pytest.mark.parametrize("bad", [{"preset": "nope"}, {"preset": ""}, {"objective": "nope"}, {"preset": "x" * 9999}])
def test_a_bad_preset_or_objective_is_refused(bad):
    with pytest.raises(ConfigError) as caught:
        build_config("CartPole-v1", **bad)
    assert caught.value.field in bad and len(str(caught.value)) < 300


def test_text_is_read_as_a_command_line_writes_it():
    config = TrainConfig(clip_range="0.1", n_envs="8", anneal_lr="true", hidden_sizes="32-16", target_kl="off")
    assert (config.clip_range, config.n_envs, config.anneal_lr, config.target_kl) == (0.1, 8, True, None)
    assert config.hidden_sizes == (32, 16)
    assert config == TrainConfig(clip_range=0.1, n_envs=8, anneal_lr=True, hidden_sizes=[32, 16])


def test_json_round_trip_and_missing_keys_take_defaults():
    config = TrainConfig(env_id="Pendulum-v1", clip_range_vf=0.3, hidden_sizes=(32,), seed=9)
    assert TrainConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config
    assert TrainConfig.from_dict({"seed": 9}) == TrainConfig(seed=9)
    assert hash(config) == hash(TrainConfig.from_dict(config.to_dict()))


def test_a_record_is_told_of_without_its_environment():
    values = {**TrainConfig(seed=9).to_dict(), "env_id": "antigravity:Gone-v0"}
    record = TrainConfig.from_record(values)
    assert (record.env_id, record.seed) == ("antigravity:Gone-v0", 9) and "antigravity" not in sys.modules
    assert TrainConfig.from_record({"seed": 9}) == TrainConfig(seed=9)
    for bad in ({"clip_range": -1}, {"learning_rat": 1}):
        with pytest.raises(ConfigError):
            TrainConfig.from_record({**values, **bad})


def test_the_error_survives_a_process_boundary():
    error = refusal(clip_range=-1)
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.field, again.value) == (str(error), "clip_range", -1)


def test_totals():
    config = TrainConfig(n_envs=4, n_steps=100, batch_size=64, total_timesteps=1001)
    assert (config.batch, config.total_updates) == (400, 3)


@pytest.mark.parametrize("env_id", ENVIRONMENTS)
def test_what_is_said_of_an_environment_is_true(env_id):
    import gymnasium

    info, env, spec = describe(env_id), make_env(env_id), gymnasium.spec(env_id)
    held = SKIP.get(env_id, 1)
    try:
        assert env.observation_space.shape == (info.obs_dim,)
        discrete = isinstance(env.action_space, gymnasium.spaces.Discrete)
        assert discrete == info.discrete
        assert info.action_dim == (env.action_space.n if discrete else env.action_space.shape[0])
        assert len(info.action_names) == info.action_dim
        assert info.max_episode_steps == spec.max_episode_steps // held
        assert info.fps == env.metadata["render_fps"] // held
        assert info.threshold == spec.reward_threshold
    finally:
        env.close()


@pytest.mark.parametrize(("env_id", "name"), [(env_id, name) for env_id in ENVIRONMENTS for name in PRESETS[env_id]])
def test_every_preset_is_a_config_with_its_reason(env_id, name):
    preset = PRESETS[env_id][name]
    assert (preset.name, preset.env_id) == (name, env_id)
    assert preset.title and preset.reason.endswith(".") and preset.look_for.endswith(".")
    config = build_config(env_id, name)
    assert all(getattr(config, knob) == value for knob, value in preset.values.items())
    assert next(iter(PRESETS[env_id].values())).instructive_failure is False, "the default is the one that solves it"


def test_the_lander_has_quick_and_sure_and_there_are_instructive_failures():
    assert {"quick", "sure"} <= set(PRESETS["LunarLander-v3"])
    assert sum(preset.instructive_failure for presets in PRESETS.values() for preset in presets.values()) >= 2


def test_overrides_win_over_the_preset_and_an_objective_brings_its_own_defaults():
    assert build_config("CartPole-v1", learning_rate=0.02).learning_rate == 0.02
    assert build_config("CartPole-v1", objective="ppo_kl").kl_coef > 0
    assert build_config("CartPole-v1", objective="ppo_kl", kl_coef=0.0).kl_coef == 0
    assert build_config("CartPole-v1").objective == "ppo_clip"
