"""What holds the KL down, in words and cells, from measurements written by hand."""

from __future__ import annotations

import pytest

from ppo_engine.plots.holding import NAMES, doing, holders, kl_text, matters, sentence, table
from ppo_engine.stabilisers import LEASHES, SWITCHES


def found(kl, together=None, **without):
    rows = [{"name": name, "value": 0.5, "kl": bare, "acted": {}} for name, bare in without.items()]
    for row in rows:
        row["acted"] = {"killed": 0.25, "share": 0.5, "left": 0.125, "deviation": 4.0, "steps": 3, "planned": 20}
    more = {} if together is None else {"together": together}
    return {"update": 57, "kl": kl, "timesteps": 1, "rows": rows, **more}


def test_the_strongest_is_named_first_with_both_kls():
    said = sentence(found(0.02, 2.0, max_grad_norm=0.031, clip_range=0.31, normalize_advantage=0.01))
    assert said == (
        "Holding the KL down at update 57: the clip (without it the KL would have been 0.31 instead of 0.020), "
        "then gradient clipping (without it 0.031)."
    )


def test_without_which_nothing_would_be_finite_comes_before_all():
    assert [row["name"] for row in holders(found(0.02, clip_range=0.5, max_grad_norm=None))] == [
        "max_grad_norm", "clip_range",
    ]  # fmt: skip
    assert "the KL would have been not finite" not in sentence(found(0.02, max_grad_norm=None))
    assert "without it the update breaks" in sentence(found(0.02, max_grad_norm=None))


@pytest.mark.parametrize(
    ("kl", "bare", "holds"),
    [(0.02, 0.03, True), (0.02, 0.0299, False), (0.0001, 0.0019, False), (0.0001, 0.002, True), (0.02, None, True),
     (None, 1.0, False), (0.02, 0.001, False)],
)  # fmt: skip
def test_what_matters_is_half_as_much_again_and_more_than_hardly(kl, bare, holds):
    assert matters(kl, bare) is holds


def test_when_no_single_one_matters_it_is_said():
    covered = sentence(found(0.02, 0.4, clip_range=0.021, max_grad_norm=0.02))
    assert "no single stabiliser holds the KL down (0.020)" in covered and "would have been 0.40" in covered
    idle = sentence(found(0.02, 0.021, clip_range=0.021, max_grad_norm=0.02))
    assert idle == "At update 57 no stabiliser holds the KL down: it is 0.020, and without all of them 0.021."
    one = sentence(found(11.8, max_grad_norm=12.0))
    assert one == "At update 57 no stabiliser holds the KL down: it is 11.8, and without gradient clipping 12.0."
    assert "no stabiliser is on" in sentence(found(0.3))
    assert sentence({}) == "" and sentence({"update": 0, "error": "It broke."}) == "It broke."


def test_a_trust_region_holds_by_its_radius():
    one = found(0.0098, max_grad_norm=0.0098)
    one["rows"].insert(0, {"name": "max_kl", "value": 0.01, "acted": {"full_step_kl": 0.0098}})
    assert "the trust region; every step is scaled to δ 0.01 (KL 0.0098)" in sentence(one)
    assert table([one])[0][0] == "max_kl" and table([one])[0][1][0].text == "–"


def test_the_table_has_a_line_for_what_is_on_anywhere():
    lines = dict(table([found(0.02, clip_range=0.31, max_grad_norm=0.02), found(0.5, max_grad_norm=0.9), {}]))
    assert list(lines) == ["clip_range", "max_grad_norm"]
    assert [cell is None for cell in lines["clip_range"]] == [False, True, True]
    clip, _, _ = lines["clip_range"]
    assert clip.text == "0.31" and clip.holds and clip.doing == "silences 25 % of samples"
    assert [cell.holds for cell in lines["max_grad_norm"][:2]] == [False, True]


def test_what_each_did_is_told_by_its_count():
    assert doing("max_grad_norm", {"share": 1.0, "left": 0.041}) == "shortens 100 % of gradients, to 4.1 % on average"
    assert doing("target_kl", {"steps": 7, "planned": 20}) == "stopped after 7 of 20 steps"
    assert doing("target_kl", {"steps": 20, "planned": 20}) == "let through all 20 steps"
    assert doing("anneal_lr", {"share": 0.25}) == "learning rate at 25 %"
    assert doing("normalize_observation", {"smallest": 0.0321, "largest": 1.2}) == "divides by 0.032 to 1.2"
    assert doing("kl_coef", {}) == "" == doing("max_grad_norm", {})


def test_every_stabiliser_has_a_name_and_a_kl_has_its_digits():
    assert set(NAMES) == {*LEASHES, *SWITCHES}
    assert [kl_text(kl) for kl in (None, 11.78, 0.245, 0.0275, 0.00042)] == [
        "not finite", "11.8", "0.24", "0.028", "0.0004",
    ]  # fmt: skip
