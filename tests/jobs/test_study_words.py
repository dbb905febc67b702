"""What the kept studies are said to show: counts, intervals and orders worked out by hand; rows that are missing."""

from __future__ import annotations

import pytest

from ppo_engine.jobs import collapse, collapse_words, table_one, table_one_words


def ended(objective, seed, last_tenth):
    return {"env_id": "CartPole-v1", "objective": objective, "seed": seed, "untrained": 21.0, "diverged": False,
            "last_tenth": last_tenth}  # fmt: skip


ROWS = [ended("surrogate", seed, 10.0 if seed <= 12 else 500.0) for seed in range(1, 21)]
ROWS += [ended("ppo_clip", seed, 10.0 if seed <= 2 else 500.0) for seed in range(1, 21)]


def test_the_collapse_is_counted_with_its_interval_and_its_twins():
    assert collapse_words.sentence(ROWS, "CartPole-v1") == (
        "Ended destroyed, below 248: **12 of 20 unclipped, 95 % interval 39 to 78 %**; **2 of 20 clipped, 95 % interval"
        " 3 to 30 %**. As twins: in 10 of 20 pairs only the unclipped one, in 0 only the clipped one (McNemar's exact"
        " test, p = 0.002)."
    )
    assert collapse_words.counts(ROWS, "CartPole-v1")["surrogate"].k == 12


def test_a_twin_that_is_missing_is_said_and_is_in_no_pair():
    some = [row for row in ROWS if row["seed"] <= 6 or row["objective"] == "surrogate"]
    assert collapse_words.twins(some, "CartPole-v1").n == 6
    words = collapse_words.sentence(some, "CartPole-v1")
    assert words.endswith(" 14 of 40 runs are not trained yet.") and "2 of 6 clipped" in words
    assert collapse_words.missing_words([], "CartPole-v1") == "40 of 40 runs are not trained yet."
    assert collapse.SEEDS == 20


def scored(setting, seed, env, last):
    return {"setting": setting, "env_id": env, "seed": seed, "untrained": 0.0, "last_100": last}


def table(scores):
    """Rows of every environment in which a setting's seeds reach just these scores, beside a best run of 1."""
    rows = [scored("none", 9, env, 100.0) for env in table_one.STEPS]
    for setting, values in scores.items():
        for seed, value in enumerate(values, 1):
            rows += [scored(setting, seed, env, 100.0 * value) for env in table_one.STEPS]
    return rows


def test_an_order_like_the_papers_and_one_that_is_not():
    same = {"clip 0.2": [0.8, 0.82, 0.84, 0.81, 0.83], "none": [0.1, 0.12, 0.11, 0.13, 0.09]}
    found = {setting: dict(enumerate(values, 1)) for setting, values in same.items()}
    words = table_one_words.sentence(found)
    assert words.startswith("As in the paper, Clipping, ε = 0.2 has the highest score (0.82). The two orders")
    assert "τ = 1.00 over 2 settings" in words and "ahead of the others in 1 of 1 pairs" in words
    assert "Clipping, ε = 0.2 does better than No clipping or penalty" in words
    close = {
        "clip 0.2": {1: 0.7, 2: 0.8, 3: 0.6, 4: 0.75, 5: 0.7}, "fixed 3": {1: 0.8, 2: 0.7, 3: 0.75, 4: 0.7, 5: 0.75},
    }  # fmt: skip
    words = table_one_words.sentence(close)
    assert words.startswith("**The order differs from the paper's**: here Fixed KL, β = 3 has the highest score (0.74)")
    assert "there Clipping, ε = 0.2, which has 0.71 here." in words and "τ = −1.00" in words
    assert "No winner: the 95 % interval" in words and "If the gap of 0.03 is real, about " in words


def test_a_score_wants_a_run_in_every_environment():
    rows = table({"clip 0.2": [0.5, 0.25]})
    found = table_one_words.by_setting(rows)
    assert found["clip 0.2"] == pytest.approx({1: 0.5, 2: 0.25}) and found["fixed 1"] == {}
    assert list(found) == list(table_one.SETTINGS)
    gone = ("clip 0.2", 2, "LunarLanderContinuous-v3")
    short = [row for row in rows if (row["setting"], row["seed"], row["env_id"]) != gone]
    assert list(table_one_words.by_setting(short)["clip 0.2"]) == [1]
    assert table_one_words.sentence({"clip 0.2": {1: 0.5}}).startswith("No two settings have a score yet")


def test_a_run_in_which_no_episode_ended_has_no_share():
    rows = [scored("none", 1, "LunarLanderContinuous-v3", None), scored("none", 2, "LunarLanderContinuous-v3", 10.0)]
    scale = table_one.scales(rows)
    assert scale == {"LunarLanderContinuous-v3": (0.0, 10.0)}
    assert [table_one.share(row, scale) for row in rows] == [None, 1.0]
    assert table_one.share(scored("none", 1, "CartPole-v1", 5.0), scale) is None


def test_missing_rows_are_named_while_they_are_few():
    everything = table_one.wanted()
    assert table_one_words.missing_words([]) == ""
    assert table_one_words.missing_words(everything[:1]) == (
        f"1 of {len(everything)} runs are not trained yet: No clipping or penalty, CartPole-v1, seed 1."
    )
    words = table_one_words.missing_words(everything)
    count = len(everything)
    each = ", ".join(f"55 of 55 in {env}" for env in table_one.STEPS)
    assert words == f"{count} of {count} runs are not trained yet: {each}."
