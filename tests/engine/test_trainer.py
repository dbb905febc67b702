"""The trainer: reports that add up, learning that reaches a threshold, divergence that keeps its parameters."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ppo_engine.config import TrainConfig
from ppo_engine.diagnostics import HISTOGRAM_BINS
from ppo_engine.evaluate import evaluate
from ppo_engine.knobs import ConfigError
from ppo_engine.objectives import OBJECTIVES, Terms
from ppo_engine.presets import build_config
from ppo_engine.report import REPORT_KEYS, Diverged
from ppo_engine.trainer import Trainer
from tests.engine.small_runs import SMALL, run, small_config

PINNED_KEYS = (
    "update", "timesteps", "ep_rew_mean", "ep_len_mean", "policy_gradient_loss", "value_loss", "entropy", "kl",
    "approx_kl", "clip_fraction", "killed_fraction", "active_outside_fraction", "ratio_max", "ess",
    "explained_variance", "grad_norm", "learning_rate", "clip_range", "kl_coef", "fps",
)  # fmt: skip


@pytest.mark.parametrize("env_id", SMALL)
def test_reports_add_up(env_id):
    config = small_config(env_id, learning_rate=3e-3)
    _, reports = run(config, 6)
    assert REPORT_KEYS == PINNED_KEYS
    for number, report in enumerate(reports, start=1):
        assert tuple(report.scalars()) == PINNED_KEYS
        assert (report.update, report.timesteps) == (number, number * config.batch)
        assert report.histogram.shape == (2, HISTOGRAM_BINS + 2) and report.histogram.sum() == config.batch
        assert report.sample.shape == (min(256, config.batch), 3) and np.isfinite(report.sample).all()
        split = report.killed_fraction + report.active_outside_fraction
        assert report.clip_fraction == pytest.approx(split) and 0 <= report.clip_fraction <= 1
        assert 0 < report.ess <= 1 + 1e-9 and report.ratio_max >= 1 and report.kl > 0 and report.approx_kl > 0
        assert report.grad_norm > 0 and report.fps > 0
        optional = {"ep_rew_mean", "ep_len_mean", "explained_variance"}
        assert all(math.isfinite(value) for key, value in report.scalars().items() if key not in optional)
    assert any(report.clip_fraction > 0 for report in reports)


@pytest.mark.parametrize("normalise", [True, False])
def test_the_sample_shows_the_advantages_that_the_objective_saw(normalise):
    config = small_config(n_envs=4, n_steps=64, normalize_advantage=normalise)
    with Trainer(config) as trainer:
        sample = trainer.update().sample
        slope = trainer.objective.slope(Terms(sample[:, 0], sample[:, 1]))
    assert len(sample) == config.batch, "this batch is small enough to be shown whole"
    near_one = sample[:, 1].std(ddof=1) == pytest.approx(1, rel=1e-4)
    assert near_one == normalise
    np.testing.assert_allclose(sample[:, 2], slope, rtol=1e-5)


def test_episodes_are_unique_ordered_and_make_the_mean():
    published = []
    with Trainer(small_config(), on_episodes=published.extend) as trainer:
        reports = [trainer.update() for _ in range(6)]
    reported = [episode for report in reports for episode in report.episodes]
    assert len(reported) > 20
    assert sorted(published) == sorted(reported), "every ended episode is published once"
    assert len({(e.update, e.step, e.env) for e in reported}) == len(reported)
    assert all(e.ret == e.length for e in reported), "CartPole pays 1 a step"
    for report in reports:
        assert all(report.timesteps - 320 < e.timesteps <= report.timesteps for e in report.episodes)
    last = [e.ret for e in reported][-100:]
    assert reports[-1].ep_rew_mean == pytest.approx(np.mean(last))


def test_every_step_belongs_to_an_episode_or_to_one_that_goes_on():
    config = small_config(total_timesteps=100_000)
    with Trainer(config) as trainer:
        lengths = sum(e.length for _ in range(5) for e in trainer.update().episodes)
        running = sum(len(actions) for actions, _ in trainer._workers.states().values())
    assert lengths + running == 5 * config.batch


def test_a_run_finishes_at_its_total():
    config = small_config(total_timesteps=1000)
    with Trainer(config) as trainer:
        assert (trainer.finished, trainer.updates, trainer.timesteps) == (False, 0, 0)
        while not trainer.finished:
            trainer.update()
        assert trainer.updates == config.total_updates == 4
        assert trainer.timesteps == 4 * config.batch >= 1000


def test_the_annealed_learning_rate_falls_in_a_straight_line():
    _, reports = run(small_config(anneal_lr=True, total_timesteps=1600, learning_rate=1e-3), 5)
    np.testing.assert_allclose([r.learning_rate for r in reports], [1e-3, 8e-4, 6e-4, 4e-4, 2e-4], rtol=1e-9)


def test_adaptive_beta_follows_the_kl_of_the_update_before():
    config = small_config(objective="ppo_kl_adaptive", kl_coef=0.5, d_targ=0.01, learning_rate=3e-3)
    _, reports = run(config, 8)
    for before, after in zip(reports, reports[1:], strict=False):
        low, high = 0.01 / 1.5, 0.01 * 1.5
        factor = 0.5 if before.kl < low else 2 if before.kl > high else 1
        assert after.kl_coef == pytest.approx(before.kl_coef * factor)
    assert len({r.kl_coef for r in reports}) > 2


def test_a_larger_beta_keeps_the_policy_closer():
    kls = [run(small_config(objective="ppo_kl", kl_coef=beta, n_epochs=10), 3)[1][-1].kl for beta in (0.0, 1.0, 30.0)]
    assert kls[0] > kls[1] > kls[2]


def test_cartpole_is_learnt_within_seconds():
    config = build_config("CartPole-v1", total_timesteps=50_000, seed=1)
    with Trainer(config) as trainer:
        untrained = evaluate(config, trainer.snapshot(), episodes=10).mean
        while not trainer.finished:
            trainer.update()
        trained = evaluate(config, trainer.snapshot(), episodes=20)
    assert untrained < 150
    assert trained.mean >= 475 and trained.share_solved > 0.8


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_every_objective_learns_something(objective):
    config = build_config("CartPole-v1", objective=objective, total_timesteps=40_000, seed=1, n_epochs=5, batch_size=32)
    with Trainer(config) as trainer:
        while not trainer.finished:
            report = trainer.update()
    # Machines round differently, and a single pass over small batches is noisy: seen from 85 on.
    assert report.ep_rew_mean > 60, "a random policy gets about 22"


def diverging() -> TrainConfig:
    return small_config("Pendulum-v1", learning_rate=1.0, max_grad_norm=None, anneal_lr=False, n_epochs=50,
                        objective="surrogate", normalize_advantage=False, total_timesteps=10**6)  # fmt: skip


def test_divergence_keeps_finite_parameters_and_the_guilty_update():
    with Trainer(diverging()) as trainer:
        reports = []
        with pytest.raises(Diverged) as caught:
            for _ in range(200):
                reports.append(trainer.update())
        assert caught.value.update == len(reports) + 1 == caught.value.report.update
        assert "number" in str(caught.value)
        assert caught.value.report.histogram.sum() == trainer.config.batch
        assert np.isfinite(trainer.network.parameters).all()


def test_a_live_knob_moves_from_the_next_update_on():
    with Trainer(small_config(total_timesteps=100_000)) as trainer:
        assert trainer.update().clip_range == 0.2
        trainer.apply(clip_range=0.05, learning_rate="1e-4", kl_coef=0.3, gamma=0.9)
        report = trainer.update()
        assert (report.clip_range, report.learning_rate, report.kl_coef) == (0.05, 1e-4, 0.3)
        assert trainer.config.gamma == 0.9


def test_annealing_and_normalised_advantages_may_be_switched_while_it_runs():
    with Trainer(small_config(total_timesteps=3200, learning_rate=1e-3)) as trainer:
        assert "advantage_mean" in trainer.update().detail["checks"]
        trainer.apply(anneal_lr=True, normalize_advantage=False)
        report = trainer.update()
        assert report.learning_rate == pytest.approx(1e-3 * (1 - 320 / 3200))
        assert "advantage_mean" not in report.detail["checks"]


@pytest.mark.parametrize(
    "knobs", [{"n_envs": 4}, {"seed": 2}, {"nonsense": 1}, {"clip_range": math.nan}, {"clip_range": 0.1, "gamma": 2}]
)
def test_a_bad_live_knob_changes_nothing(knobs):
    with Trainer(small_config()) as trainer:
        config, objective = trainer.config, trainer.objective
        with pytest.raises(ConfigError):
            trainer.apply(**knobs)
        assert (trainer.config, trainer.objective) == (config, objective)
