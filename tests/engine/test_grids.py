"""Grids: which cells and configs they have, what is one cell, and what is refused in which words."""

import pytest

from ppo_engine.grids import Grid, TooLarge, make_grid, seeds_from_one
from ppo_engine.knobs import ConfigError
from ppo_engine.presets import build_config

POLE = "CartPole-v1"


def test_a_grid_is_every_combination_in_the_order_of_the_axes():
    grid = make_grid(POLE, [("clip_range", ["0.1", "0.2"]), ("learning_rate", ["1e-3", "3e-4"])], (1, 2, 3))
    cells = grid.cells()
    assert [cell.values for cell in cells] == [
        {"clip_range": epsilon, "learning_rate": rate} for epsilon in (0.1, 0.2) for rate in (1e-3, 3e-4)
    ]
    assert [cell.number for cell in cells] == [0, 1, 2, 3]
    assert cells[3].label == "ε 0.2, learning rate 0.0003"
    assert grid.title == "CartPole-v1: ε × learning rate, 3 seeds"


def test_a_cell_trains_what_train_would():
    grid = make_grid(POLE, [("d_targ", ["0.03"])], (4,), "quick", "ppo_kl_adaptive", {"total_timesteps": "5000"})
    expected = build_config(POLE, "quick", "ppo_kl_adaptive", total_timesteps=5000, seed=4, d_targ=0.03)
    assert grid.config(grid.cells()[0].values, 4) == expected


def test_a_knob_that_an_objective_does_not_read_makes_no_cells_of_it():
    grid = make_grid(POLE, [("objective", ["ppo_clip", "surrogate"]), ("clip_range", [0.1, 0.2, 0.3])], (1,))
    values = [cell.values for cell in grid.cells()]
    assert values[:3] == [{"objective": "ppo_clip", "clip_range": epsilon} for epsilon in (0.1, 0.2, 0.3)]
    assert values[3:] == [{"objective": "surrogate"}]


def test_off_is_a_value_and_not_a_missing_one():
    grid = make_grid(POLE, [("max_grad_norm", ["off", "0.5"])], (1,))
    assert [cell.values["max_grad_norm"] for cell in grid.cells()] == [None, 0.5]
    assert grid.config(grid.cells()[0].values, 1).max_grad_norm is None
    assert grid.cells()[0].label.endswith("off")


def test_a_grid_survives_json():
    grid = make_grid(POLE, [("hidden_sizes", ["64-64", "32"]), ("anneal_lr", ["on", "off"])], (1, 2), "quick")
    assert Grid.from_dict(grid.to_dict()) == grid
    assert grid.cells()[0].label == "Layers 64-64, Anneal learning rate on"


@pytest.mark.parametrize(
    ("axes", "sentence"),
    [
        ([("clip_range", ["x"])], "clip_range is 'x', but it must be a number from 0.001 to 10."),
        ([("clip_range", [])], "grid clip_range is '', but it must be at least one value."),
        ([("clip_range", [0.1, "0.10"])], "must be values that differ from each other."),
        ([("clip", [0.1])], "grid is 'clip', but it must be one of the knobs objective, "),
        ([("seed", [1, 2])], "must be a knob other than the seed, which --seeds counts."),
        ([("clip_range", [0.1]), ("clip_range", [0.2])], "must be given once for each knob."),
        ([("batch_size", [64, 100_000])], "batch_size is 100000, but it must be at most the rollout's 256 samples"),
        ([("d_targ", [0.01, 0.02])], "a compared objective reads: Only the adaptive KL penalty has a target."),
        ([("objective", ["ppo_clip", "no"])], "objective is 'no', but it must be one of reinforce"),
    ],
)
def test_what_cannot_be_a_grid_is_refused_in_a_sentence(axes, sentence):
    with pytest.raises(ConfigError) as refused:
        make_grid(POLE, axes, (1,))
    assert sentence in str(refused.value)


def test_ten_thousand_runs_are_refused_before_they_are_expanded():
    axes = [(name, [0.9 + 0.0001 * index for index in range(500)]) for name in ("gamma", "gae_lambda", "vf_coef")]
    with pytest.raises(TooLarge) as refused:
        make_grid(POLE, axes, (1, 2))
    assert str(refused.value) == "The grid has 250,000,000 runs, but it must have at most 1,000."
    assert refused.value.runs == 250_000_000 and refused.value.config.env_id == POLE


@pytest.mark.parametrize("count", ["0", "101", "many", "2.5", "-1"])
def test_seeds_are_counted_from_one(count):
    with pytest.raises(ConfigError, match="seeds is '.*', but it must be a whole number from 1 to 100"):
        seeds_from_one(count)
    assert seeds_from_one("3") == (1, 2, 3)
