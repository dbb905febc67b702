"""A run's outcome from its episodes, against numbers counted by hand."""

import math

import numpy as np
import pytest

from ppo_engine.outcomes import collapsed, measure


def test_the_final_return_is_of_the_last_tenth():
    at = [50, 500, 900, 901, 950, 1000]
    found = measure(at, [1.0, 2.0, 3.0, 40.0, 50.0, 60.0], 1000, goal=None)
    assert found.final == pytest.approx(50)  # 900 still belongs to the ninth tenth
    assert found.curve[1] == 1.0 and found.curve[19] == 2.0 and found.curve[35] == 3.0
    assert found.curve[36] == 40.0 and found.curve[37] == 50.0 and found.curve[39] == 60.0
    assert np.isfinite(found.curve).sum() == 6


def test_episodes_of_one_fortieth_are_averaged():
    assert measure([1, 2, 25, 26], [1.0, 3.0, 5.0, 70.0], 1000, None).curve[:2] == pytest.approx([3.0, 70.0])


def test_a_run_without_a_last_tenth_counts_with_its_last_ten_episodes():
    at, returns = list(range(1, 21)), [float(value) for value in range(20)]
    assert measure(at, returns, 1000, None).final == pytest.approx(14.5)
    assert measure(at, returns, 20, None, diverged=True).final == pytest.approx(14.5)
    assert measure(at, returns, 20, None).final == pytest.approx(18.5)


def test_collapse_is_below_half_way_to_the_goal():
    assert collapsed(first=-200, final=-1, goal=200) and not collapsed(first=-200, final=1, goal=200)
    returns = [20.0] * 10 + [400.0] * 30
    assert not measure(range(1, 41), returns, 40, 475).collapsed
    assert measure(range(1, 41), returns, 40, 475, diverged=True).collapsed, "a run that diverged has collapsed"
    fell = [20.0] * 10 + [400.0] * 20 + [30.0] * 10
    assert measure(range(1, 41), fell, 40, 475).collapsed
    assert measure(range(1, 41), fell, 40, None).collapsed, "measured by its own best where nothing is called solved"


def test_a_run_without_an_episode_has_no_number():
    found = measure([], [], 1000, 475)
    assert math.isnan(found.final) and not found.collapsed and np.isnan(found.curve).all()
    assert measure([], [], 1000, 475, diverged=True).collapsed
