"""html: a replay in one file that opens without a network; a program that knows the charts writes it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from ppo_engine.jobs.exports.formats import CannotExport, Tell
from ppo_engine.jobs.folders import RunFolder
from ppo_engine.jobs.groups import check_group
from ppo_engine.jobs.launcher import child_environment
from ppo_engine.knobs import ConfigError

PROGRAM, REFUSED = "ppo_engine.replay_page", 3


def write(folders: Sequence[RunFolder], path: Path, update: int | None, tell: Tell) -> None:
    """Have the replay written. Raises CannotExport for runs that cannot be replayed, or not side by side."""
    try:
        check_group(folders[0].runs, [folder.run_id for folder in folders])
    except ConfigError as error:
        raise CannotExport(str(error)) from error
    places = [str(place.absolute()) for place in (path, *(folder.path for folder in folders))]
    command = [sys.executable, "-m", PROGRAM, *places]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as complaints, subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=complaints, text=True, env=child_environment()
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            for line in process.stdout:
                tell(float(line))
        except BaseException:
            process.kill()
            raise
        status = process.wait()
        complaints.seek(0)
        last = (complaints.read().strip().splitlines() or [f"exit status {status}"])[-1]
    if status == REFUSED:
        raise CannotExport(last)
    if status:
        raise CannotExport(f"The replay could not be written ({last}).")
