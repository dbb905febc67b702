"""The panels as the browser runs them: scripts and styles that the pages and a saved replay share."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
SCRIPTS = (
    "codec", "theme", "panel", "save", "lines", "steps", "objective", "histogram", "trajectories", "checks", "frame",
    "video", "readouts", "live", "player", "replay", "compare_frame", "compare_charts", "compare_films", "compare",
    "compare_replay",
)  # fmt: skip


def script_text(*names: str) -> str:
    """The text of panel scripts, one after the other, in the order in which they must run; none named: all of them."""
    return "\n".join((FOLDER / f"{name}.js").read_text(encoding="utf-8") for name in names or SCRIPTS)


def style_text() -> str:
    """The panels' styles."""
    return "\n".join((FOLDER / f"{name}.css").read_text(encoding="utf-8") for name in ("save", "live"))
