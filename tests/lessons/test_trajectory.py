"""Products of ratios against enumeration of every path, and the claims that the lesson makes about them."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from ppo_engine.lessons.trajectory import drift, effective_share, log_products, second_moment


@pytest.mark.parametrize("delta", [0.0, 0.05, 0.1, 0.4])
def test_every_path_of_ten_steps(delta):
    coins = np.array(list(itertools.product([0.2, 0.8], repeat=10)))
    products = np.exp(log_products(coins, delta)[:, -1])
    assert products.mean() == pytest.approx(1, rel=1e-12), "the mean weight is 1 whatever the shift"
    assert (products**2).mean() == pytest.approx(second_moment(delta, 10), rel=1e-12)
    assert np.log(products).mean() == pytest.approx(10 * drift(delta), rel=1e-9, abs=1e-12)
    assert effective_share(delta, 10) == pytest.approx(products.mean() ** 2 / (products**2).mean())


def test_a_path_multiplies_ratio_by_ratio():
    path = log_products(np.array([[0.1, 0.9, 0.3]]), 0.1)[0]
    np.testing.assert_allclose(np.exp(path), [1, 1.2, 1.2 * 0.8, 1.2 * 0.8 * 1.2])


def test_the_drift_is_minus_the_kl_from_old_to_new():
    old, new = np.array([0.5, 0.5]), np.array([0.6, 0.4])
    assert drift(0.1) == pytest.approx(-(old * np.log(old / new)).sum())


def test_a_hundred_steps_leave_twenty_of_a_thousand_and_one_step_leaves_nearly_all():
    assert round(1000 * effective_share(0.1, 100)) == 20
    assert round(1000 * effective_share(0.1, 1)) == 962
    paths = log_products(np.random.default_rng(0).random((4000, 300)), 0.1)[:, -1]
    assert np.mean(paths < math.log(0.1)) > 0.7 and paths.max() > math.log(3), "most die, a few explode"
