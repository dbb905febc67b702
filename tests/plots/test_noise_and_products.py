"""Gradient noise and trajectory products as the page is given them: numbers by hand, gaps, extremes."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ppo_engine.config import TrainConfig
from ppo_engine.gradient_noise import CREDITS
from ppo_engine.plots import gradient_noise as noise
from ppo_engine.plots.own_columns import detail_rows, own_columns
from ppo_engine.plots.trajectories import power, strip
from ppo_engine.report import REPORT_KEYS
from ppo_engine.self_checks import trajectory_products


def measured(*variances: float, square: float = 10.0, credit: str = "gae") -> dict:
    by_credit = {name: [value, square] for name, value in zip(CREDITS, variances, strict=True)}
    return {"gradient_noise": {"credit": credit, "samples": 256, "by_credit": by_credit}}


def test_noise_is_the_runs_own_share_of_whole_returns_in_the_geometric_mean():
    rows = noise.noise_rows([measured(8, 4, 2, 1), {}, measured(8, 4, 2, 4)])
    assert np.isnan(rows[1]).all() and rows[0].tolist() == [8, 4, 2, 1, 1, 10]
    assert noise.of_whole_returns(rows) == pytest.approx(math.sqrt(1 / 8 * 4 / 8))
    assert noise.share(rows) == pytest.approx((1 + 4) / (10 + 10))
    assert noise.of_whole_returns(noise.noise_rows([measured(8, 4, 2, 1, credit="episode_return")])) == 1


def test_only_the_newest_measurements_count_and_chance_is_never_more_than_all():
    rows = noise.noise_rows([measured(1, 1, 1, 1)] + [measured(8, 4, 2, 2, square=1)] * noise.WINDOW)
    assert noise.of_whole_returns(rows) == pytest.approx(0.25) and noise.share(rows) == 1.0


def test_without_a_measurement_there_is_no_number():
    for rows in (noise.noise_rows([]), noise.noise_rows([{}, {}])):
        assert math.isnan(noise.of_whole_returns(rows)) and math.isnan(noise.share(rows))
        assert all(np.isnan(values).all() for values in noise.held(rows).values())
    only_own = {"gradient_noise": {"credit": "gae", "samples": 4, "by_credit": {"gae": ["nan", 1.0]}}}
    assert math.isnan(noise.of_whole_returns(noise.noise_rows([only_own])))


def test_a_measurement_is_held_until_the_next_and_belongs_to_the_single_pass_family():
    details = [{}, measured(8, 4, 2, 1), {}, measured(16, 4, 2, 3)]
    config = TrainConfig(env_id="CartPole-v1", objective="policy_gradient")
    found = own_columns(config, np.arange(1, 5), np.zeros((4, len(REPORT_KEYS))), [], detail_rows(details))
    np.testing.assert_array_equal(found["noise_episode_return"], [np.nan, 8, 8, 16])
    np.testing.assert_allclose(found["noise_share"], [np.nan, 0.1, 0.1, 0.2])
    assert set(found) == {*noise.NOISE, "noise_share"}


@pytest.mark.parametrize(
    ("log10", "text"),
    [(0.0, "1"), (-0.5, "0.316"), (1.9, "79.4"), (-3.1, "10⁻³·¹"), (12.04, "10¹²"), (-250.0, "10⁻²⁵⁰")],
)
def test_a_power_as_text(log10, text):
    assert power(log10 * math.log(10)) == text


def test_the_strip_tells_a_collapse_and_an_explosion_in_numbers():
    rng = np.random.default_rng(0)
    log_ratio = rng.normal(-0.02, 0.2, (200, 8))
    dones = np.zeros((200, 8), bool)
    dones[99] = True
    detail = {"trajectories": trajectory_products(log_ratio, dones)}
    products = [log_ratio[part, env].sum() for env in range(8) for part in (slice(0, 100), slice(100, 200))]
    found = strip(detail)
    assert found["product"] == pytest.approx((np.quantile(products, [0, 0.25, 0.5, 0.75, 1]) / math.log(10)).tolist())
    assert found["step"][2] == pytest.approx(np.median(log_ratio) / math.log(10))
    assert found["text"].startswith("∏ r over 100 steps: ")
    assert f"one step {math.exp(log_ratio.mean()):.4f}" in found["text"]
    assert found["text"].count(power(float(np.median(products)))) == 1
    still = strip({"trajectories": trajectory_products(np.zeros((4, 2)), dones[:4, :2])})
    assert still["says"].endswith("the policy has hardly moved, or the pieces are short.")
    gone = strip({"trajectories": trajectory_products(np.full((200, 8), -0.1), dones)})
    assert "They collapse" in gone["says"]
    wild = strip({"trajectories": trajectory_products(np.full((200, 8), 0.1), dones)})
    assert "Some explode" in wild["says"]


def test_details_from_before_have_less_to_show_and_infinities_are_drawn_at_the_edge():
    assert strip({}) is None
    old = {"pieces": 3, "mean_length": 7.0, "log_product_min": -1.0, "log_product_median": 0.0, "log_product_max": 1.0}
    found = strip({"trajectories": old})
    assert found["product"] == pytest.approx([-0.4343, 0, 0, 0, 0.4343], abs=1e-4) and found["step"] is None
    assert found["text"] == "∏ r over 7 steps: 1 (0.368 to 2.72)"
    kept = trajectory_products(np.array([[1.0], [-1.0]]), np.zeros((2, 1), bool))
    found = strip({"trajectories": {**kept, "log_product_max": "inf", "log_step_min": "-inf", "log_step_mean": "nan"}})
    assert found["product"][-1] == 300 and found["step"][0] == -300 and "one step –" in found["text"]
