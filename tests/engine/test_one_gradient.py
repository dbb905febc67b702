"""The light "NumPy equals torch on this very batch": it holds for every objective, and falls where one is wrong."""

from __future__ import annotations

import numpy as np
import pytest

from ppo_engine.jobs.autograd_check import compare
from ppo_engine.objectives import OBJECTIVES, PPOClip
from ppo_engine.one_gradient import SAMPLES, comparable, one_gradient
from ppo_engine.presets import build_config
from ppo_engine.self_checks import BOUNDS
from ppo_engine.trainer import Trainer
from tests.engine.small_runs import run, small_config

OPTIONS = {"shared_trunk": True, "clip_range_vf": 0.2, "kl_coef": 0.3, "ent_coef": 0.02, "activation": "relu"}


def kept_of(config, updates: int = 2):
    with Trainer(config) as trainer:
        assert one_gradient(trainer) is None, "there is no batch yet"
        for _ in range(updates):
            trainer.update()
        before = trainer.parameters_sha256()
        kept = one_gradient(trainer)
        assert trainer.parameters_sha256() == before
        trainer.update()
        return kept, trainer.parameters_sha256()


@pytest.mark.parametrize("env_id", ["CartPole-v1", "Pendulum-v1"])
@pytest.mark.parametrize("objective", OBJECTIVES)
def test_a_real_batch_agrees_with_autograd_and_keeping_it_changes_nothing(objective, env_id):
    config = small_config(env_id, objective=objective, **OPTIONS)
    kept, sha = kept_of(config)
    found = compare(kept)
    assert found["value"] < BOUNDS["autograd"] and found["length"] > 0
    assert found["update"] == 2 and found["samples"] == SAMPLES
    assert sha == run(config, 3)[0]


def test_the_ratios_are_not_one_so_that_the_clip_is_compared_too():
    kept, _ = kept_of(small_config(learning_rate=1e-2, anneal_lr=False, clip_range=0.05))
    assert compare(kept)["value"] < BOUNDS["autograd"]
    wider = bytes(kept["config"]).decode().replace('"clip_range": 0.05', '"clip_range": 10.0')
    assert wider.encode() != bytes(kept["config"])
    unclipped = compare({**kept, "config": np.frombuffer(wider.encode(), np.uint8)})
    assert unclipped["value"] > 100 * BOUNDS["autograd"], "a clip that never acts gives another gradient"


@pytest.mark.parametrize("name", ["gradient", "losses", "advantages", "old_log_prob", "parameters"])
def test_what_is_wrong_turns_the_light_red(name):
    kept, _ = kept_of(small_config("Pendulum-v1", **OPTIONS))
    wrong = kept[name] * np.float32(1.5) if name != "old_log_prob" else kept[name] + np.float32(0.05)
    assert compare({**kept, name: wrong})["value"] > BOUNDS["autograd"]


def test_a_slope_that_is_two_percent_off_is_found(monkeypatch):
    right = PPOClip.slope
    monkeypatch.setattr(PPOClip, "slope", lambda self, terms: right(self, terms) * np.float32(1.02))
    kept, _ = kept_of(small_config())
    assert compare(kept)["value"] > BOUNDS["autograd"]


def test_runs_that_the_reference_does_not_know_are_not_compared():
    assert comparable(small_config()) and not comparable(build_config("CarRacing-v3"))
