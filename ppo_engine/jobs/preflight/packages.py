"""Whether Python and the packages are those that requirements.txt pins."""

from __future__ import annotations

import re
import sys
from importlib import metadata
from pathlib import Path

from ppo_engine.jobs.launcher import ROOT
from ppo_engine.jobs.preflight import Context, Mend

OLDEST, NEWEST = (3, 10), (3, 13)
PIN = re.compile(r'([\w.\-]+)(?:\[[\w,]+\])?==([\w.]+)(?:; python_version (>=|<) "3\.(\d+)")?')


def pinned(text: str, minor: int) -> dict[str, str]:
    """Package → version that a requirements file pins for Python 3.``minor``."""
    found = {}
    for line in text.splitlines():
        pin = PIN.fullmatch(line.strip())
        if pin is None:
            continue
        name, version, sign, bound = pin.groups()
        if sign is None or (minor >= int(bound)) == (sign == ">="):
            found[name] = version
    return found


def check(context: Context) -> str:
    """Python's version, and every pinned package's."""
    version = sys.version.split()[0]
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        raise Mend(f"This is Python {version}; 3.10 to 3.13 are supported: make PYTHON=python3.12 run picks another.")
    wanted = pinned(Path(ROOT / "requirements.txt").read_text(encoding="utf-8"), sys.version_info[1])
    wrong = []
    for name, pin in wanted.items():
        try:
            installed = metadata.version(name).split("+")[0]
        except metadata.PackageNotFoundError:
            installed = "not installed"
        if installed != pin:
            wrong.append(f"{name} is {installed}, {pin} is pinned")
    if wrong:
        raise Mend(f"{'; '.join(wrong)}: run pip install -r requirements.txt in this environment.")
    return f"Python {version}, and all {len(wanted)} packages as pinned."
