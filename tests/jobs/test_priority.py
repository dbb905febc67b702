"""Work that can wait steps behind the runs that train."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

GROUP = Path("/proc/self/autogroup")
SCRIPT = """
import os
from pathlib import Path
from ppo_engine.jobs.priority import step_back
step_back(7)
group = Path("/proc/self/autogroup")
print(os.nice(0), group.read_text().split()[-1] if group.exists() else "")
"""


@pytest.mark.skipif(not hasattr(__import__("os"), "nice"), reason="no niceness here")
def test_a_patient_process_lowers_itself_and_its_session():
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, start_new_session=True,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    niceness, *session = done.stdout.split()
    assert int(niceness) >= 7
    if GROUP.exists():
        assert session == ["7"], "within its session niceness says nothing against other sessions"
