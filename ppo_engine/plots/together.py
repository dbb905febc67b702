"""What only compared runs together tell: where they part, who is ahead, which knobs differ; and the columns for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ppo_engine.config import TrainConfig
from ppo_engine.plots import compared, packets
from ppo_engine.plots.differences import difference
from ppo_engine.plots.partings import Parting, shared_until

COLUMNS = ("timesteps", "ep_rew_mean", "kl", "entropy")


def rows_packet(updates: np.ndarray, rows: np.ndarray, after: int) -> dict[str, Any]:
    """Only the columns that the comparison draws."""
    packed = packets.rows_packet(updates, rows, after)
    packed["cols"] = {name: packed["cols"][name] for name in COLUMNS}
    return packed


def together(
    rows: Sequence[np.ndarray], configs: Sequence[TrainConfig], names: Sequence[str], partings: Sequence[Parting]
) -> dict[str, Any]:
    """What only the runs together tell: where they part, who is ahead, which knobs differ, two sentences."""
    steps = [packets.column(row, "timesteps") for row in rows]
    returns = [packets.column(row, "ep_rew_mean") for row in rows]
    strips = [difference(steps[i], returns[i], steps[0], returns[0]) for i in range(1, len(rows))]
    parted = [
        {"update": found.update, "x": float(steps[0][found.update - 1]), "shared": shared_until(found)}
        if found.update is not None and found.same_start else {"update": None, "x": None, "shared": 0}
        for found in partings
    ]  # fmt: skip
    ahead = [float(y[-1]) if len(y) else float("nan") for _, y in strips]
    reached = min([x[-1] for x, _ in strips if len(x)], default=0.0)
    return {
        "parted": parted,
        "strips": [{"x": packets.encode(x), "y": packets.encode(y)} for x, y in strips],
        "table": [list(row) for row in compared.knob_table(configs)] if len(configs) > 1 else [],
        "start": compared.start_sentence(configs, partings),
        "sentence": compared.difference_sentence(names, reached, ahead),
    }
