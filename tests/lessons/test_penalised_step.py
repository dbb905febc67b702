"""The penalised step against a general optimiser, the rule against the engine's, and what the lesson says of both."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from ppo_engine.lessons.penalised_step import OLD, SCALES, TASTE, USUAL, controlled, kl, penalised


@pytest.mark.parametrize("scale", [0.1, 3.0])
@pytest.mark.parametrize("beta", [0.05, 1.0, 20.0])
def test_the_closed_form_is_where_an_optimiser_ends(scale, beta):
    advantages = scale * TASTE

    def loss(logits):
        probs = np.exp(logits - np.logaddexp.reduce(logits))
        return -(probs @ advantages - beta * kl(OLD, probs))

    found = minimize(loss, np.log(OLD), tol=1e-12)
    ours = penalised(OLD, advantages, beta)
    assert ours.sum() == pytest.approx(1) and loss(np.log(ours)) <= found.fun + 1e-9
    np.testing.assert_allclose(ours, np.exp(found.x - np.logaddexp.reduce(found.x)), atol=2e-4)


def test_no_price_means_certainty_and_a_high_one_means_standing_still():
    assert penalised(OLD, TASTE, 1e-6)[0] > 0.9999
    np.testing.assert_allclose(penalised(OLD, TASTE, 1e6), OLD, atol=1e-6)


def test_one_beta_does_not_fit():
    """The lesson's numbers: β 0.45 is right for the small batch, 14 for the large one, and neither for the other."""
    reached = {(name, beta): kl(OLD, penalised(OLD, scale * TASTE, beta)) for name, scale in SCALES.items()
               for beta in (0.45, 14.0)}  # fmt: skip
    for right in (reached["small", 0.45], reached["large", 14.0]):
        assert 0.01 / 1.5 < right < 0.015
    assert reached["large", 0.45] > 1.0 and reached["small", 14.0] < 1e-4
    small = [kl(OLD, penalised(OLD, 0.1 * TASTE, beta)) for beta in (5.0, 10.0)]
    assert small[0] / small[1] == pytest.approx(4, rel=0.03), "KL goes with (Â/β)²"
    np.testing.assert_allclose(penalised(OLD, 30 * TASTE, 30.0), penalised(OLD, TASTE, 1.0))


def decisions(target, times=10.0, beta=1.0):
    scales = np.full(60, USUAL)
    scales[20:40] *= times
    updates = controlled(scales, beta, target)
    return updates, [update.decision for update in updates]


def test_the_rule_doubles_after_the_damage_and_comes_back():
    updates, said = decisions(0.01)
    assert said == ["hold"] * 20 + ["double"] * 3 + ["hold"] * 17 + ["halve"] * 3 + ["hold"] * 17
    assert updates[20].kl > 50 * 0.01, "the first disturbed step is taken with the old price"
    assert [update.kl_coef for update in updates[19:25]] == [1, 1, 2, 4, 8, 8]
    fixed = controlled(np.full(3, USUAL), 0.1, 0.01, adaptive=False)
    assert [update.kl_coef for update in fixed] == [0.1] * 3


def test_it_can_be_broken_as_the_lesson_says():
    _, said = decisions(0.02)
    assert said[:20] in (["halve", "double"] * 10, ["double", "halve"] * 10), "back and forth for ever"
    updates, said = decisions(0.01, times=1 / 30)
    assert max(update.kl for update in updates) == updates[40].kl > 0.5, "the blow comes with the first usual batch"
    for start in (1e-3, 1e3):
        updates, _ = decisions(0.01, beta=start)
        assert 0.5 <= updates[-1].kl_coef <= 2
