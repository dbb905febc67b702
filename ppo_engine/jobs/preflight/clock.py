"""Whether the clock is plausible, never runs backwards, and agrees with that of the runs folder's file system."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from ppo_engine.jobs.preflight import Context, Mend

EARLIEST_YEAR = 2024
MOST_SKEW = 5.0


def check(context: Context) -> str:
    """The year, the monotonic clock, and a fresh file's time."""
    year = time.gmtime().tm_year
    if year < EARLIEST_YEAR:
        raise Mend(f"The clock says it is {year}: set this machine's date, or runs will be sorted and dated wrongly.")
    ticks = [time.monotonic() for _ in range(10_000)]
    if any(later < earlier for earlier, later in zip(ticks, ticks[1:], strict=False)) or ticks[0] == ticks[-1]:
        raise Mend("The monotonic clock stands still or runs backwards: restart this machine.")
    Path(context.runs).mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(prefix="preflight-", dir=context.runs) as file:
        skew = Path(file.name).stat().st_mtime - time.time()
    if abs(skew) > MOST_SKEW:
        raise Mend(
            f"The runs folder's disk is {abs(skew):.0f} seconds {'ahead of' if skew > 0 else 'behind'} this machine:"
            " set both clocks, or name a local folder in PPO_RUNS."
        )
    return f"It runs, and the runs folder's disk agrees within {max(0.01, abs(skew)):.2f} s."
