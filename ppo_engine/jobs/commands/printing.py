"""Lines on standard output: for people, or one JSON object each."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any


def print_json(values: Mapping[str, Any]) -> None:
    """One JSON object on a line of its own; numbers that JSON does not know (NaN, infinity) become null."""
    print(json.dumps({key: _plain(value) for key, value in values.items()}, allow_nan=False), flush=True)


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return [_plain(part) for part in value] if isinstance(value, (list, tuple)) else value


def print_update(row: Mapping[str, float], total: int) -> None:
    """One update in a line for people."""
    print(
        f"update {row['update']:.0f}/{total}  steps {row['timesteps']:,.0f}  return {row['ep_rew_mean']:.1f}"
        f"  kl {row['kl']:.4f}  clipped {row['clip_fraction']:.2f}  entropy {row['entropy']:.2f}"
        f"  explained {row['explained_variance']:.2f}  {row['fps']:,.0f} steps/s",
        flush=True,
    )
