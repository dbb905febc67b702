"""The benchmark: both sides in turns and alike in settings, ratios that follow, a clear word without its peer."""

from __future__ import annotations

import importlib.util
import json

import pytest

from ppo_engine import bench
from ppo_engine.config import TrainConfig


@pytest.fixture
def pretended(monkeypatch):
    """Pretended measurements; the list of who was asked, in order."""
    asked, speeds = [], iter([600.0, 100.0, 800.0, 100.0, 1000.0, 200.0])

    def measure(who, env_id, seconds):
        asked.append(who)
        return next(speeds)

    monkeypatch.setattr(bench, "measure_apart", measure)
    return asked


def test_measures_in_turns_and_takes_the_median_of_the_pairs(pretended):
    result = bench.compare("CartPole-v1", 3, 1.0)
    assert pretended == [bench.OURS, bench.THEIRS] * 3
    assert result["ratios"] == [6.0, 8.0, 5.0]
    assert (result["ratio_median"], result["ratio_min"], result["ratio_max"]) == (6.0, 5.0, 8.0)
    assert "6.00 times as fast" in bench.table(result)


def test_json_is_one_object_a_line(pretended, capsys):
    assert bench.main(["--env", "CartPole-v1", "--json", "--repeats", "3"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["stable_baselines3"] == [100.0, 100.0, 200.0]


def test_without_its_peer_it_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert bench.main([]) == 2
    said = capsys.readouterr()
    assert "tests/requirements.txt" in said.err and said.out == ""


@pytest.mark.parametrize("bad", [["--env", "NoSuch-v0"], ["--repeats", "0"], ["--seconds", "nan"], ["--seconds", "-1"]])
def test_bad_options_end_with_status_2(bad):
    with pytest.raises(SystemExit) as caught:
        bench.main(bad)
    assert caught.value.code == 2


@pytest.mark.parametrize("env_id", bench.SETTINGS)
def test_settings_are_valid_knobs(env_id):
    TrainConfig(env_id=env_id, **bench.SETTINGS[env_id])


@pytest.mark.parametrize("who", bench.MEASURES)
def test_each_side_really_runs(who):
    assert bench.measure_apart(who, "CartPole-v1", 0.01) > 0


def test_a_failed_measurement_is_told(monkeypatch):
    monkeypatch.setattr(bench.sys, "executable", "/bin/false")
    with pytest.raises(RuntimeError, match="CartPole-v1"):
        bench.measure_apart(bench.OURS, "CartPole-v1", 0.01)
