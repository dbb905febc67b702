"""The table of methods: every row is kept and shown, and the words say what the numbers say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ppo_engine.jobs.methods import ARENAS, DATA, config_of, wanted
from ppo_engine.jobs.methods_table import interval, markdown, means, readme_with, sentence
from ppo_engine.jobs.trained import read
from ppo_engine.objectives import OBJECTIVES

README = Path(__file__).parents[2] / "README.md"
ROWS = read(DATA)


def test_every_method_of_the_articles_has_every_seed():
    assert {key[1] for key in wanted()} == {*OBJECTIVES, "a2c"}
    assert [(row["env_id"], row["method"], row["seed"]) for row in ROWS] == wanted()
    for arena in ARENAS:
        assert arena.seeds >= (3 if arena.env_id == "BipedalWalker-v3" else 5)


@pytest.mark.parametrize("arena", ARENAS, ids=lambda arena: arena.env_id)
def test_rows_were_trained_with_todays_settings(arena):
    for row in (row for row in ROWS if row["env_id"] == arena.env_id):
        config = config_of(arena.env_id, row["method"], row["seed"])
        assert row["diverged"] or row["timesteps"] == config.total_updates * config.batch
        assert row["n"] == 100 and len(row["curve"]) == 40


def test_a2c_is_the_policy_gradient_on_one_trunk():
    a2c, apart = config_of("LunarLander-v3", "a2c", 2), config_of("LunarLander-v3", "policy_gradient", 2)
    assert a2c == apart.with_(shared_trunk=True) and not apart.shared_trunk


def test_readme_shows_the_table():
    text = README.read_text(encoding="utf-8")
    assert readme_with(text, ROWS) == text


def test_the_lander_of_the_clip_reaches_the_published_mean():
    values = np.sort(means(ROWS, "LunarLander-v3", "ppo_clip"))
    assert values[1:-1].mean() >= 242


def test_three_seeds_have_no_interval_and_five_have_one_around_their_middle():
    assert interval([1.0, 2.0, 3.0]) is None
    low, high = interval([0.0, 1.0, 2.0, 3.0, 100.0])
    assert 0 <= low < 2 < high <= 100


def test_the_sentence_says_where_the_clip_is_not_the_best():
    clear = {"ppo_clip": [1.0, 1.1, 1.2, 1.0, 1.1], "trpo": [9.0, 9.1, 9.2, 9.0, 9.1]}
    said = sentence(ARENAS[0], clear)
    assert "the clip is not the best" in said and "TRPO reaches 9.1, the clip 1.1" in said
    assert "TRPO does better than PPO, clipped" in said
    close = {"ppo_clip": [5.0, 6.0, 7.0, 8.0, 9.0], "trpo": [4.9, 5.9, 6.9, 7.9, 8.9]}
    said = sentence(ARENAS[0], close)
    assert "the clip has the highest interquartile mean" in said and "No winner" in said


def test_a_row_a_method_and_environment_with_every_seed_in_it():
    row = {"env_id": "CartPole-v1", "method": "trpo", "seed": 1, "mean": -12.5}
    text = markdown([row, {**row, "seed": 2, "mean": -10.5}])
    assert "| CartPole-v1, 100,000 | TRPO `trpo` | −11.5 (2 seeds, too few for a claim) | −12.5 · −10.5 | 500.0" in text
