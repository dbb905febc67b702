"""The critic's loss, clipped or not, and its slope by the predicted value."""

from __future__ import annotations

import numpy as np


def value_error(
    values: np.ndarray, returns: np.ndarray, old_values: np.ndarray, clip_range_vf: float | None
) -> tuple[np.ndarray, np.ndarray | np.floating]:
    """Error e of each prediction and its slope; the loss is mean e² and ∂(mean e²)/∂V = 2 e·slope / B.

    Unclipped: e = V − R, slope 1. Clipped: e = V_old + clip(V − V_old, −ε_v, ε_v) − R, slope 0 where the clip holds.
    All arrays ``(B,)``. Source: Stable-Baselines3. Deviation from OpenAI Baselines, which takes the larger of the
    clipped and the unclipped squared error.
    """
    if clip_range_vf is None:
        return values - returns, np.float32(1)
    change = values - old_values
    inside = np.abs(change) <= clip_range_vf
    limited = np.clip(change, -clip_range_vf, clip_range_vf)
    return old_values + limited - returns, inside.astype(np.float32)
