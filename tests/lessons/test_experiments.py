"""Each lesson's experiment, trained: it behaves as the lesson says it will."""

from __future__ import annotations

import numpy as np
import pytest

from ppo_engine.trainer import Trainer
from tests.lessons.lesson_pages import experiment, lessons

LESSONS = lessons()
SEED = 2  # seeds 1 to 3 have been looked at; one of them is enough to notice a change
pytestmark = pytest.mark.slow


def rows(slug, updates, **changes):
    """The reports of the first updates of a lesson's experiment."""
    with Trainer(experiment(LESSONS[slug], seed=SEED, **changes)) as trainer:
        return [trainer.update() for _ in range(updates)]


def mean(reports, name):
    return float(np.mean([getattr(report, name) for report in reports]))


def test_policy_gradients_rise_slowly():
    plain = rows("learn-policy-gradients", 120)
    clipped = rows("learn-policy-gradients", 120, objective="ppo_clip", credit="gae")
    assert 30 < plain[-1].ep_rew_mean < 0.6 * clipped[-1].ep_rew_mean


def test_importance_weights_without_a_guard_run_away():
    reports = rows("learn-importance-sampling", 5)
    assert max(report.kl for report in reports) > 1
    assert max(report.ratio_max for report in reports) > 1.5


def test_a_trust_region_keeps_the_kl_below_its_limit():
    reports = rows("learn-trust-region", 60)
    assert max(report.kl for report in reports) <= 0.0101
    assert reports[-1].ep_rew_mean > 2 * reports[0].ep_rew_mean, "and learns all the same"


def test_an_adaptive_penalty_climbs_and_then_hunts():
    reports = rows("learn-kl-penalty", 60)
    prices = [report.kl_coef for report in reports]
    assert prices[0] == 0.01 and max(prices[:14]) > 0.3
    decided = {report.detail["controller"]["decision"] for report in reports[14:]}
    assert {"double", "halve"} <= decided, "back and forth"


def test_a_narrow_clip_kills_more_and_moves_less():
    narrow, usual = (rows("learn-clipping", 60, clip_range=clip) for clip in (0.05, 0.2))
    assert experiment(LESSONS["learn-clipping"]).clip_range == 0.05
    assert mean(narrow, "kl") < 0.25 * mean(usual, "kl")
    assert mean(narrow, "killed_fraction") > mean(usual, "killed_fraction")
    assert narrow[-1].ep_rew_mean > 0.75 * usual[-1].ep_rew_mean, "and the return rises as fast"


def test_without_lambda_the_start_is_slower():
    only_critic, usual = (rows("learn-advantages", 60, gae_lambda=lam) for lam in (0.0, 0.8))
    assert experiment(LESSONS["learn-advantages"]).gae_lambda == 0
    assert only_critic[29].ep_rew_mean < usual[29].ep_rew_mean
    assert mean(only_critic, "kl") > 1.2 * mean(usual, "kl")


def test_the_loop_ends_in_full_episodes_and_one_epoch_does_not():
    reports = rows("learn-ppo-loop", 60)
    ended = [episode.ret for report in reports[-6:] for episode in report.episodes]
    assert np.median(ended) == 500
    once = rows("learn-ppo-loop", 60, n_epochs=1)
    assert mean(once, "kl") < 0.5 * mean(reports, "kl") and once[-1].ep_rew_mean < reports[-1].ep_rew_mean
