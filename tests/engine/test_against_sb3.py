"""The same weights and the same batch through Stable-Baselines3's PPO: losses, gradients, parameters."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from stable_baselines3 import PPO
from stable_baselines3.common.logger import Logger

from ppo_engine.config import TrainConfig
from ppo_engine.diagnostics import approx_kl, clip_account, explained_variance
from ppo_engine.learner import Learner, normalise_minibatches
from ppo_engine.objectives import Terms, make_objective
from ppo_engine.optimizer import clip_grad_norm
from tests.engine.batches import make_batch, make_learner

SIZE = 256
SETTINGS = {
    "plain": {},
    "clipped values": {"clip_range_vf": 0.1},
    "entropy": {"ent_coef": 0.03},
    "raw advantages": {"normalize_advantage": False, "clip_range": 0.1},
}


def sb3_flat(policy, attribute=None) -> np.ndarray:
    """Stable-Baselines3's parameters (or their gradients) in the engine's flat order."""
    extractor, pieces = policy.mlp_extractor, []
    for actor, critic in zip(extractor.policy_net[::2], extractor.value_net[::2], strict=True):
        pieces += [(actor.weight, True), (critic.weight, True), (actor.bias, False), (critic.bias, False)]
    for head in (policy.action_net, policy.value_net):
        pieces += [(head.weight, True), (head.bias, False)]
    if hasattr(policy, "log_std"):
        pieces.append((policy.log_std, False))
    tensors = [(p.grad if attribute == "grad" else p.detach(), transposed) for p, transposed in pieces]
    return torch.cat([(t.T if transposed else t).reshape(-1) for t, transposed in tensors]).numpy().copy()


def sb3_model(config: TrainConfig, learner: Learner) -> PPO:
    """A PPO with the learner's parameters, whose whole rollout is one minibatch."""
    model = PPO(
        "MlpPolicy", config.env_id, n_steps=SIZE, batch_size=SIZE, n_epochs=config.n_epochs, device="cpu", seed=0,
        learning_rate=config.learning_rate, clip_range=config.clip_range, clip_range_vf=config.clip_range_vf,
        ent_coef=config.ent_coef, vf_coef=config.vf_coef, max_grad_norm=config.max_grad_norm,
        normalize_advantage=config.normalize_advantage,
    )  # fmt: skip
    model.set_logger(Logger(None, []))
    views, policy = learner.network.views, model.policy
    with torch.no_grad():
        for trunk, net in enumerate((policy.mlp_extractor.policy_net, policy.mlp_extractor.value_net)):
            for layer, linear in enumerate(net[::2]):
                linear.weight.copy_(torch.tensor(views[f"hidden{layer}.weight"][trunk].T))
                linear.bias.copy_(torch.tensor(views[f"hidden{layer}.bias"][trunk, 0]))
        for name, linear in (("policy", policy.action_net), ("value", policy.value_net)):
            linear.weight.copy_(torch.tensor(views[f"{name}.weight"].T))
            linear.bias.copy_(torch.tensor(views[f"{name}.bias"]))
        if "log_std" in views:
            policy.log_std.copy_(torch.tensor(views["log_std"]))
    return model


def fill(model: PPO, batch) -> None:
    """Puts our batch where Stable-Baselines3 keeps its rollout."""
    buffer = model.rollout_buffer
    buffer.reset()
    buffer.observations[:] = batch.observations[:, None]
    buffer.actions[:] = batch.actions.reshape(SIZE, 1, -1)
    for name, column in (("log_probs", batch.log_probs), ("values", batch.values), ("returns", batch.returns)):
        getattr(buffer, name)[:] = column[:, None]
    buffer.advantages[:] = batch.advantages[:, None]
    buffer.full, buffer.generator_ready = True, False


@pytest.mark.parametrize("env_id", ["CartPole-v1", "Pendulum-v1", "LunarLander-v3"])
@pytest.mark.parametrize("more", SETTINGS.values(), ids=SETTINGS)
def test_loss_gradient_and_parameters(env_id, more):
    config = TrainConfig(env_id=env_id, batch_size=SIZE, n_epochs=1, **more)
    learner = make_learner(config)
    batch = make_batch(learner, config, SIZE)
    model = sb3_model(config, learner)
    np.testing.assert_array_equal(sb3_flat(model.policy), learner.network.parameters)
    fill(model, batch)
    model.train()
    told = model.logger.name_to_value

    advantages = normalise_minibatches(batch.advantages, SIZE) if config.normalize_advantage else batch.advantages
    objective = make_objective(config)
    old_log_std = learner.network.views["log_std"].copy() if "log_std" in learner.network.views else None
    log_ratio, error, gradient = learner.gradient(batch._replace(advantages=advantages), objective, config, old_log_std)
    terms = Terms(log_ratio, advantages)
    clip_grad_norm(gradient, config.max_grad_norm)
    np.testing.assert_allclose(gradient, sb3_flat(model.policy, "grad"), rtol=1e-3, atol=2e-6)

    assert -objective.gain(terms).mean() == pytest.approx(told["train/policy_gradient_loss"], rel=1e-4, abs=1e-6)
    assert np.square(error).mean() == pytest.approx(told["train/value_loss"], rel=1e-5)
    assert approx_kl(log_ratio) == pytest.approx(told["train/approx_kl"], rel=1e-3, abs=1e-7)
    account = clip_account(objective, terms, config.clip_range)
    assert account.clip_fraction == pytest.approx(told["train/clip_fraction"])
    assert account.clip_fraction > 0
    assert explained_variance(batch.values, batch.returns) == pytest.approx(told["train/explained_variance"], rel=1e-4)

    learner.fit(batch, objective, config, config.learning_rate)
    np.testing.assert_allclose(learner.network.parameters, sb3_flat(model.policy), rtol=0, atol=1e-6)


@pytest.mark.parametrize("env_id", ["CartPole-v1", "Pendulum-v1"])
def test_parameters_after_twenty_epochs(env_id):
    config = TrainConfig(env_id=env_id, batch_size=SIZE, n_epochs=20, learning_rate=1e-3, ent_coef=0.01)
    learner = make_learner(config)
    batch = make_batch(learner, config, SIZE)
    model = sb3_model(config, learner)
    fill(model, batch)
    start = learner.network.parameters.copy()
    model.train()
    learner.fit(batch, make_objective(config), config, config.learning_rate)
    assert np.abs(learner.network.parameters - start).max() > 5e-3
    np.testing.assert_allclose(learner.network.parameters, sb3_flat(model.policy), rtol=0, atol=2e-6)


def test_target_kl_stops_at_the_same_step():
    config = TrainConfig(
        env_id="LunarLander-v3", batch_size=SIZE, n_epochs=50, learning_rate=2e-3, clip_range=10.0, target_kl=0.03
    )
    learner = make_learner(config)
    batch = make_batch(learner, config, SIZE, drift=0.0)
    model = sb3_model(config, learner)
    model.target_kl = 0.03
    fill(model, batch)
    model.train()
    learner.fit(batch, make_objective(config), config, config.learning_rate)
    taken = next(iter(model.policy.optimizer.state.values()))["step"].item()
    assert 1 < learner.optimizer.steps == taken < 50
