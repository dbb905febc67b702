"""A runs folder whose processes end with the test, and configs small enough to run in a second."""

from __future__ import annotations

import zipfile

import pytest

from ppo_engine.config import TrainConfig
from ppo_engine.jobs.exports.writing import export
from ppo_engine.jobs.launching import write_run
from ppo_engine.jobs.life import Life
from ppo_engine.jobs.registry import Registry
from tests.jobs.killing import end_everything

POLE = TrainConfig(env_id="CartPole-v1", n_envs=4, n_steps=32, batch_size=64, n_epochs=4, total_timesteps=2560)
LANDER = TrainConfig(env_id="LunarLander-v3", n_envs=4, n_steps=64, batch_size=64, n_epochs=2, total_timesteps=20_480)


@pytest.fixture
def runs(tmp_path):
    folder = tmp_path / "runs"
    yield folder
    end_everything(folder)


@pytest.fixture
def pole():
    return POLE


@pytest.fixture
def lander():
    return LANDER


@pytest.fixture
def written(runs):
    """Write a run and register it without starting anything."""

    def write(config=POLE, desired="run"):
        folder = write_run(runs, config)
        Registry(runs).add(folder.run_id, "", desired)
        return folder

    return write


@pytest.fixture(scope="session")
def good(tmp_path_factory):
    """The files of a run's zip by name."""
    place = tmp_path_factory.mktemp("good")
    folder = write_run(place / "runs", POLE.with_(total_timesteps=1280))
    Registry(folder.runs).add(folder.run_id, "", "run")
    Life(folder).run()
    export([folder], "zip", place / "good.zip")
    with zipfile.ZipFile(place / "good.zip") as packed:
        return {name: packed.read(name) for name in packed.namelist()}
