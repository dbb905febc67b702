"""The report of one update: its minibatches' trace, and one look at the whole batch with the new policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ppo_engine.advantages import normalise
from ppo_engine.diagnostics import (
    approx_kl,
    clip_account,
    effective_sample_size,
    explained_variance,
    ratio_histogram,
    ratio_sample,
)
from ppo_engine.learner import Batch, Trace
from ppo_engine.objectives import Terms
from ppo_engine.report import Episode, Report
from ppo_engine.self_checks import measure, trajectory_products

if TYPE_CHECKING:
    from ppo_engine.trainer import Trainer

CHUNK = 1024


def make_report(
    trainer: Trainer, batch: Batch, trace: Trace, learning_rate: float, episodes: tuple[Episode, ...], seconds: float
) -> Report:
    """The Report of the update that ``trainer`` has just made on ``batch``, which took ``seconds``."""
    config, objective = trainer.config, trainer.objective
    seen = Terms(trace.log_ratio, trace.advantage)
    account = clip_account(objective, seen, config.clip_range)
    log_ratio, kl, entropy = look_back(trainer, batch)
    advantage = normalise(batch.advantages) if config.normalize_advantage else batch.advantages
    after = Terms(log_ratio, advantage)
    first = len(seen.log_ratio) if objective.trust_region else config.batch_size
    decided = objective.record(kl)
    returns, lengths = zip(*trainer.recent, strict=True) if trainer.recent else ((np.nan,), (np.nan,))
    return Report(
        update=trainer.updates,
        timesteps=trainer.timesteps,
        ep_rew_mean=float(np.mean(returns)),
        ep_len_mean=float(np.mean(lengths)),
        policy_gradient_loss=-float(objective.gain(seen).mean()),
        value_loss=trace.value_loss,
        entropy=entropy,
        kl=kl,
        approx_kl=approx_kl(trace.log_ratio[trace.last_epoch :]),
        clip_fraction=account.clip_fraction,
        killed_fraction=account.killed_fraction,
        active_outside_fraction=account.active_outside_fraction,
        ratio_max=float(np.exp(log_ratio.max())),
        ess=effective_sample_size(log_ratio),
        explained_variance=explained_variance(batch.values, batch.returns),
        grad_norm=trace.grad_norm,
        learning_rate=learning_rate,
        clip_range=config.clip_range,
        kl_coef=float(getattr(objective, "kl_coef", 0.0)),
        fps=config.batch / seconds,
        histogram=ratio_histogram(log_ratio, advantage),
        sample=ratio_sample(objective, after),
        episodes=episodes,
        detail={
            **trace.detail,
            **trainer.noise,
            **({"controller": decided} if decided else {}),
            "checks": measure(objective, seen, first, kl, config.normalize_advantage),
            "trajectories": trajectory_products(log_ratio.reshape(-1, config.n_envs), trainer.rollout["dones"]),
        },
    )


def look_back(trainer: Trainer, batch: Batch) -> tuple[np.ndarray, float, float]:
    """log r of the whole batch ``(B,)`` under the present policy, mean exact KL(old ‖ new), mean entropy."""
    network, distribution = trainer.network, trainer.learner.distribution
    old_log_std = trainer.old_log_std
    log_ratios, kls, entropies = [], [], []
    for start in range(0, len(batch.log_probs), CHUNK):
        part = batch.take(slice(start, start + CHUNK))
        outputs = network.forward(part.observations)
        new, old = distribution(outputs.policy, outputs.log_std), distribution(part.old_policy, old_log_std)
        log_ratios.append(new.log_prob(part.actions) - part.log_probs)
        kls.append(old.kl(new))
        entropies.append(new.entropy())
    return np.concatenate(log_ratios), float(np.concatenate(kls).mean()), float(np.concatenate(entropies).mean())
