"""Whether there is a Chromium; only the tests of the pages need one, so its absence is no fault."""

from __future__ import annotations

import shutil
import subprocess

from ppo_engine.jobs.preflight import Context

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def check(context: Context) -> str:
    """Its version, or what goes without it."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        return "There is none on the path: everything works, and the browser tests are skipped."
    try:
        done = subprocess.run([found, "--version"], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return "There is one that does not answer: everything works, and the browser tests would fail."
    return f"{done.stdout.strip().split(' built')[0] or 'It is there'}: the browser tests can be run."
