"""The clip lesson: six cases against PyTorch's autograd, and why a clipped batch is not a bounded one."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
import torch

from pages.shared.lesson_blocks import engine_source
from ppo_engine.lessons.clip_cases import case_of
from ppo_engine.lessons.clipped_epochs import log_ratios, small_batch
from ppo_engine.objectives import PPOClip, Surrogate, Terms

RANGES = (0.05, 0.1, 0.2, 0.3, 0.5)
RATIOS = np.linspace(0.1, 2.0, 39)
ADVANTAGES = (-2.0, -0.7, 0.3, 1.5)


@pytest.mark.parametrize("clip_range", RANGES)
def test_gain_and_slopes_equal_autograds(clip_range):
    for ratio in RATIOS:
        if np.isclose(abs(ratio - 1), clip_range):
            continue  # at the knee itself the curve has no slope
        for advantage in ADVANTAGES:
            log_ratio = torch.tensor(np.log(ratio), dtype=torch.float64, requires_grad=True)
            r = log_ratio.exp()
            r.retain_grad()
            gain = torch.minimum(r * advantage, torch.clamp(r, 1 - clip_range, 1 + clip_range) * advantage)
            gain.backward()
            found = case_of(float(ratio), advantage, clip_range)
            assert found.gain == pytest.approx(gain.item(), rel=1e-12)
            assert found.slope == pytest.approx(log_ratio.grad.item(), rel=1e-12, abs=1e-15)
            assert found.slope_by_ratio == pytest.approx(r.grad.item(), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize(
    ("ratio", "advantage", "region", "branch", "slope"),
    [
        (0.5, 1.0, -1, "unclipped", 0.5), (1.1, 1.0, 0, "both", 1.1), (1.5, 1.0, 1, "clipped", 0.0),
        (0.5, -1.0, -1, "clipped", 0.0), (1.1, -1.0, 0, "both", -1.1), (1.5, -1.0, 1, "unclipped", -1.5),
    ],
)  # fmt: skip
def test_the_six_cases(ratio, advantage, region, branch, slope):
    found = case_of(ratio, advantage, 0.2)
    assert (found.region, found.branch) == (region, branch)
    assert found.slope == pytest.approx(slope)


def test_the_clipped_objective_is_a_lower_bound_and_equal_inside_the_band():
    terms = Terms(np.log(np.repeat(RATIOS, 4)), np.tile(ADVANTAGES, 39))
    clipped, plain = PPOClip(clip_range=0.2).gain(terms), Surrogate().gain(terms)
    assert (clipped <= plain + 1e-15).all() and (clipped < plain - 1e-9).any()
    inside = np.abs(np.exp(terms.log_ratio) - 1) <= 0.2
    np.testing.assert_allclose(clipped[inside], plain[inside])


def test_clipped_does_not_mean_bounded():
    """What the lesson says of its batch: most samples leave the band, killed ones are carried on, some push outside."""
    batch, objective = small_batch(), PPOClip(clip_range=0.2)
    logs = log_ratios(batch, objective, 3.0, 30)
    ratio, slope = np.exp(logs[-1]), objective.slope(Terms(logs[-1], batch.advantages))
    outside = np.abs(ratio - 1) > 0.2
    assert np.mean(~outside) < 0.5 and ratio.max() > 1.6
    assert np.mean(outside & (slope != 0)) > 0.1, "outside, and still pushing"
    free = np.exp(log_ratios(batch, Surrogate(), 3.0, 30)[-1])
    assert free.max() > ratio.max() + 0.5 and free.min() < ratio.min() / 5, "yet the clip holds much of it back"
    slopes = np.array([objective.slope(Terms(row, batch.advantages)) for row in logs])
    killed = (slopes == 0) & (np.abs(np.exp(logs) - 1) > 0.2)
    first = killed.argmax(axis=0)
    carried = [abs(logs[-1, i]) > abs(logs[first[i], i]) + 0.005 for i in range(len(first)) if killed[:, i].any()]
    assert np.mean(carried) > 0.25, "killed samples move on with the parameters that they share"


def test_one_epoch_is_one_step_along_autograds_gradient():
    batch = small_batch(20, seed=1)
    weights = torch.zeros(3, 3, dtype=torch.float64, requires_grad=True)
    features, actions = torch.tensor(batch.features), torch.tensor(batch.actions)
    old = torch.log_softmax(features @ weights, dim=1)[range(20), actions].detach()
    for _ in range(3):
        weights.grad = None
        log_ratio = torch.log_softmax(features @ weights, dim=1)[range(20), actions] - old
        r, a = log_ratio.exp(), torch.tensor(batch.advantages)
        torch.minimum(r * a, r.clamp(0.8, 1.2) * a).mean().backward()
        weights = (weights + 2.0 * weights.grad).detach().requires_grad_()
    last = torch.log_softmax(features @ weights, dim=1)[range(20), actions] - old
    found = log_ratios(batch, PPOClip(clip_range=0.2), 2.0, 3)
    np.testing.assert_allclose(found[-1], last.detach().numpy(), rtol=1e-10, atol=1e-14)
    assert not found[0].any()


def test_the_printed_lines_are_the_engines_own():
    printed = engine_source(PPOClip.gain, PPOClip.slope)
    lines = printed.code.splitlines()
    assert printed.where == "ppo_engine/objectives.py" and '"""' not in printed.code
    source = inspect.getsource(PPOClip)
    assert all(line.strip() in source for line in lines) and len([line for line in lines if line.strip()]) == 10
    assert "np.minimum(ratio * terms.advantage, clipped * terms.advantage)" in printed.code
