"""How long a run takes here: from the newest run like it, else from a slow machine's numbers, else unknown."""

from __future__ import annotations

import math

import pytest

from ppo_engine.jobs.pace import ROLLOUT, measured, sentence, usual
from ppo_engine.jobs.store import Batch, Store
from ppo_engine.presets import PRESETS, build_config
from tests.jobs.test_store import make_report

CAR = build_config("CarRacing-v3")


@pytest.fixture
def trained(written):
    """Write a run that went at so many steps per second."""

    def train(config, speed, updates=5):
        store = Store(written(config), lambda: update * config.batch / speed)
        for update in range(1, updates + 1):
            store.commit(Batch(make_report(update, timesteps=update * config.batch)))
        store.close()

    return train


def test_the_newest_run_of_the_same_work_tells(runs, trained):
    assert math.isnan(measured(runs, CAR))
    trained(CAR, 300)
    trained(CAR.with_(seed=5, learning_rate=1e-4, total_timesteps=50_000), 200)
    trained(CAR.with_(n_epochs=2), 900)
    trained(CAR, 7_000, updates=1)
    assert measured(runs, CAR) == pytest.approx(200), "a learning rate costs nothing, an epoch does"
    assert sentence(runs, CAR) == (
        "A run takes about 17 min here, at the 200 steps per second of the last one like it."
    )
    assert "about 50 s here" in sentence(runs, CAR.with_(total_timesteps=10_000))


def test_before_the_first_run_a_slow_machine_tells(runs):
    assert usual(CAR) == pytest.approx(1e6 / (1400 + 8 * 110))
    assert sentence(runs, CAR) == "A run takes about 8 min on two slow cores; the first one shows it here."
    assert usual(CAR.with_(n_epochs=1)) > usual(CAR)
    assert set(ROLLOUT) == set(PRESETS), "every environment of the table has its number"


@pytest.mark.parametrize(
    "config", [build_config("Taxi-v4"), CAR.with_(hidden_sizes=(64,)), build_config("CartPole-v1", objective="trpo")]
)
def test_what_was_never_measured_is_not_guessed(runs, config):
    assert math.isnan(usual(config))
    assert sentence(runs, config) == "How long a run takes here is known after the first one like it."
