"""The self-checks hold on real updates and fall on broken ones; trajectory products by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ppo_engine.objectives import OBJECTIVES, TRPO, PPOClip, Terms
from ppo_engine.self_checks import BOUNDS, SAYS, checks, measure, trajectory_products
from ppo_engine.trainer import Trainer
from tests.engine.small_runs import small_config


@pytest.mark.parametrize("env_id", ["CartPole-v1", "Pendulum-v1"])
@pytest.mark.parametrize("objective", OBJECTIVES)
def test_every_check_holds_in_every_update(objective, env_id):
    with Trainer(small_config(env_id, objective=objective)) as trainer:
        for _ in range(4):
            found = checks(trainer.update().detail["checks"])
            assert found and all(check.holds for check in found), [check for check in found if not check.holds]


def normal_terms(shift: float = 0.0) -> Terms:
    advantage = np.random.default_rng(0).standard_normal(64).astype(np.float32)
    advantage = (advantage - advantage.mean()) / advantage.std(ddof=1)
    return Terms(np.full(64, shift, np.float32), advantage)


ADVANTAGE = normal_terms().advantage


class Unbounded(PPOClip):
    """A clip that forgot the minimum: it rewards what it should hold."""

    def gain(self, terms):
        return np.exp(terms.log_ratio) * terms.advantage + 0.1


BROKEN = {
    "first_ratio": lambda: measure(PPOClip(), normal_terms(0.01), 64, 0.1, True),
    "negative_kl": lambda: measure(PPOClip(), normal_terms(), 64, -0.1, True),
    "advantage_mean": lambda: measure(PPOClip(), Terms(np.zeros(64), normal_terms().advantage + 1), 64, 0.1, True),
    "advantage_deviation": lambda: measure(PPOClip(), Terms(np.zeros(64), normal_terms().advantage * 2), 64, 0.1, True),
    "clip_above": lambda: measure(Unbounded(), normal_terms(), 64, 0.1, True),
    "first_slope": lambda: measure(
        type("Doubled", (PPOClip,), {"slope": lambda self, terms: 2 * terms.advantage})(), normal_terms(), 64, 0.1, True
    ),
    "beyond_radius": lambda: measure(TRPO(max_kl=0.01), normal_terms(), 64, 0.0102, True),
    "surrogate_fell": lambda: measure(TRPO(), normal_terms()._replace(log_ratio=-0.01 * ADVANTAGE), 64, 0, True),
    "autograd": lambda: {"autograd": 2e-4},
}


@pytest.mark.parametrize("name", SAYS)
def test_a_broken_update_turns_its_light_off(name):
    fallen = [check.name for check in checks(BROKEN[name]()) if not check.holds]
    assert fallen == [name]
    assert name in BOUNDS


def test_trajectory_products_end_with_their_episodes():
    log_ratio = np.log(np.array([[2.0, 1.0], [3.0, 0.5], [5.0, 0.5]]))
    dones = np.array([[False, False], [True, False], [False, False]])
    found = trajectory_products(log_ratio, dones)
    assert found["pieces"] == 3 and found["mean_length"] == pytest.approx(2)
    assert np.exp(found["log_product_max"]) == pytest.approx(6)
    assert np.exp(found["log_product_median"]) == pytest.approx(5)
    assert np.exp(found["log_product_min"]) == pytest.approx(0.25)
    assert np.exp(found["log_product_low"]) == pytest.approx(math.sqrt(0.25 * 5)), "halfway, in logarithms"
    assert np.exp(found["log_step_mean"]) == pytest.approx((2 * 3 * 5 * 1 * 0.5 * 0.5) ** (1 / 6))
    assert np.exp([found["log_step_min"], found["log_step_max"]]) == pytest.approx([0.5, 5])
