"""Whether the supervisor comes up and sees a run through, in a folder of its own."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from ppo_engine.jobs.control import launch
from ppo_engine.jobs.locks import is_held
from ppo_engine.jobs.preflight import Context, Mend
from ppo_engine.jobs.view import RunView
from ppo_engine.presets import build_config

UP, THROUGH = 30.0, 60.0


def check(context: Context) -> str:
    """Launch a run as a page does, wait for its supervisor and its end."""
    config = build_config("CartPole-v1", "quick", seed=1, total_timesteps=2048, n_steps=128, batch_size=128)
    # The supervisor ends by itself when its folder is gone.
    with tempfile.TemporaryDirectory(prefix="ppo-preflight-", ignore_cleanup_errors=True) as folder:
        runs, began = Path(folder), time.monotonic()
        run_id = launch(runs, config)
        while not is_held(runs / "supervisor.lock"):
            if time.monotonic() - began > UP:
                raise Mend(f"No supervisor came up: {_said(runs)}. Without it runs wait for ever.")
            time.sleep(0.05)
        up, view = time.monotonic() - began, RunView(runs, run_id)
        while view.status.name in ("queued", "running"):
            if time.monotonic() - began > UP + THROUGH:
                raise Mend(f"The supervisor is up, but a short run did not end: {view.status.sentence}")
            time.sleep(0.1)
        if view.status.name != "finished":
            raise Mend(f"The supervisor is up, but a short run ended otherwise: {view.status.sentence}")
        return f"It was up after {up:.1f} s, and a run that it watched ended after {time.monotonic() - began:.1f} s."


def _said(runs: Path) -> str:
    try:
        lines = (runs / "supervisor.log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except OSError:
        lines = []
    return lines[-1][:200] if lines else "its process said nothing"
