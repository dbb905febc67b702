"""Diagnosis: hand-made curves name the illness they were made with, and each recorded case is diagnosed as itself."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ppo_engine.config import TrainConfig
from ppo_engine.plots.case_curves import CURVES, case_figure
from ppo_engine.plots.diagnosis import TITLES, diagnose
from ppo_engine.recordings import load
from ppo_engine.recordings.case_histories import CASES, config_of, recorded_case
from ppo_engine.report import REPORT_KEYS
from ppo_engine.trainer import Trainer

POLE = TrainConfig.from_dict({"env_id": "CartPole-v1", "learning_rate": 1e-3})


def curves(count=40, **columns):
    """Rows of a calm run whose return climbs from 20 to 300, with some columns replaced."""
    calm = {
        "update": np.arange(1, count + 1), "kl": 0.01, "entropy": np.linspace(0.69, 0.4, count),
        "explained_variance": 0.7, "value_loss": np.geomspace(100, 1, count), "learning_rate": 1e-3,
        "ep_rew_mean": np.linspace(20, 300, count),
    }  # fmt: skip
    columns = calm | columns
    rows = np.zeros((count, len(REPORT_KEYS)))
    for index, key in enumerate(REPORT_KEYS):
        rows[:, index] = columns.get(key, 0.0)
    return np.arange(1, count + 1), rows


def at(count, **where):
    """A column that is 0.01 but for the updates named ``u5=…``."""
    column = np.full(count, 0.01)
    for update, value in where.items():
        column[int(update[1:]) - 1] = value
    return column


def test_a_calm_climb_is_healthy_and_cites_nothing():
    found = diagnose(POLE, *curves())
    assert (found.case, found.evidence, found.move) == ("healthy", None, None)
    assert "from 20 to 300" in found.sentence and "KL 0.0100 nats" in found.sentence


@pytest.mark.parametrize(
    ("kl", "case", "first"),
    [
        (at(40, u7=0.2, u12=0.2), "healthy", None),
        (at(40, u7=0.2, u12=0.2, u16=0.11), "step", 7),
        (at(40, u7=0.2, u12=0.2, u17=0.2), "healthy", None),
        (at(40, u20=1.01), "step", 20),
        (at(40, u20=0.99), "healthy", None),
        (at(40, u4=math.inf), "step", 4),
        (at(40, u4=math.nan), "step", 4),
    ],
)
def test_three_leaps_within_ten_updates_or_a_huge_one_are_a_step_too_large(kl, case, first):
    found = diagnose(POLE.with_(learning_rate=0.03), *curves(kl=kl))
    assert found.case == case
    assert (found.evidence.update if found.evidence else None) == first
    if first:
        assert found.evidence.key == "kl" and f"at update {first}" in found.sentence
        assert (found.move.knob, found.move.old, found.move.new) == ("learning_rate", 0.03, 1e-3)
        assert found.move.words == "Learning rate: 0.03 → 0.001" and found.move.live


@pytest.mark.parametrize(
    ("knobs", "case", "knob", "new"),
    [
        ({"objective": "surrogate", "n_epochs": 40}, "reuse", "n_epochs", 1),
        ({"n_epochs": 80}, "reuse", "n_epochs", 10),
        ({"clip_range": 3.0}, "reuse", "clip_range", 0.2),
        ({"objective": "ppo_kl", "kl_coef": 0.003}, "reuse", "kl_coef", 1.0),
        ({"objective": "trpo", "max_kl": 1.0}, "step", "max_kl", 0.01),
        ({"learning_rate": 0.1, "n_epochs": 40}, "step", "learning_rate", 1e-3),
        ({"learning_rate": 2e-3, "n_epochs": 100}, "reuse", "n_epochs", 10),
        ({"learning_rate": 3e-4}, "step", "learning_rate", 1e-4),
    ],
)
def test_the_knob_furthest_from_usual_tells_a_large_step_from_a_reused_batch(knobs, case, knob, new):
    found = diagnose(POLE.with_(**knobs), *curves(kl=at(40, u9=4.0)))
    assert (found.case, found.move.knob, found.move.new) == (case, knob, new)


def test_a_run_that_solved_its_task_is_not_called_ill_for_its_leaps():
    found = diagnose(POLE, *curves(kl=at(40, u9=4.0), ep_rew_mean=np.linspace(20, 480, 40)))
    assert found.case == "healthy" and "although KL(old ‖ new) was 4.00 nats at update 9" in found.sentence


def test_certainty_far_from_the_goal_is_an_illness_and_near_it_is_not():
    entropy = np.r_[np.full(20, 0.5), np.full(20, 0.06)]  # a tenth of ln 2 is 0.0693
    stuck = np.r_[np.linspace(20, 150, 20), np.full(20, 150.0)]
    found = diagnose(POLE, *curves(entropy=entropy, ep_rew_mean=stuck))
    assert (found.case, found.evidence.key, found.evidence.update) == ("entropy", "entropy", 21)
    assert found.move.words == "Entropy bonus: 0 → 0.01"
    praised = diagnose(POLE.with_(normalize_advantage=False), *curves(entropy=entropy, ep_rew_mean=stuck))
    assert praised.move.words == "Normalise advantages: off → on" and praised.move.live
    near = np.r_[np.linspace(20, 400, 20), np.full(20, 400.0)]  # three quarters of the way is 361
    assert diagnose(POLE, *curves(entropy=entropy, ep_rew_mean=near)).case == "healthy"
    short = np.r_[np.full(36, 0.5), np.full(4, 0.06)]
    assert diagnose(POLE, *curves(entropy=short, ep_rew_mean=np.linspace(20, 200, 40))).case == "healthy"


def test_what_came_first_is_the_cause():
    stuck, certain = np.full(40, 21.0), np.r_[np.full(9, 0.5), np.full(31, 0.01)]
    assert diagnose(POLE, *curves(entropy=certain, ep_rew_mean=stuck, kl=at(40, u9=5.0))).case == "step"
    assert diagnose(POLE, *curves(entropy=certain, ep_rew_mean=stuck, kl=at(40, u30=5.0))).case == "entropy"


def test_a_critic_fails_only_where_there_is_something_to_explain():
    blind = {"explained_variance": 0.0, "value_loss": 120.0}
    found = diagnose(POLE.with_(clip_range_vf=0.02), *curves(**blind))
    assert (found.case, found.evidence.key, found.evidence.update) == ("critic", "explained_variance", 11)
    assert found.move.words == "Value clip: 0.02 → off"
    assert diagnose(POLE.with_(vf_coef=0.0), *curves(**blind)).move.words == "Value weight: 0 → 0.5"
    assert diagnose(POLE, *curves(**blind)).move is None
    assert diagnose(POLE, *curves(explained_variance=0.0)).case == "healthy", "its loss shrank a hundredfold"
    assert diagnose(POLE.with_(credit="reward_to_go"), *curves(**blind)).case == "healthy", "nobody asks the critic"


@pytest.mark.parametrize(
    ("knobs", "words"),
    [
        ({"learning_rate": 1e-5}, "Learning rate: 0.00001 → 0.001"),
        ({"clip_range": 0.005}, "Clip range ε: 0.005 → 0.2"),
        ({"objective": "ppo_kl", "kl_coef": 300.0}, "KL penalty β: 300 → 1"),
        ({"kl_coef": 300.0}, "KL penalty β: 300 → 0"),
    ],
)
def test_a_policy_that_hardly_moves_is_freed_by_what_holds_it(knobs, words):
    still = {"kl": 1e-5, "ep_rew_mean": np.linspace(20, 60, 40), "explained_variance": 0.0, "value_loss": 100.0}
    found = diagnose(POLE.with_(**knobs), *curves(**still))
    assert (found.case, found.move.words) == ("barely", words)


def test_undecided_says_what_is_missing():
    assert "9 of the 10 updates" in diagnose(POLE, *curves(9)).sentence
    assert "hardly risen (20 to 25)" in diagnose(POLE, *curves(ep_rew_mean=np.linspace(20, 25, 40))).sentence
    fallen = np.r_[np.linspace(20, 400, 30), np.full(10, 180.0)]
    assert diagnose(POLE, *curves(ep_rew_mean=fallen)).case == "undecided"
    assert "no episode has ended" in diagnose(POLE, *curves(ep_rew_mean=math.nan)).sentence
    assert diagnose(POLE, np.zeros(0), np.zeros((0, len(REPORT_KEYS)))).case == "undecided"


def test_only_what_came_after_the_last_moved_knob_is_judged():
    sick = curves(kl=at(40, u9=5.0))
    assert diagnose(POLE, *sick).case == "step"
    assert diagnose(POLE, *sick, since=10).case == "healthy"
    assert "9 of the 10 updates that a diagnosis needs are done since a knob was moved at update 32" in diagnose(
        POLE, *sick, since=32
    ).sentence  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_each_recorded_case_is_diagnosed_as_itself_and_is_the_run_of_its_config(name):
    recording = recorded_case(name)
    assert recording.config == config_of(name) and len(recording.updates) == config_of(name).total_updates
    found = diagnose(recording.config, recording.updates, recording.rows)
    assert found.case == name and TITLES[name] == CASES[name].title
    if name == "healthy":
        assert found.evidence is None
        return
    row = recording.rows[list(recording.updates).index(found.evidence.update)]
    assert row[REPORT_KEYS.index(found.evidence.key)] == found.evidence.value
    low, high = found.evidence.usual
    assert not low <= found.evidence.value <= high
    changed = CASES[name].values
    assert found.move.knob in changed and found.move.old == changed[found.move.knob]


def test_the_first_recording_is_healthy():
    lander = load("lunar-lander")
    assert diagnose(lander.config, lander.updates, lander.rows).case == "healthy"


def test_the_cited_update_is_ringed_on_its_curve_alone():
    recording = recorded_case("step")
    found = diagnose(recording.config, recording.updates, recording.rows)
    figure = case_figure(recording.updates, recording.rows, found.evidence)
    rings = [trace for trace in figure.data if trace.mode == "markers"]
    kl = [trace for trace in figure.data if trace.name == CURVES["kl"]][0]
    assert [list(ring.x) for ring in rings] == [[found.evidence.update]]
    assert rings[0].y[0] == pytest.approx(found.evidence.value) and rings[0].xaxis == kl.xaxis
    assert len(case_figure(recording.updates, recording.rows, None).data) == len(CURVES)


@pytest.mark.parametrize("name", ["barely", "critic", "entropy"])
def test_a_recording_begins_as_its_config_trains(name):
    recording = recorded_case(name)
    columns = [REPORT_KEYS.index(key) for key in ("timesteps", "ep_rew_mean", "kl", "entropy", "explained_variance")]
    with Trainer(recording.config) as trainer:
        scalars = trainer.update().scalars()
    row = np.array([scalars[key] for key in REPORT_KEYS])
    assert row[columns] == pytest.approx(recording.rows[0, columns], rel=1e-3, abs=1e-6)
    assert len(recording.parameters_sha256) == 64
