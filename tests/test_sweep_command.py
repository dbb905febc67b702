"""sweep on the command line: what it prints, that it ends as train does, and that bad input starts nothing."""

from __future__ import annotations

import pytest

from ppo_engine.jobs.commands.parser import main
from ppo_engine.jobs.sweeps import list_sweeps
from tests.jobs.killing import end_everything, wait_until, workers
from tests.test_command_line import call, lines

GRID = ["--env-id", "CartPole-v1", "--objective", "ppo_clip", "--grid", "clip_range=0.1,0.3", "--seeds", "2"]
SHORT = ["--total-timesteps", "512", "--set", "n_epochs=2"]


@pytest.fixture
def runs(tmp_path):
    folder = tmp_path / "runs"
    yield folder
    end_everything(folder)


def test_a_sweep_prints_each_run_and_ends_as_train_does(runs):
    first, *each, last = lines(call(runs, "sweep", *GRID, *SHORT, "--json"))
    assert first["event"] == "queued" and first["runs"] == 4 and first["seconds_estimated"] > 0
    assert last == {"event": "finished", "sweep_id": first["sweep_id"], "ended": 4, "runs": 4}
    assert sorted((row["clip_range"], row["seed"]) for row in each) == [(0.1, 1), (0.1, 2), (0.3, 1), (0.3, 2)]
    assert all(row["event"] == "run" and row["state"] == "finished" and row["final_return"] > 0 for row in each)
    (row,) = [row for row in each if (row["clip_range"], row["seed"]) == (0.3, 2)]
    settings = ["--env-id", "CartPole-v1", "--objective", "ppo_clip", "--seed", "2", "--set", "clip_range=0.3"]
    alone = lines(call(runs, "train", *settings, *SHORT, "--json"))[-1]
    assert alone["parameters_sha256"] == row["parameters_sha256"]
    said = call(runs, "sweep", "--show", first["sweep_id"][:22]).stdout
    assert ", 2 seeds, too few for a claim" in said and said.startswith("ε 0.1: mean ")
    assert "4 of 4 runs have ended, finished" in said


def test_a_detached_sweep_goes_on_and_can_be_cancelled(runs):
    long = ["--total-timesteps", "5000000", "--detach", "--json"]
    first, last = lines(call(runs, "sweep", *GRID, *long))
    assert last["event"] in ("queued", "running") and last["ended"] == 0
    wait_until(lambda: workers(runs))
    assert lines(call(runs, "sweep", "--cancel", first["sweep_id"], "--json"))[0]["ended"] == 0
    wait_until(lambda: not workers(runs))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([*GRID[:5], "clip_range=", *GRID[6:]], "grid clip_range is '', but it must be at least one value."),
        ([*GRID[:5], "d_targ=0.01", *GRID[6:]], "Only the adaptive KL penalty has a target."),
        ([*GRID[:5], "clip_range", *GRID[6:]], "--grid is 'clip_range', but it must be of the form KNOB=V1,V2."),
        ([*GRID[:7], "0"], "seeds is '0', but it must be a whole number from 1 to 100."),
        (["--show", "01ABCDEF"], "run is '01ABCDEF', but no run has that id."),
        (["--objective", "ppo_clip"], "--env-id is '', but it must be the environment of a new sweep."),
    ],
)
def test_bad_input_is_one_sentence_and_starts_nothing(runs, arguments, sentence, capsys):
    assert main(["sweep", *arguments, "--runs", str(runs)]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.strip().endswith(sentence) and said.err.count("\n") == 1
    assert list_sweeps(runs) == [] and not workers(runs)


def test_ten_thousand_runs_are_refused_with_the_time_they_would_take(runs, capsys):
    many = ",".join(str(0.1 + 0.001 * index) for index in range(100))
    assert main(["sweep", *GRID[:5], f"clip_range={many}", "--seeds", "100", "--runs", str(runs)]) == 2
    said = capsys.readouterr()
    assert said.out == "" and list_sweeps(runs) == []
    assert said.err.startswith("The grid has 10,000 runs, but it must have at most 1,000. They would take about ")
