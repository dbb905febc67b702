"""What a comparison says: where runs part, who is ahead, which knobs differ, what nothing reads."""

from __future__ import annotations

import numpy as np
import pytest

from ppo_engine.plots import compared
from ppo_engine.plots.differences import MOST_POINTS, difference
from ppo_engine.plots.moves import newest_move, what_if_it_had_stayed
from ppo_engine.plots.partings import Parting, parting, shared_until
from ppo_engine.plots.rollouts import in_step
from ppo_engine.presets import build_config
from ppo_engine.report import REPORT_KEYS
from ppo_engine.trainer import Trainer

SMALL = {"n_envs": 2, "n_steps": 32, "batch_size": 32, "n_epochs": 4, "total_timesteps": 320}


def rows(count, **columns):
    table = np.full((count, len(REPORT_KEYS)), np.nan)
    for key, values in columns.items():
        table[:, REPORT_KEYS.index(key)] = values
    return table


def trained(**knobs):
    with Trainer(build_config("CartPole-v1", **{**SMALL, **knobs})) as trainer:
        reports = []
        while not trainer.finished:
            reports.append(list(trainer.update().scalars().values()))
        return np.array(reports)


def test_runs_part_at_the_first_row_that_tells_another_policy():
    one = rows(5, kl=[1, 2, 3, 4, 5], timesteps=[8, 16, 24, 32, 40])
    other = rows(4, kl=[1, 2, 3.5, 4], timesteps=[8, 16, 24, 32])
    assert parting(one, other) == Parting(3, True, 4) and shared_until(parting(one, other)) == 2
    assert parting(one, one[:3]) == Parting(None, True, 3) and shared_until(parting(one, one[:3])) == 3
    assert parting(one, one[:0]) == Parting(None, True, 0)


def test_settings_and_shares_of_the_band_are_no_parting():
    base = {"kl": [1.0, 2.0], "timesteps": [8, 16]}
    one = rows(2, **base, clip_fraction=0.1, clip_range=0.2, fps=100, policy_gradient_loss=1.0)
    other = rows(2, **base, clip_fraction=0.3, clip_range=0.1, fps=90, policy_gradient_loss=2.0)
    assert parting(one, other).update is None


def test_another_first_batch_is_another_start():
    one, other = rows(2, explained_variance=[0.1, 0.2]), rows(2, explained_variance=[0.3, 0.2])
    assert parting(one, other) == Parting(1, False, 2)


def test_real_twins_share_the_first_batch_and_part_when_the_clip_first_acts():
    tight, wide, open_ = trained(clip_range=0.001), trained(clip_range=10.0), trained(objective="surrogate")
    assert parting(wide, open_).update is None, "a clip that never acts is no clip"
    found = parting(tight, open_)
    assert found.same_start and found.update == 1
    assert not parting(tight, trained(clip_range=0.001, seed=2)).same_start
    assert parting(trained(learning_rate=1e-7), trained(learning_rate=1e-7, objective="surrogate")).update is None


def test_the_difference_is_taken_at_equal_steps():
    steps, delta = difference(
        np.array([10.0, 20, 30, 40]), np.array([np.nan, 5, 7, 9]), np.array([15.0, 35]), np.array([1.0, 3])
    )
    np.testing.assert_allclose(steps, [35])
    np.testing.assert_allclose(delta, [8 - 3])
    steps, delta = difference(np.array([10.0, 20]), np.array([4.0, 6]), np.array([10.0, 20]), np.array([1.0, 8]))
    np.testing.assert_allclose(steps, [10, 20])
    np.testing.assert_allclose(delta, [3, -2])
    assert len(difference(np.array([1.0]), np.array([np.nan]), np.array([1.0]), np.array([1.0]))[0]) == 0
    many = np.arange(5000.0)
    thin, _ = difference(many, many, many, many)
    assert len(thin) == MOST_POINTS and thin[-1] == 4999


