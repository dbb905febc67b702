"""Whether the disk that the runs lie on has room for them."""

from __future__ import annotations

import shutil
from pathlib import Path

from ppo_engine.jobs.guards import FREE_DISK, MEGABYTE
from ppo_engine.jobs.preflight import Context, Mend

FOR_AN_EVENING = 300 * MEGABYTE


def check(context: Context) -> str:
    """Free space where the runs lie."""
    runs = Path(context.runs)
    runs.mkdir(parents=True, exist_ok=True)
    free, least = shutil.disk_usage(runs).free, FREE_DISK + FOR_AN_EVENING
    if free < least:
        raise Mend(
            f"{free // MEGABYTE} MB are free where the runs lie, {least // MEGABYTE} MB are wanted (no run starts below"
            f" {FREE_DISK // MEGABYTE} MB): delete runs, empty the folder .trash beside them, or name another disk in"
            " PPO_RUNS."
        )
    return f"{free / 1e9:.1f} GB are free where the runs lie."
