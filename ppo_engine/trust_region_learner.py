"""One TRPO update: a trust-region step of the actor on the whole batch, then the critic's own minibatches."""

from __future__ import annotations

from typing import Any

import numpy as np

from ppo_engine.advantages import normalise
from ppo_engine.config import TrainConfig
from ppo_engine.learner import Batch, Learner, NotFinite, Trace
from ppo_engine.objectives import TRPO, Terms
from ppo_engine.optimizer import clip_grad_norm
from ppo_engine.trust_region import Step, conjugate_gradient, line_search, scale_to_radius
from ppo_engine.values import value_error


class TrustRegionLearner(Learner):
    """maximise mean r Â subject to mean KL(π_old ‖ π_θ) ≤ δ, one step a batch, with a critic that has Adam to itself.

    Source: Schulman et al. 2015, arXiv 1502.05477, section 6 and appendix C. Trunks are separate, so the critic's
    gradient is zero on the actor's parameters and Adam leaves them where the trust-region step put them.
    """

    def fit(self, batch: Batch, objective: Any, config: TrainConfig, learning_rate: float) -> Trace:
        """The actor's step and ``n_epochs`` of critic minibatches; raises NotFinite."""
        advantages = normalise(batch.advantages) if config.normalize_advantage else batch.advantages
        step, log_ratio, norm = self._step_actor(batch, advantages, objective)
        if not np.isfinite(norm):
            raise NotFinite(Trace(log_ratio, advantages, float("nan"), norm, 0))
        value_loss = self._fit_critic(batch, config, learning_rate)
        return Trace(log_ratio, advantages, value_loss, norm, 0, step.summary())

    def _step_actor(self, batch: Batch, advantages: np.ndarray, objective: TRPO) -> tuple[Step, np.ndarray, float]:
        """The step taken (or refused), log r after it ``(B,)``, and the surrogate gradient's norm."""
        network, count = self.network, len(advantages)
        outputs = network.forward(batch.observations)
        log_std = None if outputs.log_std is None else outputs.log_std.copy()
        old = self.distribution(outputs.policy, log_std)
        old_log_probs = old.log_prob(batch.actions)
        no_values = np.zeros(count, np.float32)

        def product(vector: np.ndarray) -> np.ndarray:
            moved = network.jvp(vector.astype(np.float32), count)
            by_policy, by_log_std = old.fisher_product(moved.policy, moved.log_std)
            by_log_std = None if by_log_std is None else by_log_std / count
            fisher = network.vjp(by_policy / np.float32(count), no_values, by_log_std)
            return fisher.astype(np.float64) + objective.cg_damping * vector

        slope = objective.slope(Terms(np.zeros(count, np.float32), advantages))
        by_policy, by_log_std = old.grad_log_prob(batch.actions, slope / np.float32(count))
        gradient = network.vjp(by_policy, no_values, by_log_std).astype(np.float64)
        norm = float(np.linalg.norm(gradient))
        if not np.isfinite(norm) or norm == 0:
            return Step(gradient, (norm,), 0.0, ()), np.zeros(count, np.float32), norm
        direction, residuals = conjugate_gradient(product, gradient, objective.cg_iterations)
        curvature = float(direction @ product(direction))
        full = scale_to_radius(direction, curvature, objective.max_kl)
        start, before = network.parameters.copy(), float(advantages.mean())
        state = {}

        def evaluate(fraction: float) -> tuple[float, float]:
            network.parameters[:] = start + (fraction * full).astype(np.float32)
            moved = network.forward(batch.observations)
            new = self.distribution(moved.policy, moved.log_std)
            state["log_ratio"] = new.log_prob(batch.actions) - old_log_probs
            gain = objective.gain(Terms(state["log_ratio"], advantages))
            return float(gain.mean(dtype=np.float64)) - before, float(old.kl(new).mean(dtype=np.float64))

        step = Step(full, residuals, float(gradient @ full), line_search(evaluate, objective.max_kl))
        if step.accepted is None:
            network.parameters[:] = start
            state["log_ratio"] = np.zeros(count, np.float32)
        return step, state["log_ratio"], norm

    def _fit_critic(self, batch: Batch, config: TrainConfig, learning_rate: float) -> float:
        """Mean squared value error over all minibatches; moves the critic's parameters alone."""
        network, squares, seen = self.network, 0.0, 0
        for _ in range(config.n_epochs):
            shuffled = batch.take(self.rng.permutation(len(batch.returns)))
            for start in range(0, len(batch.returns), config.batch_size):
                mini = shuffled.take(slice(start, start + config.batch_size))
                outputs = network.forward(mini.observations)
                error, bend = value_error(outputs.values, mini.returns, mini.values, config.clip_range_vf)
                by_values = error * bend * np.float32(2 * config.vf_coef / len(error))
                still = None if outputs.log_std is None else np.zeros_like(outputs.log_std)
                gradient = network.vjp(np.zeros_like(outputs.policy), by_values, still)
                if not np.isfinite(clip_grad_norm(gradient, config.max_grad_norm)):
                    raise NotFinite(Trace(error, error, float("nan"), float("nan"), 0))
                self.optimizer.step(network.parameters, gradient, learning_rate)
                squares += float(error @ error)
                seen += len(error)
        return squares / seen
