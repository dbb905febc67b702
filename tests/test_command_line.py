"""The command line as a user types it: what it prints, how it ends, and that bad input starts nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ppo_engine.jobs.view import RunView
from ppo_engine.report import REPORT_KEYS
from tests.jobs.killing import end_everything, wait_until

ROOT = Path(__file__).resolve().parent.parent
SMALL = ["--env-id", "CartPole-v1", "--seed", "3", "--total-timesteps", "1500", "--set", "batch_size=128"]


@pytest.fixture
def runs(tmp_path):
    folder = tmp_path / "runs"
    yield folder
    end_everything(folder)


def command(runs: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "ppo_engine", *arguments, "--runs", str(runs)]


def call(runs: Path, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(command(runs, *arguments), capture_output=True, text=True, cwd=ROOT, timeout=120)


def lines(done: subprocess.CompletedProcess) -> list[dict]:
    assert done.returncode == 0, done.stderr

    def no_such_number(text):
        raise AssertionError(f"{text} is not JSON")

    return [json.loads(line, parse_constant=no_such_number) for line in done.stdout.splitlines()]


@pytest.fixture
def trained(runs):
    *updates, last = lines(call(runs, "train", *SMALL, "--json"))
    return updates, last


def test_train_prints_each_update_and_how_it_ended(trained):
    updates, last = trained
    assert [row["update"] for row in updates] == list(range(1, len(updates) + 1))
    assert all(tuple(row) == REPORT_KEYS for row in updates)
    assert last["event"] == "finished" and len(last["run_id"]) == 26 and len(last["parameters_sha256"]) == 64


def test_the_same_seed_gives_the_same_parameters_for_any_number_of_processes(runs, trained):
    for workers in ("1", "2"):
        *_, last = lines(call(runs, "train", *SMALL, "--json", "--workers", workers))
        assert last["parameters_sha256"] == trained[1]["parameters_sha256"]
    *_, last = lines(call(runs, "train", *SMALL, "--json", "--set", "clip_range=0.1"))
    assert last["parameters_sha256"] != trained[1]["parameters_sha256"]


def test_what_is_printed_is_what_is_kept(runs, trained):
    updates, last = trained
    run_id = last["run_id"]
    assert lines(call(runs, "show", run_id, "--json")) == updates
    (row,) = lines(call(runs, "list", "--json"))
    expected = {"run_id": run_id, "state": "finished", "env_id": "CartPole-v1", "objective": "ppo_clip", "seed": 3}
    assert {key: row[key] for key in expected} == expected
    assert (row["timesteps"], row["ep_rew_mean"]) == (updates[-1]["timesteps"], updates[-1]["ep_rew_mean"])
    assert lines(call(runs, "resume", run_id, "--json")) == [last]


def test_evaluate_says_how_good_it_is(runs, trained):
    run_id = trained[1]["run_id"]
    (result,) = lines(call(runs, "evaluate", run_id, "--episodes", "5", "--json"))
    assert result["n"] == 5 and result["threshold"] == 475 and result["ci95"][0] <= result["mean"] <= result["ci95"][1]
    (early,) = lines(call(runs, "evaluate", run_id, "--episodes", "5", "--update", "0", "--json"))
    assert early["update"] == 0 and early["mean"] != result["mean"]


def test_fork_and_delete(runs, trained):
    updates, last = trained
    *rows, end = lines(call(runs, "fork", last["run_id"], "--update", "4", "--set", "clip_range=0.05", "--json"))
    assert end["event"] == "finished" and end["run_id"] != last["run_id"]
    assert end["parameters_sha256"] != last["parameters_sha256"] and rows[-1]["update"] == updates[-1]["update"]
    shown = lines(call(runs, "show", end["run_id"], "--json"))
    assert shown[:4] == updates[:4] and shown[4]["clip_range"] == 0.05
    assert call(runs, "delete", last["run_id"]).returncode == 0
    assert [row["run_id"] for row in lines(call(runs, "list", "--json"))] == [end["run_id"]]
    assert call(runs, "show", last["run_id"]).returncode == 2


def test_lines_for_people(runs, trained):
    run_id = trained[1]["run_id"]
    for arguments in (["list"], ["show", run_id], ["evaluate", run_id, "--episodes", "2"], ["train", *SMALL]):
        done = call(runs, *arguments)
        assert done.returncode == 0 and done.stdout and not done.stderr
        assert "Traceback" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["train"], "--env-id"),
        (["train", "--env-id", "NoSuch-v0"], "env_id"),
        (["train", "--env-id", "os:X"], "env_id"),
        (["train", "--env-id", "../x"], "env_id"),
        (["train", "--env-id", "x" * 10_000], "env_id"),
        (["train", *SMALL, "--objective", "a2c"], "objective"),
        (["train", *SMALL, "--preset", "nope"], "preset"),
        (["train", *SMALL, "--set", "learning_rate=nan"], "learning_rate"),
        (["train", *SMALL, "--set", "learning_rate=inf"], "learning_rate"),
        (["train", *SMALL, "--set", "gamma="], "gamma"),
        (["train", *SMALL, "--set", "clip_range"], "KNOB=VALUE"),
        (["train", *SMALL, "--set", "n_epochs=3", "--set", "n_epochs=4"], "n_epochs"),
        (["train", *SMALL, "--set", "nonsense=1"], "nonsense"),
        (["train", *SMALL, "--set", "env_id=Pendulum-v1"], "env_id"),
        (["train", *SMALL, "--set", "batch_size=100000"], "batch_size"),
        (["train", "--env-id", "CartPole-v1", "--seed", "-1"], "seed"),
        (["train", "--env-id", "CartPole-v1", "--seed", "1.5"], "seed"),
        (["train", "--env-id", "CartPole-v1", "--total-timesteps", "1e12"], "total_timesteps"),
        (["train", *SMALL, "--workers", "0"], "workers"),
        (["train", *SMALL, "--workers", "two"], "workers"),
        (["train", *SMALL, "--name", "x" * 81], "name"),
        (["show", "../../etc/passwd"], "run"),
        (["resume", "01ARZ3NDEKTSV4RRFFQ69G5FAV"], "run"),
        (["evaluate", "nope", "--episodes", "3"], "run"),
        (["delete", ".."], "run"),
        (["fork", "nope", "--update", "3"], "run"),
        (["dance"], "dance"),
        ([], "COMMAND"),
    ],
)  # fmt: skip
def test_bad_input_is_one_sentence_and_starts_nothing(runs, arguments, named):
    done = call(runs, *arguments) if arguments else subprocess.run(
        [sys.executable, "-m", "ppo_engine"], capture_output=True, text=True, cwd=ROOT
    )  # fmt: skip
    assert done.returncode == 2 and done.stdout == ""
    assert named in done.stderr and "Traceback" not in done.stderr
    assert len(done.stderr) < 1500 and not runs.exists()


def test_a_torn_or_interrupted_run_goes_on_to_the_same_end(runs):
    arguments = [*SMALL[:-2], "--total-timesteps", "30000", "--json"]
    *_, whole = lines(call(runs, "train", *arguments))
    for number, status in ((signal.SIGKILL, -9), (signal.SIGINT, 130)):
        process = subprocess.Popen(
            command(runs, "train", *arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
        )
        for _ in range(40):
            process.stdout.readline()
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
        assert process.returncode == status
        run_id = lines(call(runs, "list", "--json"))[0]["run_id"]
        view = RunView(runs, run_id)
        if number == signal.SIGKILL:
            assert view.state == "lost"
        else:
            assert view.state == "paused" and json.loads(out.splitlines()[-1])["event"] == "paused"
            assert f"resume {run_id}" in err
        shown = view.updates_since(0)[1]
        *rows, last = lines(call(runs, "resume", run_id, "--json"))
        assert last["parameters_sha256"] == whole["parameters_sha256"]
        assert view.updates_since(0)[1][: len(shown)].tobytes() == shown.tobytes()
        assert rows[-1]["update"] == view.progress().total_updates and view.state == "finished"


def test_two_processes_cannot_train_one_run(runs):
    process = subprocess.Popen(
        command(runs, "train", "--env-id", "CartPole-v1", "--set", "total_timesteps=10000000", "--json"),
        stdout=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip
    try:
        process.stdout.readline()
        (row,) = lines(call(runs, "list", "--json"))
        done = call(runs, "resume", row["run_id"])
        assert done.returncode == 2 and "under way" in done.stderr
    finally:
        process.kill()
        process.wait()


def test_a_reader_that_goes_away_pauses_the_run(runs):
    process = subprocess.Popen(
        command(runs, "train", "--env-id", "CartPole-v1", "--set", "total_timesteps=10000000", "--json"),
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT,
    )  # fmt: skip
    process.stdout.readline()
    process.stdout.close()
    process.wait(60)
    (row,) = lines(call(runs, "list", "--json"))
    assert row["state"] == "paused"


def test_the_folder_may_come_from_the_environment(tmp_path):
    environment = {**os.environ, "PPO_RUNS": str(tmp_path / "mine")}
    program = [sys.executable, "-m", "ppo_engine", "train", *SMALL]
    assert subprocess.run(program, env=environment, cwd=ROOT, capture_output=True).returncode == 0
    assert wait_until(lambda: (tmp_path / "mine" / "registry.db").exists())


def test_a_command_starts_without_torch():
    program = "import sys; from ppo_engine.jobs.commands import train, look, fork; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)
