"""The equivalent code: Stable-Baselines3's script, run as printed, has the very knobs; our command the same config."""

from __future__ import annotations

import runpy
import shlex

import numpy as np
import pytest
import torch

from ppo_engine.config import TrainConfig
from ppo_engine.jobs import control
from ppo_engine.jobs.commands.parser import make_parser, parse_settings
from ppo_engine.jobs.exports.equivalents import cleanrl_command, own_command
from ppo_engine.jobs.exports.formats import CannotExport
from ppo_engine.jobs.exports.sb3_script import equivalents, sb3_code
from ppo_engine.jobs.exports.writing import export
from ppo_engine.jobs.life import Life
from ppo_engine.presets import build_config

SMALL = {"n_envs": 2, "n_steps": 32, "batch_size": 16, "n_epochs": 3, "total_timesteps": 128, "seed": 5}


def trained(config, tmp_path, monkeypatch):
    """The model that the printed script leaves."""
    script = tmp_path / "script.py"
    script.write_text(sb3_code(config), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return runpy.run_path(str(script))["model"]


def test_the_script_as_printed_trains_with_the_same_knobs(tmp_path, monkeypatch):
    config = TrainConfig(
        "Pendulum-v1", **SMALL, learning_rate=7e-4, anneal_lr=True, clip_range=0.13, clip_range_vf=0.4, gamma=0.97,
        gae_lambda=0.91, ent_coef=0.002, vf_coef=0.7, max_grad_norm=0.8, target_kl=0.03, normalize_advantage=False,
        normalize_observation=True, normalize_reward=True, hidden_sizes=(32, 16), activation="relu", log_std_init=-0.5,
    )  # fmt: skip
    model = trained(config, tmp_path, monkeypatch)
    assert model.num_timesteps == config.total_timesteps and model._n_updates == 2 * config.n_epochs
    for name in ("n_steps", "batch_size", "n_epochs", "gamma", "gae_lambda", "ent_coef", "vf_coef", "max_grad_norm",
                 "target_kl", "normalize_advantage", "seed"):  # fmt: skip
        assert getattr(model, name) == getattr(config, name), name
    assert (model.clip_range(1.0), model.clip_range_vf(1.0)) == (0.13, 0.4)
    # It asks for the rate once a rollout has been counted: the first update's is the full one, as ours.
    left = 1 - config.batch / config.total_timesteps
    assert model.lr_schedule(left) == pytest.approx(7e-4)
    assert model.lr_schedule(0.0) == pytest.approx(7e-4 * config.batch / config.total_timesteps)
    env = model.get_env()
    assert (env.num_envs, env.norm_obs, env.norm_reward, env.gamma) == (2, True, True, 0.97)
    widths = [layer.out_features for layer in model.policy.mlp_extractor.policy_net if hasattr(layer, "out_features")]
    assert widths == [32, 16] and isinstance(model.policy.mlp_extractor.policy_net[1], torch.nn.ReLU)
    assert model.policy.log_std_init == -0.5
    assert list(tmp_path.glob("ppo-Pendulum-v1*")), "the trained model is saved"


def test_other_objectives(tmp_path, monkeypatch):
    config = TrainConfig("CartPole-v1", **SMALL, objective="surrogate", max_grad_norm=None)
    bare = trained(config, tmp_path, monkeypatch)
    assert bare.clip_range(1.0) == 1e9 and np.isinf(bare.max_grad_norm) and bare.n_epochs == 3
    once = trained(
        TrainConfig("CartPole-v1", **SMALL, objective="policy_gradient", credit="baseline", gae_lambda=0.9),
        tmp_path, monkeypatch,
    )  # fmt: skip
    assert once.n_epochs == 1 and once.gae_lambda == 1.0
    region = trained(
        TrainConfig("CartPole-v1", **SMALL, objective="trpo", max_kl=0.02, cg_iterations=7, cg_damping=0.03),
        tmp_path, monkeypatch,
    )  # fmt: skip
    assert (type(region).__name__, region.target_kl, region.cg_max_steps) == ("TRPO", 0.02, 7)
    assert (region.cg_damping, region.n_critic_updates) == (0.03, 3)


def test_a_shared_trunk_is_shared(tmp_path, monkeypatch):
    config = TrainConfig("CartPole-v1", **SMALL, shared_trunk=True, hidden_sizes=(24, 12))
    policy = trained(config, tmp_path, monkeypatch).policy
    assert policy.features_extractor is policy.pi_features_extractor is policy.vf_features_extractor
    assert [layer.out_features for layer in policy.features_extractor.layers[::2]] == [24, 12]
    assert policy.action_net.in_features == policy.value_net.in_features == 12


@pytest.mark.parametrize(
    "knobs",
    [
        {},
        {"objective": "ppo_kl_adaptive", "d_targ": 0.02, "seed": 9},
        {"clip_range_vf": 0.2, "max_grad_norm": None, "hidden_sizes": (32,), "anneal_lr": False, "ent_coef": 1 / 3},
        {"objective": "trpo", "max_kl": 0.004, "total_timesteps": 12_345, "shared_trunk": True},
    ],
)
def test_our_own_command_is_the_same_config(knobs):
    config = build_config("CartPole-v1", "big-step", **knobs)
    words = shlex.split(own_command(config))
    assert words[:4] == ["python", "-m", "ppo_engine", "train"]
    chosen = make_parser().parse_args(words[3:])
    given = parse_settings(chosen.settings) | {"seed": chosen.seed, "total_timesteps": chosen.total_timesteps}
    assert build_config(chosen.env_id, chosen.preset, chosen.objective, **given) == config


def test_cleanrl_gets_what_means_the_same_there():
    config = TrainConfig("CartPole-v1", n_envs=4, n_steps=128, batch_size=128, target_kl=0.02, clip_range_vf=0.2)
    command, differs = cleanrl_command(config)
    words = shlex.split(command)
    assert words[:2] == ["python", "cleanrl/ppo.py"]
    said = dict(zip(words[2:], words[3:], strict=False))
    assert (said["--num-minibatches"], said["--vf-coef"], said["--target-kl"]) == ("4", "1.0", "0.03")
    assert "--clip-vloss" in words and "--no-anneal-lr" in words and any("time limit" in text for text in differs)
    assert "continuous" in cleanrl_command(TrainConfig("Pendulum-v1"))[0]


@pytest.mark.parametrize(
    ("knobs", "word"),
    [
        ({"objective": "ppo_kl"}, "KL penalty"),
        ({"objective": "ppo_kl_adaptive"}, "KL penalty"),
        ({"kl_coef": 0.5}, "KL penalty"),
        ({"objective": "reinforce"}, "episode_return"),
        ({"credit": "reward_to_go"}, "reward_to_go"),
        ({"env_id": "CarRacing-v3", "batch_size": 16}, "images"),
    ],
)
def test_what_has_no_equivalent_is_refused_in_one_sentence(knobs, word):
    config = TrainConfig(**{"env_id": "CartPole-v1", **knobs})
    for make in (sb3_code, cleanrl_command):
        with pytest.raises(CannotExport) as refused:
            make(config)
        assert word in str(refused.value) and str(refused.value).count(". ") == 0


def test_the_file_names_the_other_commands_and_what_was_moved(written, runs, pole, tmp_path):
    folder = written(pole)
    control.set_knob(runs, folder.run_id, clip_range=0.1)
    Life(folder).run()
    export([folder], "sb3", tmp_path / "sb3.py")
    text = (tmp_path / "sb3.py").read_text(encoding="utf-8")
    compile(text, "sb3.py", "exec")
    assert "cleanrl/ppo.py" in text and "python -m ppo_engine train" in text
    assert "# At update 1, clip_range was moved to 0.1; here it stays as it began." in text
    assert [part.title for part in equivalents(folder)] == ["Stable-Baselines3", "CleanRL", "PPO Playground"]
