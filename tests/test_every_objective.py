"""Every objective trains CartPole from the command line; tests/pages does the same from the page."""

from __future__ import annotations

import json
import subprocess

from ppo_engine.jobs.view import RunView
from ppo_engine.objectives import OBJECTIVES
from tests.test_command_line import ROOT, SMALL, command, runs

__all__ = ["runs"]  # the fixture


def test_every_objective_trains_cartpole(runs):
    started = {
        name: subprocess.Popen(
            command(runs, "train", *SMALL, "--objective", name, "--json", "--workers", "1"),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        ) for name in OBJECTIVES
    }  # fmt: skip
    ends = set()
    for name, process in started.items():
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, (name, err)
        *updates, last = [json.loads(line) for line in out.splitlines()]
        assert len(updates) >= 2 and all(update["kl"] >= 0 for update in updates)
        assert RunView(runs, last["run_id"]).config.objective == name
        ends.add(last["parameters_sha256"])
    assert len(ends) == len(OBJECTIVES), "each goes its own way"
