"""Whether runs are carried out: a short real one ends, and a second one with other processes gives the same hash."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time

from ppo_engine.jobs.launcher import ROOT
from ppo_engine.jobs.preflight import Context, Mend

RUN = (
    "train", "--env-id", "CartPole-v1", "--objective", "ppo_clip", "--seed", "1", "--total-timesteps", "4096",
    "--set", "batch_size=128", "--json",
)  # fmt: skip


def _hash(runs: str, workers: int) -> tuple[str, float]:
    began = time.monotonic()
    command = [sys.executable, "-m", "ppo_engine", *RUN, "--workers", str(workers), "--runs", runs]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    try:
        last = json.loads(done.stdout.splitlines()[-1])
        return str(last["parameters_sha256"]), time.monotonic() - began
    except (IndexError, ValueError, KeyError) as error:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise Mend(
            f"A run of CartPole with {workers} process{'es' if workers > 1 else ''} did not end"
            f" ({said[-1][:200] if said else 'it said nothing'}): close what uses up memory, and repeat."
        ) from error


def check(context: Context) -> str:
    """One run in its worker's process, one over two rollout processes."""
    with tempfile.TemporaryDirectory(prefix="ppo-preflight-") as runs:
        (one, seconds), (two, _) = _hash(runs, 1), _hash(runs, 2)
    if one != two:
        raise Mend(
            f"The same seed gave other parameters ({one[:8]} and {two[:8]}), so no run here can be repeated: install"
            " numpy as pinned, and report this machine."
        )
    return f"4,096 steps in {seconds:.1f} s; again over two processes: the same hash, {one[:8]}."
