"""What the zip of a run may hold: the names of its files, and how large it and each of them may be."""

from __future__ import annotations

import re

FORMAT = 1
MANIFEST = "run.json"
NAMES = re.compile(
    r"config\.json|run\.db|checkpoint\.npz(\.prev)?|evaluations\.json|branches/\d{8}\.npz|videos/\d{8}\.(mp4|json)"
)
MOST_FILES = 20_000
MOST_BYTES = 2 << 30
# A run packs to a half or a tenth; what grows a hundredfold was made to.
MOST_GROWTH = 100
NEVER_TOO_MUCH = 64 << 20
SMALL = {MANIFEST: 8 << 20, "config.json": 64 << 10, "evaluations.json": 1 << 20}
SMALL_JSON = 4 << 10


def packed_small(name: str) -> bool:
    """Whether a file of a run is packed already, or holds random digits, so that deflating it gains nothing."""
    return name.endswith((".mp4", ".npz", ".prev"))


def largest(name: str) -> int:
    """How many bytes a file of this name may have."""
    return SMALL.get(name, SMALL_JSON if name.endswith(".json") else MOST_BYTES)
