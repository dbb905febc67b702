"""The catalogue: what is installed is examined by other processes, whatever an environment does to them."""

from __future__ import annotations

import sys

import pytest

from ppo_engine.envs import ENVIRONMENTS
from ppo_engine.jobs import catalogue
from ppo_engine.jobs.catalogue import Catalogue, Examiner
from ppo_engine.knobs import ConfigError
from ppo_engine.open_envs import examine
from tests.jobs.killing import wait_until

ODD = """
import os, time
import gymnasium
from gymnasium.envs.classic_control import CartPoleEnv

class Odd(CartPoleEnv):
    def __init__(self, kind, **rest):
        print("hello from a package", flush=True)
        if kind == "crash":
            os.abort()
        if kind == "hang":
            time.sleep(600)
        if kind == "raise":
            raise RuntimeError("out of fuel")
        super().__init__(**rest)

for kind in ("crash", "fine", "raise", *os.environ.get("ODD_TOO", "").split()):
    gymnasium.register(f"Odd-{kind}-v1", f"{__name__}:Odd", kwargs={"kind": kind}, max_episode_steps=9)
gymnasium.register("Odd-fine-v0", f"{__name__}:Odd", kwargs={"kind": "fine"}, max_episode_steps=8)
"""


@pytest.fixture
def odd(tmp_path, monkeypatch):
    """A module named by the owner that registers environments which crash, hang, raise, print, or work."""
    (tmp_path / "odd_environments.py").write_text(ODD)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PPO_MODULES", "odd_environments,no_such_module")


def test_everything_installed_is_listed_or_has_a_reason(runs, odd, monkeypatch):
    found = Catalogue(runs)
    assert found.usable() == [] and not found.complete
    found.start()
    found.start()
    assert found.wait(120)
    usable, refused = found.usable(), found.refused()
    assert {"FrozenLake-v1", "Taxi-v4", "Odd-fine-v1"} <= set(usable) and not set(usable) & set(ENVIRONMENTS)
    assert "Odd-fine-v0" not in usable
    assert refused["Odd-crash-v1"] == "Making it ends the process that tries."
    assert refused["Odd-raise-v1"] == "It cannot be made, as it says RuntimeError: out of fuel."
    assert refused["no_such_module"].startswith("Importing it says ModuleNotFoundError")
    assert "MuJoCo" in refused["Ant-v5"] and "Ant-v4" not in refused
    assert all(why.endswith(".") and why[0].isupper() and "\n" not in why for why in refused.values())
    assert "odd_environments" not in sys.modules, "it was imported elsewhere"
    assert found.examine("FrozenLake-v1") == examine("FrozenLake-v1")
    assert found.examine("Odd-fine-v1").max_episode_steps == 9
    assert found.examine("Odd-fine-v0").max_episode_steps == 8, "an older version is asked for when it is named"
    monkeypatch.setattr(Examiner, "ask", None)
    for env_id, said in (("Taxi-v3", "Taxi-v4 in this"), ("NoSuch-v0", "installed"), ("Odd-crash-v1", "ends the proc")):
        with pytest.raises(ConfigError, match=said):
            found.examine(env_id)


def test_an_id_can_be_asked_for_before_the_list_is_there(runs):
    found = Catalogue(runs)
    assert found.examine("Blackjack-v1") == examine("Blackjack-v1")
    with pytest.raises(ConfigError) as caught:
        found.examine("Ant-v5")
    assert str(caught.value).count(".") == 1 and "MuJoCo is not installed" in str(caught.value)
    with pytest.raises(ConfigError, match="Taxi-v4 in this version"):
        found.examine("Taxi-v3")
    assert found.usable() == [] and not found.complete


def test_an_examiner_that_hangs_ends_with_whoever_asked(runs, odd, monkeypatch):
    monkeypatch.setenv("ODD_TOO", "hang")
    examiner = Examiner(runs)
    assert "info" in examiner.ask("FrozenLake-v1")
    process = examiner._process
    process.stdin.write(b"Odd-hang-v1\n")
    process.stdin.flush()
    process.stdin.close()
    wait_until(lambda: process.poll() is not None)


def test_an_examiner_that_hangs_or_was_ended_is_started_again(runs, odd, monkeypatch):
    monkeypatch.setenv("ODD_TOO", "hang")
    examiner = Examiner(runs)
    assert "info" in examiner.ask("FrozenLake-v1")
    assert examiner.ask("Odd-hang-v1", 0.5) == {"refused": catalogue.HUNG.format(0.5)}
    assert "info" in examiner.ask("FrozenLake-v1")
    examiner._process.kill()
    examiner._process.wait()
    assert examiner.ask("FrozenLake-v1") == {"refused": catalogue.BROKE}
    assert "info" in examiner.ask("FrozenLake-v1")
    examiner.close()
