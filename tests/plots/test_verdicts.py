"""Thresholds of the tiles' warnings, and the sentence under the charts."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ppo_engine.plots import verdicts
from ppo_engine.report import REPORT_KEYS

NAN = float("nan")


def report(**values):
    calm = dict.fromkeys(REPORT_KEYS, 0.0) | {
        "update": 50, "kl": 0.012, "clip_fraction": 0.12, "killed_fraction": 0.07, "active_outside_fraction": 0.05,
        "explained_variance": 0.8, "ratio_max": 1.6, "entropy": 0.9, "ep_rew_mean": 100.0, "fps": 20000.0,
    }  # fmt: skip
    return calm | values


@pytest.mark.parametrize(
    ("sentence", "quiet", "loud"),
    [
        (verdicts.kl_warning, [0.0, 0.1, NAN], [0.1001, 0.31, math.inf]),
        (verdicts.clip_warning, [0.0, 0.35, NAN], [0.36, 1.0]),
        (verdicts.ratio_warning, [1.0, 5.0, NAN], [5.1, 1e6]),
        (lambda e: verdicts.entropy_warning(e, 4), [0.07, 1.38, NAN], [0.069, 0.0]),
        (lambda v: verdicts.critic_warning(v, 11), [0.0, 0.9, NAN], [-0.01, -5.0]),
    ],
)
def test_thresholds(sentence, quiet, loud):
    assert [sentence(value) for value in quiet] == [""] * len(quiet)
    assert all(sentence(value).endswith(".") for value in loud)


def test_kl_sentence_is_the_one_that_was_promised():
    said = verdicts.kl_warning(0.31)
    assert said == "KL 0.31: the new policy has left the region where the surrogate can be believed."


def test_continuous_policies_have_no_entropy_limit_and_a_young_critic_is_not_judged():
    assert verdicts.entropy_warning(-3.0, 0) == ""
    assert verdicts.critic_warning(-1.0, 10) == ""


def test_a_return_that_lost_half_of_its_gain_is_told():
    climb = np.linspace(-200, 200, 30)
    assert verdicts.return_warning(climb) == ""
    assert verdicts.return_warning(np.r_[climb, 150]) == ""
    assert "has fallen from 200" in verdicts.return_warning(np.r_[climb, -50])
    assert verdicts.return_warning(np.array([NAN, 1.0, -100.0])) == "", "too early to judge"


def test_tiles_are_quiet_for_a_calm_update_and_hold_a_sentence_each_for_a_wild_one():
    calm = verdicts.tiles(report(), np.full(20, 100.0), 4)
    assert [tile.label for tile in calm] == list(verdicts.MEANINGS) and not any(tile.warning for tile in calm)
    wild = report(kl=0.4, clip_fraction=0.6, ratio_max=40, entropy=0.001, explained_variance=-2, ep_rew_mean=-300)
    loud = verdicts.tiles(wild, np.r_[np.linspace(0, 200, 20), -300], 4)
    assert [bool(tile.warning) for tile in loud] == [True] * 6 + [False]
    assert all(tile.meaning for tile in loud)


def test_the_sentence_is_written_from_the_numbers():
    said = verdicts.sentence(report(kl=0.031, clip_fraction=0.12), objective="ppo_clip", threshold=200)
    assert said == (
        "What you see: the policy moved a lot this update (KL 0.031); 12 % of samples left the band, "
        "and the clip silenced 7.0 %."
    )
    assert "solved" in verdicts.sentence(report(ep_rew_mean=210.0), objective="ppo_clip", threshold=200)
    assert "nothing holds them back" in verdicts.sentence(report(), objective="surrogate")
    assert "trust region" in verdicts.sentence(report(), objective="trpo")
    calm = report(clip_fraction=0.0, killed_fraction=0.0)
    assert "no sample left the band" in verdicts.sentence(calm, objective="ppo_clip")


@pytest.mark.parametrize("broken", [NAN, math.inf, -math.inf])
def test_numbers_that_are_not_numbers_do_no_harm(broken):
    wild = dict.fromkeys(REPORT_KEYS, broken) | {"update": 3}
    assert verdicts.tiles(wild, np.array([broken]), 4)[1].value == "–"
    assert verdicts.sentence(wild, objective="ppo_clip", threshold=200.0).startswith("What you see")


def test_numbers_are_written_plainly():
    assert verdicts.show(-12.345, 1) == "−12.3" and verdicts.show(12345, 0) == "12\u202f345"
    assert verdicts.show(-1e-9, 3) == "0.000" and verdicts.show(107.8404, 4) == "107.84"
    assert verdicts.show(-1445.83, 1) == "−1\u202f445.8"
    assert verdicts.percent(0.071) == "7.1 %" and verdicts.percent(0.42) == "42 %" and verdicts.percent(NAN) == "–"
