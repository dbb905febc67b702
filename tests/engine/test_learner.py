"""The NumPy learner against the autograd reference: losses, gradients, and parameters after 50 Adam steps."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ppo_engine import reference
from ppo_engine.config import TrainConfig
from ppo_engine.learner import NotFinite, normalise_minibatches
from ppo_engine.objectives import OBJECTIVES, Terms, make_objective
from tests.engine.batches import FIRST_ORDER, make_batch, make_learner, make_reference, to_torch

KINDS = {"discrete": "LunarLander-v3", "continuous": "BipedalWalker-v3"}
STEPS, SIZE = 50, 64


def settings(objective: str, kind: str, **more) -> TrainConfig:
    epochs = 1 if OBJECTIVES[objective].single_pass else 5
    chosen = {"kl_coef": 0.6, "ent_coef": 0.02, "vf_coef": 0.4, "n_epochs": epochs, "batch_size": SIZE, **more}
    return TrainConfig(env_id=KINDS[kind], objective=objective, **chosen)


def log_std(learner):
    return learner.network.views["log_std"].copy() if "log_std" in learner.network.views else None


def reference_fit(learner, batch, config, seed=0):
    """The same epochs and minibatches with autograd; parameters ``(P,)``, losses and norms of every step."""
    network = make_reference(learner, config)
    theirs = reference.ReferenceLearner(network, config)
    shuffle, old_log_std = np.random.default_rng(seed), log_std(learner)
    steps = []
    for _ in range(config.n_epochs):
        order = shuffle.permutation(len(batch.log_probs))
        for start in range(0, len(order), config.batch_size):
            steps.append(theirs.step(to_torch(batch.take(order[start : start + config.batch_size]), old_log_std)))
    return network.flat().numpy(), steps


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("objective", FIRST_ORDER)
def test_fifty_steps_agree_with_the_reference_to_1e_6(objective, kind):
    config = settings(objective, kind)
    learner = make_learner(config)
    batch = make_batch(learner, config, SIZE * STEPS // config.n_epochs)
    before = learner.network.parameters.copy()
    expected, steps = reference_fit(learner, batch, config)
    trace = learner.fit(batch, make_objective(config), config, config.learning_rate)

    assert len(steps) == STEPS == learner.optimizer.steps
    assert np.abs(expected - before).max() > 5e-3, "the steps must have gone somewhere"
    np.testing.assert_allclose(learner.network.parameters, expected, rtol=0, atol=1e-6)
    assert trace.grad_norm == pytest.approx(np.mean([norm for _, norm in steps]), rel=1e-4)
    assert trace.value_loss == pytest.approx(np.mean([losses.value_loss.item() for losses, _ in steps]), rel=1e-4)
    gain = make_objective(config).gain(Terms(trace.log_ratio, trace.advantage)).mean()
    ours = -np.mean([losses.policy_gradient_loss.item() for losses, _ in steps])
    assert gain == pytest.approx(ours, rel=1e-3, abs=1e-5)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "more",
    [
        {"clip_range_vf": 0.1},
        {"max_grad_norm": None},
        {"max_grad_norm": 0.05},
        {"normalize_advantage": False},
        {"activation": "relu"},
        {"hidden_sizes": (32,)},
        {"hidden_sizes": (16, 24, 8)},
        {"ent_coef": 0.0, "kl_coef": 0.0},
        {"vf_coef": 0.0},
        {"batch_size": 50},
        {"learning_rate": 3e-3},
    ],
    ids=str,
)
def test_every_option_agrees_with_the_reference(more, kind):
    config = settings("ppo_clip", kind, n_epochs=2, **{"clip_range": 0.1, **more})
    learner = make_learner(config)
    batch = make_batch(learner, config, 4 * SIZE)
    expected, _ = reference_fit(learner, batch, config)
    learner.fit(batch, make_objective(config), config, config.learning_rate)
    np.testing.assert_allclose(learner.network.parameters, expected, rtol=0, atol=2e-6)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("objective", FIRST_ORDER)
def test_one_gradient_agrees_with_autograd(objective, kind):
    config = settings(objective, kind, clip_range_vf=0.2)
    learner = make_learner(config)
    batch = make_batch(learner, config, SIZE, drift=0.4)
    network = make_reference(learner, config)
    losses = reference.ppo_losses(network, to_torch(batch, log_std(learner)), config)
    losses.total.backward()
    log_ratio, error, gradient = learner.gradient(batch, make_objective(config), config, log_std(learner))
    np.testing.assert_allclose(gradient, network.flat_gradient().numpy(), rtol=1e-3, atol=1e-5)
    assert np.square(error).mean() == pytest.approx(losses.value_loss.item(), rel=1e-5)
    assert (np.abs(np.expm1(log_ratio)) > config.clip_range).mean() > 0.05, "some samples must lie beyond the clip"


def test_the_unclipped_surrogate_and_a_clip_that_never_holds_are_one():
    ends = []
    for objective, clip_range in (("surrogate", 0.2), ("ppo_clip", 10.0)):
        config = settings(objective, "discrete", kl_coef=0.0, clip_range=clip_range)
        learner = make_learner(config)
        learner.fit(make_batch(learner, config, 4 * SIZE), make_objective(config), config, 1e-3)
        ends.append(learner.network.parameters)
    np.testing.assert_array_equal(*ends)


def test_advantages_are_normalised_in_every_minibatch_the_short_last_one_too():
    advantages = np.random.default_rng(0).normal(7, 20, 200).astype(np.float32)
    normalised = normalise_minibatches(advantages, 64)
    for start in range(0, 200, 64):
        part = normalised[start : start + 64]
        assert part.mean() == pytest.approx(0, abs=1e-6) and part.std(ddof=1) == pytest.approx(1, rel=1e-4)


def test_target_kl_ends_the_update_early():
    config = settings("ppo_clip", "discrete", n_epochs=20, learning_rate=3e-3, kl_coef=0.0, clip_range=10.0)
    taken = {}
    for target in (None, 0.02, 1e-4):
        learner = make_learner(config)
        batch = make_batch(learner, config, 4 * SIZE, drift=0.0)
        trace = learner.fit(batch, make_objective(config), config.with_(target_kl=target), config.learning_rate)
        taken[target] = learner.optimizer.steps
        assert len(trace.log_ratio) == SIZE * (taken[target] + (target is not None))
    assert taken[None] == 80 > taken[0.02] > taken[1e-4] >= 1


@pytest.mark.parametrize("objective", ["ppo_clip", "surrogate", "ppo_kl"])
@pytest.mark.parametrize(
    ("column", "bad"),
    [
        ("observations", np.nan),
        ("observations", np.inf),
        ("advantages", np.nan),
        ("returns", np.inf),
        ("log_probs", np.nan),
    ],
)
def test_a_number_that_is_not_finite_never_reaches_the_parameters(objective, column, bad):
    config = settings(objective, "discrete", normalize_advantage=False)
    learner = make_learner(config)
    batch = make_batch(learner, config, 4 * SIZE)
    getattr(batch, column)[-1] = bad
    with np.errstate(all="ignore"), pytest.raises(NotFinite) as caught:
        learner.fit(batch, make_objective(config), config, config.learning_rate)
    assert np.isfinite(learner.network.parameters).all()
    assert len(caught.value.trace.log_ratio) % SIZE == 0 and len(caught.value.trace.log_ratio) > 0


def test_the_same_seed_shuffles_alike_and_another_otherwise():
    ends = []
    for seed in (0, 0, 1):
        config = settings("ppo_clip", "continuous")
        learner = make_learner(config)
        learner.rng = np.random.default_rng(seed)
        learner.fit(make_batch(learner, config, 4 * SIZE), make_objective(config), config, 1e-3)
        ends.append(learner.network.parameters)
    np.testing.assert_array_equal(ends[0], ends[1])
    assert (ends[0] != ends[2]).any()


def test_the_reference_normalises_as_the_engine_does():
    advantages = np.random.default_rng(0).normal(7, 20, 64).astype(np.float32)
    theirs = reference.normalised(torch.tensor(advantages)).numpy()
    np.testing.assert_allclose(normalise_minibatches(advantages, 64), theirs, atol=1e-6)
