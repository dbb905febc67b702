"""Gains and slopes: hand-computed cases of the clip, slopes against autograd, the adaptive β at its boundaries."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import torch

from ppo_engine import reference
from ppo_engine.config import TrainConfig
from ppo_engine.objectives import OBJECTIVES, PPOKL, PPOClip, PPOKLAdaptive, Surrogate, Terms, make_objective


def terms(ratio, advantage) -> Terms:
    return Terms(np.log(np.asarray(ratio, np.float32)), np.asarray(advantage, np.float32))


@pytest.mark.parametrize(
    ("ratio", "advantage", "gain", "slope", "why"),
    [
        (1.0, 2.0, 2.0, 2.0, "in the band: the plain surrogate"),
        (1.1, -2.0, -2.2, -2.2, "in the band: the plain surrogate"),
        (1.5, 2.0, 2.4, 0.0, "good action already likelier by more than ε: killed"),
        (0.5, 2.0, 1.0, 1.0, "good action made unlikelier: still pushed back"),
        (0.5, -2.0, -1.6, 0.0, "bad action already unlikelier by more than ε: killed"),
        (1.5, -2.0, -3.0, -3.0, "bad action made likelier: still pushed back"),
    ],
)
def test_the_six_cases_of_the_clip(ratio, advantage, gain, slope, why):
    objective = PPOClip(clip_range=0.2)
    one = terms([ratio], [advantage])
    assert objective.gain(one)[0] == pytest.approx(gain, rel=1e-6), why
    assert objective.slope(one)[0] == pytest.approx(slope, rel=1e-6), why


@pytest.mark.parametrize("name", OBJECTIVES)
@pytest.mark.parametrize("clip_range", [0.05, 0.2, 0.5])
def test_gain_and_slope_agree_with_autograd_on_a_grid(name, clip_range):
    ratio = np.concatenate([np.geomspace(0.05, 20, 41), [1 - clip_range - 1e-3, 1 + clip_range + 1e-3, 1.0]])
    advantage = np.array([-3.0, -1.0, -0.01, 0.0, 0.01, 1.0, 3.0])
    grid = terms(*(axis.ravel() for axis in np.meshgrid(ratio, advantage)))
    config = TrainConfig(objective=name, clip_range=clip_range)
    objective = make_objective(config)

    log_ratio = torch.tensor(grid.log_ratio, requires_grad=True)
    gain = reference.objective_gain(config, log_ratio, torch.tensor(grid.advantage))
    (slope,) = torch.autograd.grad(gain.sum(), log_ratio)

    np.testing.assert_allclose(objective.gain(grid), gain.detach().numpy(), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(objective.slope(grid), slope.numpy(), rtol=1e-5, atol=1e-6)


def test_a_wide_clip_is_the_unclipped_surrogate():
    grid = terms(np.geomspace(0.1, 8, 50), np.linspace(-2, 2, 50))
    np.testing.assert_array_equal(PPOClip(clip_range=9.0).slope(grid), Surrogate().slope(grid))
    assert (PPOClip(clip_range=0.1).slope(grid) != Surrogate().slope(grid)).any()


def test_the_clip_never_promises_more_than_the_surrogate():
    grid = terms(np.geomspace(0.1, 8, 50), np.linspace(-2, 2, 50))
    clipped, unclipped = PPOClip(clip_range=0.2).gain(grid), Surrogate().gain(grid)
    assert (clipped <= unclipped).all() and (clipped < unclipped).any()


@pytest.mark.parametrize("name", OBJECTIVES)
def test_asking_twice_changes_nothing(name):
    objective = make_objective(TrainConfig(objective=name))
    grid = terms([0.5, 1.0, 2.0], [1.0, -1.0, 1.0])
    before = dataclasses.asdict(objective)
    first = objective.gain(grid), objective.slope(grid)
    np.testing.assert_array_equal(first, (objective.gain(grid), objective.slope(grid)))
    assert dataclasses.asdict(objective) == before
    with pytest.raises(dataclasses.FrozenInstanceError):
        objective.clip_range = 0.5


@pytest.mark.parametrize("name", OBJECTIVES)
def test_every_field_of_an_objective_is_a_knob_of_the_config(name):
    config = TrainConfig(objective=name, clip_range=0.11, kl_coef=0.7, d_targ=0.023)
    for field in dataclasses.fields(OBJECTIVES[name]):
        assert getattr(make_objective(config), field.name) == getattr(config, field.name)
    assert OBJECTIVES[name].title and OBJECTIVES[name].formula


@pytest.mark.parametrize(
    ("kl", "factor"),
    [
        (0.0, 0.5),
        (math.nextafter(0.03 / 1.5, 0), 0.5),
        (0.03 / 1.5, 1),
        (0.03, 1),
        (0.03 * 1.5, 1),
        (math.nextafter(0.03 * 1.5, 1), 2),
        (1e9, 2),
        (math.inf, 2),
        (math.nan, 2),
    ],
)
def test_adaptive_beta_at_its_boundaries(kl, factor):
    objective = PPOKLAdaptive(kl_coef=0.4, d_targ=0.03)
    after = objective.after_update(kl)
    assert after.kl_coef == 0.4 * factor
    assert objective.kl_coef == 0.4, "the old objective must not move"
    assert after.d_targ == 0.03
    if math.isfinite(kl):
        assert reference.adapted_kl_coef(0.4, kl, 0.03) == after.kl_coef


def test_adaptive_beta_can_come_back_from_both_ends():
    low = high = PPOKLAdaptive(kl_coef=1.0, d_targ=0.01)
    for _ in range(200):
        low, high = low.after_update(0.0), high.after_update(1.0)
    assert 0 < low.kl_coef <= 1e-6 and 1e6 <= high.kl_coef < math.inf
    assert low.after_update(1.0).kl_coef > low.kl_coef and high.after_update(0.0).kl_coef < high.kl_coef


@pytest.mark.parametrize("objective", [PPOKL(kl_coef=1.0), PPOClip(), Surrogate()])
def test_only_the_adaptive_objective_changes_between_updates(objective):
    assert objective.after_update(10.0) == objective == objective.after_update(0.0)
