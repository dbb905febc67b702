"""What goes over the wire: deltas, thinning, knob lines, and that a tick stays small."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest

from ppo_engine.objectives import OBJECTIVES
from ppo_engine.plots import packets
from ppo_engine.presets import build_config
from ppo_engine.report import REPORT_KEYS


def decode(text):
    return np.frombuffer(base64.b64decode(text), dtype="<f4")


def rows(count):
    table = np.random.default_rng(0).normal(size=(count, len(REPORT_KEYS)))
    table[:, REPORT_KEYS.index("timesteps")] = 4096 * np.arange(1, count + 1)
    return np.arange(1, count + 1), table


def test_rows_hold_every_column_once():
    updates, table = rows(30)
    packed = packets.rows_packet(updates, table, 0)
    assert decode(packed["update"]).tolist() == updates.tolist() and set(packed["cols"]) == set(packets.COLUMNS)
    np.testing.assert_allclose(decode(packed["cols"]["kl"]), packets.column(table, "kl"), rtol=1e-6)


def test_many_rows_are_thinned_and_keep_the_last():
    updates, table = rows(10_001)
    kept = decode(packets.rows_packet(updates, table, 0)["update"])
    assert len(kept) <= packets.MAX_ROWS + 1 and kept[-1] == 10_001


def test_no_rows_at_all():
    packed = packets.rows_packet(np.zeros(0, dtype=int), np.zeros((0, len(REPORT_KEYS))), 0)
    assert packed["update"] == "" and packed["after"] == 0


def test_episodes_are_thinned_to_a_subset_that_does_not_depend_on_the_batch():
    episodes = np.column_stack([np.arange(1, 5001), *np.zeros((6, 5000))])
    whole = decode(packets.episodes_packet(episodes, 0)["id"])
    part = decode(packets.episodes_packet(episodes[4000:], 4000)["id"])
    assert len(whole) <= packets.MAX_EPISODES and len(part) <= packets.MAX_NEW_EPISODES
    assert set(part) <= set(whole) | set(part[part % 8 == 0])
    assert packets.episodes_packet(episodes, 0)["last"] == 5000
    assert packets.episodes_packet(np.zeros((0, 7)), 12)["last"] == 12


def test_knob_lines_stand_where_the_old_value_was_last_used():
    updates, table = rows(10)
    change = {"name": "clip_range", "old": 0.2, "new": 0.1, "update": 4}
    (line,) = packets.knob_lines([change], updates, packets.column(table, "timesteps"))
    assert line == {"x": 3 * 4096.0, "symbol": "ε", "old": "0.20", "new": "0.10", "update": 4}
    assert packets.knob_lines([{**change, "update": 1}], updates, packets.column(table, "timesteps"))[0]["x"] == 0
    assert [packets.knob_value("kl_coef", value) for value in (0.0, 3.0)] == ["off", "3"]
    assert packets.knob_value("learning_rate", 3e-4) == "0.0003" and packets.knob_value("target_kl", None) == "off"
    assert [packets.knob_value("anneal_lr", value) for value in (True, False)] == ["on", "off"]


def test_the_split_adds_up():
    shares = packets.split({"clip_fraction": 0.3, "killed_fraction": 0.2, "active_outside_fraction": 0.1})
    assert sum(shares.values()) == pytest.approx(1)
    broken = packets.split({"clip_fraction": float("nan"), "killed_fraction": 0.0, "active_outside_fraction": 0.0})
    assert broken["in"] is None


@pytest.mark.parametrize("objective", list(OBJECTIVES))
def test_every_objective_can_be_drawn(objective):
    config = build_config("CartPole-v1", objective=objective)
    drawn = packets.objective_packet(config, config.clip_range)
    assert drawn["clips"] == (objective == "ppo_clip") and drawn["title"]
    band = packets.kl_band(config, 0.03)
    assert band["low"] < band["high"] and (band["high"] == pytest.approx(0.045)) == (objective == "ppo_kl_adaptive")
    assert ("δ" in band["text"]) == (objective == "trpo")
    json.dumps([drawn, band, packets.fixed(config)], allow_nan=False)


def test_a_busy_tick_is_small():
    updates, table = rows(12)
    episodes = np.column_stack([np.arange(1, 2001), *np.ones((6, 2000))])
    counts = np.full((2, 62), 1234)
    tick = {
        "rows": packets.rows_packet(updates, table, 0), "ep": packets.episodes_packet(episodes, 1),
        "hist": packets.histogram_packet(12, counts), "sample": packets.sample_packet(12, np.ones((256, 3))),
    }  # fmt: skip
    assert len(json.dumps(tick)) < 8000