def test_names_tell_twins_apart():
    def lanes(*pairs):
        return [build_config("CartPole-v1", objective=objective, **knobs) for objective, knobs in pairs]

    assert compared.names(lanes(("ppo_clip", {}), ("surrogate", {}))) == ["Clipped ε 0.20", "Unclipped"]
    twice = lanes(("ppo_clip", {"clip_range": 0.1}), ("ppo_clip", {"clip_range": 0.3}), ("trpo", {}))
    assert compared.names(twice) == ["Clipped ε 0.10", "Clipped ε 0.30", "TRPO"]
    rates = lanes(("ppo_kl", {"learning_rate": 1e-3}), ("ppo_kl", {"learning_rate": 0.01, "n_epochs": 3}))
    assert compared.names(rates) == ["Fixed KL α 0.001, epochs 20", "Fixed KL α 0.01, epochs 3"]


def test_the_table_holds_what_differs_and_who_does_not_read_it():
    one, other = build_config("CartPole-v1", n_epochs=3), build_config("CartPole-v1", "quick", "surrogate")
    assert compared.knob_table([one, other]) == [
        ("Objective", ["Clipped surrogate", "Unclipped surrogate"]), ("Clip range ε", ["0.20", "not read"]),
        ("Epochs", ["3", "20"]),
    ]  # fmt: skip
    assert compared.knob_table([one, one]) == []
    unread = [build_config("CartPole-v1", "quick", "surrogate", clip_range=e) for e in (0.1, 0.3)]
    assert compared.knob_table(unread) == [("Clip range ε", ["not read", "not read"])]


def test_a_knob_that_nobody_reads_is_one_sentence():
    free = [build_config("CartPole-v1", objective=name) for name in ("surrogate", "ppo_kl")]
    said = "Clip range: no compared objective (Unclipped surrogate, Fixed KL penalty) reads it"
    assert compared.unread_by_all(free, "clip_range") == f"{said}, so it would change nothing."
    assert compared.unread_by_all([*free, build_config("CartPole-v1")], "clip_range") == ""


@pytest.mark.parametrize(
    ("partings", "said"),
    [
        ([Parting(3, True, 9), Parting(None, True, 9)],
         "Same seed, same weights, same first batch: B parted at update 3; C identical so far (9 updates)."),
        ([Parting(None, True, 0), Parting(None, True, 0)], "Same seed, same weights, same first batch."),
        ([Parting(3, True, 9), Parting(3, True, 9)],
         "Same seed, same weights, same first batch: B, C parted at update 3."),
        ([Parting(1, False, 9), Parting(3, True, 9)],
         "Different weights or first batches: part of what you see is chance."),
    ],
)  # fmt: skip
def test_the_start_in_one_sentence(partings, said):
    assert compared.start_sentence([build_config("CartPole-v1")] * 3, partings) == said


def test_a_fork_is_offered_another_value():
    assert compared.suggestion("clip_range", 0.2) == pytest.approx(0.1) and compared.suggestion("n_epochs", 1) == 1
    assert compared.suggestion("gamma", 0.99) == 0.99 and compared.suggestion("target_kl", None) is None


def test_who_is_ahead_and_that_one_seed_is_no_evidence():
    said = compared.difference_sentence(["Clipped", "Unclipped"], 200_000, [-12.34])
    assert said.startswith("After 200 k steps Unclipped earns 12.3 less than Clipped.") and "no evidence" in said
    said = compared.difference_sentence(["Clipped", "Unclipped", "TRPO", "Fixed KL"], 200_000, [3, np.nan, 0.01])
    assert said.startswith("After 200 k steps B earns 3.0 more than A, D earns as much as A.")
    assert compared.difference_sentence(["Clipped", "Unclipped"], 0, [np.nan]) == ""


def test_rollouts_of_one_moment_stand_side_by_side():
    assert in_step([[0, 10, 20, 30], [0, 12, 28]], 0) == [3, 2]
    assert in_step([[0, 10, 20, 30], [0, 12, 28]], 2) == [1, 1]
    assert in_step([[0, 10], []], 1) == [0, None] and in_step([[5], [4]], 7) == [0, 0]


def test_moves_of_one_hand_are_one_move():
    def change(name, old, update):
        return {"name": name, "old": old, "new": None, "update": update}

    hand = [change("clip_range", 0.3, 4), change("clip_range", 0.2, 50), change("clip_range", 0.15, 51)]
    assert newest_move([], 100) is None
    assert newest_move(hand, 100) == ("clip_range", 0.2, 50)
    assert newest_move([*hand, change("learning_rate", 0.001, 52)], 100) == ("learning_rate", 0.001, 52)
    assert what_if_it_had_stayed(newest_move(hand, 100)) == "What if ε had stayed 0.20?"
