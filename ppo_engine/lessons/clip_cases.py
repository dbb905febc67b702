"""The six cases of the clipped objective: the advantage's sign times where the ratio lies, from the engine itself."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ppo_engine.objectives import PPOClip, Terms


class Case(NamedTuple):
    """One sample under the clip: ``region`` −1, 0 or 1 (below, inside, above the band), which of the two terms the
    minimum takes (``"both"`` where they are equal), the gain, and its slopes by log π and by the ratio itself."""

    region: int
    branch: str
    gain: float
    slope: float
    slope_by_ratio: float


def case_of(ratio: float, advantage: float, clip_range: float) -> Case:
    """gain = min(r Â, clip(r, 1−ε, 1+ε) Â) and its slope by log π, r Â or 0, as ``PPOClip`` computes them.

    Source: Schulman et al. 2017, arXiv 1707.06347, eq. 7 and figure 1.
    """
    objective = PPOClip(clip_range=clip_range)
    terms = Terms(np.array([math.log(ratio)]), np.array([advantage]))
    gain, slope = float(objective.gain(terms)[0]), float(objective.slope(terms)[0])
    region = -1 if ratio < 1 - clip_range else 1 if ratio > 1 + clip_range else 0
    dead = (region > 0 and advantage > 0) or (region < 0 and advantage < 0)
    branch = "both" if region == 0 else "clipped" if dead else "unclipped"
    return Case(region, branch, gain, slope, slope / ratio)
