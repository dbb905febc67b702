"""What each objective has for itself: self-check lights, line searches, an adaptive β's decisions, an evaluation."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from ppo_engine.config import TrainConfig
from ppo_engine.objectives import PPOKLAdaptive
from ppo_engine.plots import controller, evaluated, lights, line_search
from ppo_engine.plots.own_columns import BAND, detail_rows, own_columns
from ppo_engine.plots.replays import replay_packet
from ppo_engine.recordings import load
from ppo_engine.report import REPORT_KEYS
from ppo_engine.self_checks import BOUNDS, SAYS
from ppo_engine.trainer import Trainer

GOOD = {"first_ratio": 0.0, "negative_kl": 0.0, "clip_above": -1e-9}


def test_every_light_of_a_real_update_holds():
    config = TrainConfig(env_id="CartPole-v1", n_envs=2, n_steps=32, batch_size=32, n_epochs=2)
    with Trainer(config) as trainer:
        detail = trainer.update().detail
    shown = lights.lights(json.loads(json.dumps(detail)))
    elsewhere = {"beyond_radius", "surrogate_fell", "autograd"}
    assert [light.name for light in shown] == [name for name in SAYS if name not in elsewhere]
    assert all(light.holds for light in shown)
    assert not lights.failures(detail)


def test_a_broken_check_is_a_cross_and_a_sentence():
    detail = {"checks": {**GOOD, "first_ratio": 2e-4}}
    assert [light.holds for light in lights.lights(detail)] == [False, True, True]
    assert lights.lights(detail)[0].value == "2.0e−04"
    says = SAYS["first_ratio"]
    assert lights.failures(detail) == [f"A self-check fails. {says} It is 2.0e−04, the bound is 1.0e−04."]


def test_the_comparison_with_autograd_is_awaited_then_told_with_its_update_and_can_fail():
    detail, found = {"checks": GOOD}, {"value": 2e-7, "update": 12}
    assert lights.lights(detail, awaited=True)[-1] == ("autograd", None, "awaited")
    assert lights.lights(detail)[-1].name == "clip_above"
    assert lights.lights(detail, found, awaited=True)[-1] == ("autograd", True, "2.0e−07 at update 12")
    wrong = {"value": 0.5, "update": 12}
    assert not lights.lights(detail, wrong)[-1].holds and "NumPy equals torch" in lights.failures(detail, wrong)[0]
    assert lights.lights({}, found) == []


@pytest.mark.parametrize("value", ["nan", "inf", float("nan")])
def test_a_number_that_is_not_one_never_holds(value):
    light = lights.lights({"checks": {"negative_kl": value}})[0]
    assert not light.holds and light.value == "–"


def test_where_nothing_was_kept_there_is_no_light():
    assert lights.lights({}) == [] and lights.failures({}) == []
    assert set(lights.meanings()) == set(BOUNDS)


@pytest.mark.parametrize("d_targ", [0.003, 0.01, 0.03])
def test_a_decision_is_what_the_controller_does(d_targ):
    low, high = d_targ / 1.5, d_targ * 1.5
    kls = [0.0, low, np.nextafter(low, 0), np.nextafter(low, 1), d_targ, high, np.nextafter(high, 1), 1.0, np.nan]
    objective = PPOKLAdaptive(kl_coef=1.0, d_targ=d_targ)
    moved = [np.log2(objective.after_update(float(kl)).kl_coef) for kl in kls]
    assert controller.decisions(np.array(kls), np.full(len(kls), d_targ)).tolist() == moved


def test_a_recorded_decision_is_shown_and_one_from_before_is_told_from_the_kl():
    config = TrainConfig(env_id="CartPole-v1", objective="ppo_kl_adaptive", d_targ=0.01)
    rows = np.full((3, len(REPORT_KEYS)), 0.001)  # a KL this small halves β
    details = [{"controller": {"decision": "double"}}, {}, {"controller": {"decision": "hold"}}]
    found = own_columns(config, np.arange(1, 4), rows, [], detail_rows(details))
    assert found["decision"].tolist() == [controller.DOUBLE, controller.HALVE, controller.HOLD]
    assert own_columns(config, np.arange(1, 4), rows, [])["decision"].tolist() == [controller.HALVE] * 3


def test_a_moved_target_holds_from_its_update_on():
    changes = [{"name": "clip_range", "old": 0.2, "new": 9.0, "update": 1},
               {"name": "d_targ", "old": 0.01, "new": 0.02, "update": 3}]  # fmt: skip
    assert controller.targets(np.arange(1, 5), 0.01, changes).tolist() == [0.01, 0.01, 0.02, 0.02]
    assert controller.targets(np.zeros(0, dtype=int), 0.01, changes).tolist() == []


@pytest.mark.parametrize(
    ("objective", "names"),
    [("ppo_kl_adaptive", {"kl_coef", "decision"}), ("trpo", set(line_search.SEARCH)), ("ppo_clip", set(BAND)),
     ("reinforce", set(BAND))],
)
def test_each_objective_has_its_own_columns(objective, names):
    config, rows = TrainConfig(env_id="CartPole-v1", objective=objective), np.zeros((2, len(REPORT_KEYS)))
    found = own_columns(config, np.arange(1, 3), rows, [], detail_rows([TAKEN, REFUSED]))
    assert set(found) == names and all(values.shape == (2,) for values in found.values())


def test_a_recording_without_details_still_plays_and_one_with_them_has_lights():
    recording = load("lunar-lander")
    bare = replay_packet(dataclasses.replace(recording, details=[]))
    assert "lights" not in bare["words"][0] and bare["words"][0]["tiles"]
    count = len(recording.updates)
    full = replay_packet(dataclasses.replace(recording, details=[{"checks": GOOD}] * count))
    assert [light.holds for light in full["words"][-1]["lights"]] == [True] * 3


TAKEN = {"cg_residuals": [4.0, 1.0, 0.01], "predicted_improvement": 0.02, "improvement": 0.015, "accepted": True,
         "line_search": [[1.0, -0.1, 0.02, False], [0.8, 0.015, 0.009, True]]}  # fmt: skip
REFUSED = {"cg_residuals": [4.0], "predicted_improvement": 0.02, "improvement": 0.0, "accepted": False,
           "line_search": [[0.8**i, -0.1, 0.02, False] for i in range(10)]}  # fmt: skip


def test_a_line_search_becomes_a_row():
    rows = line_search.search_rows([TAKEN, REFUSED, {}])
    assert rows.shape == (3, len(line_search.SEARCH))
    assert rows[0].tolist() == [0.02, 0.015, 1.0, 0.0, 0.0025] and rows[1].tolist() == [0.02, 0.0, 10.0, 1.0, 1.0]
    assert np.isnan(rows[2]).all() and line_search.search_rows([]).shape == (0, len(line_search.SEARCH))


def test_a_refused_step_has_a_sentence():
    assert line_search.refusal(TAKEN) == line_search.refusal({}) == ""
    assert "refused" in line_search.refusal(REFUSED) and "10 points" in line_search.refusal(REFUSED)
    assert "no gradient" in line_search.refusal({**REFUSED, "line_search": []})


def test_the_details_of_a_real_trpo_run_become_rows():
    config = TrainConfig(
        env_id="CartPole-v1", objective="trpo", n_envs=2, n_steps=64, batch_size=64, n_epochs=1, total_timesteps=512
    )
    with Trainer(config) as trainer:
        rows = line_search.search_rows([trainer.update().detail for _ in range(3)])
    assert np.isfinite(rows).all() and (rows[:, 1] >= 0).all()


GREEDY = {"mean": 251.34, "std": 30.0, "n": 100, "ci95": [245.0, 257.61], "share_solved": 0.98, "threshold": 200.0}
UNSOLVED = {**GREEDY, "share_solved": "nan", "threshold": None}


@pytest.mark.parametrize(
    ("going", "last", "said"),
    [
        (False, None, []),
        (True, None, ["evaluating…"]),
        (True, {"update": 3}, ["evaluating update 3…"]),
        (True, {"update": 3, "greedy": GREEDY},
         ["greedy, 100 fresh episodes: 251.3 [245.0, 257.6], solved 98\u00a0%", "update 3, stochastic: evaluating…"]),
        (False, {"update": 3, "greedy": UNSOLVED, "stochastic": UNSOLVED},
         ["greedy, 100 fresh episodes: 251.3 [245.0, 257.6]", "update 3, stochastic: 251.3 [245.0, 257.6]"]),
        (False, {"update": 3, "greedy": GREEDY},
         ["The evaluation ended before it was done: Evaluate begins it again."]),
        (False, {"update": None, "error": "There is nothing."}, ["There is nothing."]),
    ],
)  # fmt: skip
def test_an_evaluation_in_words(going, last, said):
    assert evaluated.lines(going, last) == said
