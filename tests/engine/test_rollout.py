"""Rollouts: time limits bootstrap and failures do not, log-probabilities are the policy's, a dead process is told."""

from __future__ import annotations

import os
import signal

import numpy as np
import pytest

from ppo_engine.distributions import Categorical, Gaussian
from ppo_engine.rollout import env_groups
from ppo_engine.rollout_workers import EnvironmentFailed
from ppo_engine.trainer import Trainer
from tests.engine.small_runs import SMALL, small_config


@pytest.mark.parametrize("env_id", SMALL)
def test_stored_log_probs_and_values_are_those_of_the_policy_that_acted(env_id):
    with Trainer(small_config(env_id, normalize_observation=False)) as trainer:
        trainer._workers.roll()
        arrays, network = trainer._arrays, trainer.network
        batch = trainer.config.batch
        outputs = network.forward(arrays["observations"].reshape(batch, -1))
        kind = trainer.learner.distribution
        assert kind in (Categorical, Gaussian)
        actions = arrays["actions"].reshape(batch, *arrays["actions"].shape[2:])
        log_probs = kind(outputs.policy, outputs.log_std).log_prob(actions)
        np.testing.assert_allclose(arrays["log_probs"].reshape(-1), log_probs, atol=2e-5)
        np.testing.assert_allclose(arrays["values"][:-1].reshape(-1), outputs.values, atol=2e-5)
        np.testing.assert_allclose(arrays["policy"].reshape(batch, -1), outputs.policy, atol=2e-5)


def test_a_time_limit_bootstraps_from_the_last_observation():
    """A pendulum never fails: every end is the limit of 200 steps, and V of its last observation is kept."""
    with Trainer(small_config("Pendulum-v1", n_steps=450)) as trainer:
        trainer._workers.roll()
        dones, final_values = trainer._arrays["dones"], trainer._arrays["final_values"]
    assert (np.flatnonzero(dones[:, 0]) == [199, 399]).all()
    assert ((final_values != 0) == dones).all()


def test_a_fall_does_not_bootstrap():
    with Trainer(small_config("CartPole-v1", n_steps=200)) as trainer:
        trainer._workers.roll()
        assert trainer._arrays["dones"].sum() > 10
        assert not trainer._arrays["final_values"].any(), "an untrained pole falls long before 500 steps"


def test_sampled_actions_follow_the_policys_probabilities():
    with Trainer(small_config("CartPole-v1", n_envs=16, n_steps=500, batch_size=64)) as trainer:
        trainer.network.views["policy.bias"][:] = np.log([0.8, 0.2])
        trainer.network.views["policy.weight"][:] = 0
        trainer._workers.roll()
        assert trainer._arrays["actions"].mean() == pytest.approx(0.2, abs=0.015)


def test_environments_differ_from_one_another():
    with Trainer(small_config("CartPole-v1")) as trainer:
        trainer._workers.roll()
        first = trainer._arrays["observations"][0]
    assert len(np.unique(first, axis=0)) == len(first)


@pytest.mark.parametrize("n_envs", [1, 2, 3, 8, 16, 17, 64])
def test_groups_cover_every_environment_once_and_two_cores_can_share(n_envs):
    groups = env_groups(n_envs)
    assert sum(groups, []) == list(range(n_envs))
    assert len(groups) >= min(2, n_envs)


def test_a_rollout_process_that_dies_is_told_in_a_sentence():
    with Trainer(small_config(), workers=2) as trainer:
        trainer.update()
        os.kill(trainer._workers._processes[0].pid, signal.SIGKILL)
        trainer._workers._processes[0].join(5)
        with pytest.raises((EnvironmentFailed, RuntimeError, OSError)) as caught:
            trainer.update()
        assert str(caught.value)


def test_closing_ends_every_process_and_may_be_done_twice():
    trainer = Trainer(small_config(), workers=2)
    pids = [process.pid for process in trainer._workers._processes]
    assert pids
    trainer.close()
    trainer.close()
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
