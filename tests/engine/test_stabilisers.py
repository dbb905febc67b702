"""What one update's KL would be without a stabiliser: against runs that were made without it, and nothing is moved."""

from __future__ import annotations

import numpy as np
import pytest

from ppo_engine.config import TrainConfig
from ppo_engine.objectives import PPOKL, PPOClip, Surrogate, make_objective
from ppo_engine.report import REPORT_KEYS
from ppo_engine.stabilisers import LEASHES, NOT_REMOVABLE, SWITCHES, Plan, acting, measure, without
from ppo_engine.trainer import Trainer
from tests.engine.small_runs import small_config

ALL_ON = {
    "learning_rate": 3e-3, "n_epochs": 6, "kl_coef": 0.3, "max_grad_norm": 0.3, "anneal_lr": True, "target_kl": 0.003,
    "clip_range_vf": 0.1, "normalize_advantage": True, "normalize_observation": True,
}  # fmt: skip
OFF = {
    "max_grad_norm": {"max_grad_norm": None}, "anneal_lr": {"anneal_lr": False}, "target_kl": {"target_kl": None},
    "clip_range_vf": {"clip_range_vf": None}, "normalize_advantage": {"normalize_advantage": False},
    "clip_range": {"objective": "ppo_kl"}, "kl_coef": {"kl_coef": 0.0},
}  # fmt: skip


def state_after(config, updates):
    with Trainer(config) as trainer:
        for _ in range(updates):
            trainer.update()
        return trainer.state()


def kl_of_the_next(arrays, meta, **changes):
    """The KL of a whole update made from a state by a trainer whose settings are others from the start."""
    config = {**meta["config"], **changes}
    fields = make_objective(TrainConfig.from_dict(config))
    meta = {**meta, "config": config, "objective": dict(vars(fields))}
    with Trainer.from_state(arrays, meta) as trainer:
        return trainer.update().kl


@pytest.fixture(scope="module")
def measured():
    """A state in which every stabiliser is on, what was measured from it, and what the trainer looked like after."""
    arrays, meta = state_after(small_config(**ALL_ON), 3)
    with Trainer.from_state(arrays, meta) as trainer:
        found, sha, report = measure(trainer), trainer.parameters_sha256(), trainer.update()
    return arrays, meta, found, sha, report


def test_every_row_is_the_kl_of_an_update_made_without_it(measured):
    arrays, meta, found, _, _ = measured
    by_name = {row["name"]: row for row in found["rows"]}
    assert list(by_name) == [name for name in (*LEASHES, *SWITCHES) if name != "max_kl"]
    assert found["kl"] == kl_of_the_next(arrays, meta)
    for name, changes in OFF.items():
        assert by_name[name]["kl"] == kl_of_the_next(arrays, meta, **changes), name
    assert "kl" not in by_name["normalize_observation"]
    everything = {key: value for changes in OFF.values() for key, value in changes.items()}
    assert found["together"] == kl_of_the_next(arrays, meta, **{**everything, "objective": "surrogate"})
    assert len({row["kl"] for row in found["rows"] if "kl" in row}) > 4, "they do something"


def test_measuring_leaves_the_trainer_where_its_own_update_would(measured):
    arrays, meta, found, sha, report = measured
    with Trainer.from_state(arrays, meta) as trainer:
        plain = trainer.update()
        assert (found["update"], found["timesteps"], sha) == (4, plain.timesteps, trainer.parameters_sha256())
        follows = trainer.update()
    same = [key for key in REPORT_KEYS if key != "fps"]
    assert [getattr(follows, key) for key in same] == [getattr(report, key) for key in same]


def test_what_each_did_is_counted(measured):
    _, _, found, _, _ = measured
    did = {row["name"]: row["acted"] for row in found["rows"]}
    assert did["anneal_lr"]["share"] == pytest.approx(1 - 3 * 320 / 4000)
    assert 1 <= did["target_kl"]["steps"] <= did["target_kl"]["planned"] == 6 * 5
    assert 0 < did["max_grad_norm"]["left"] <= 1 and 0 <= did["max_grad_norm"]["share"] <= 1
    assert 0 <= did["clip_range_vf"]["share"] <= 1 and did["normalize_advantage"]["deviation"] > 0
    assert 0 < did["normalize_observation"]["smallest"] <= did["normalize_observation"]["largest"]


def test_gradients_are_shortened_as_their_norms_say():
    with Trainer(small_config(max_grad_norm=1e-3)) as trainer:
        (row,) = [row for row in measure(trainer)["rows"] if row["name"] == "max_grad_norm"]
        assert row["acted"]["share"] == 1.0 and row["acted"]["left"] < 0.1
    with Trainer(small_config(max_grad_norm=1e6)) as trainer:
        (row,) = [row for row in measure(trainer)["rows"] if row["name"] == "max_grad_norm"]
        assert row["acted"] == {"share": 0.0, "left": 1.0}


def plan(**changes) -> Plan:
    config = small_config(**changes)
    return Plan(config, make_objective(config), 1e-3)


def test_taking_the_clip_or_the_penalty_away_leaves_the_other():
    both = plan(kl_coef=0.5)
    assert without(both, "clip_range").objective == PPOKL(0.5)
    assert without(both, "kl_coef").objective == PPOClip(both.objective.clip_range, 0.0)
    assert without(without(both, "clip_range"), "kl_coef").objective == Surrogate()
    assert without(without(both, "kl_coef"), "clip_range").objective == Surrogate()
    assert without(plan(objective="ppo_kl_adaptive", kl_coef=2.0), "kl_coef").objective == Surrogate()
    for name in NOT_REMOVABLE:
        with pytest.raises(KeyError):
            without(both, name)


def test_only_what_is_on_and_read_is_measured():
    bare = plan(objective="surrogate", max_grad_norm=None, normalize_advantage=False)
    assert acting(bare) == []
    assert acting(plan(objective="trpo", target_kl=0.01)) == ["max_kl", "max_grad_norm", "normalize_advantage"]
    with Trainer(bare.config) as trainer:
        found = measure(trainer)
    assert found["rows"] == [] and "together" not in found


def test_an_update_that_breaks_without_a_stabiliser_is_not_a_number():
    wild = small_config("Pendulum-v1", learning_rate=1.0, n_epochs=50, max_grad_norm=None, anneal_lr=False)
    with Trainer(wild) as trainer:
        found = measure(trainer)
    assert found["kl"] is None or np.isfinite(found["kl"])
    assert all(row.get("kl") is None or np.isfinite(row["kl"]) for row in found["rows"])


def test_trpo_tells_the_kl_of_its_whole_step():
    with Trainer(small_config(objective="trpo", max_kl=0.005)) as trainer:
        found = measure(trainer)
    (region,) = [row for row in found["rows"] if row["name"] == "max_kl"]
    assert region["value"] == 0.005 and "kl" not in region
    assert found["kl"] <= 0.005 * 1.01 and region["acted"]["full_step_kl"] > 0
    (clip,) = [row for row in found["rows"] if row["name"] == "max_grad_norm"]
    assert clip["kl"] == found["kl"], "only its critic has Adam"
