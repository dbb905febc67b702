"""Which rollouts stand side by side: the newest of each run, or those nearest in environment steps further back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def in_step(steps: Sequence[Sequence[float]], back: int) -> list[int | None]:
    """Index of the film to show of each run, None for a run without any.

    ``steps`` are the environment steps after which each run's films were made, oldest first. ``back`` 0 is the newest
    of each; otherwise the run with the most films is gone back by so many, and the others show what is nearest to it.
    """
    longest = max(range(len(steps)), key=lambda run: len(steps[run]))
    if not back or len(steps[longest]) <= back:
        return [len(own) - 1 if len(own) else None for own in steps]
    at = steps[longest][-1 - back]
    chosen = [int(np.argmin(np.abs(np.asarray(own) - at))) if len(own) else None for own in steps]
    chosen[longest] = len(steps[longest]) - 1 - back
    return chosen
