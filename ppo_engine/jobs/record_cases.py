"""Records the case histories anew from their configs: `python -m ppo_engine.jobs.record_cases [NAME …]`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from ppo_engine.jobs.worker import one_thread

FILMED = 2


def record_case(name: str, target: Path) -> Path:
    """Train the config of a case in a folder of its own and write ``target/NAME.npz`` with two rollouts beside it."""
    from ppo_engine.jobs.launching import write_run
    from ppo_engine.jobs.life import Life
    from ppo_engine.jobs.registry import Registry
    from ppo_engine.jobs.renderer import render_video
    from ppo_engine.recordings.__main__ import record
    from ppo_engine.recordings.case_histories import config_of

    with tempfile.TemporaryDirectory() as runs:
        config = config_of(name)
        folder = write_run(Path(runs), config)
        Registry(runs).add(folder.run_id, name, "run", keeper="foreground")
        Life(folder, workers=1, linger=0.0).run()
        for part in range(1, FILMED + 1):
            render_video(folder, config.total_updates * part // FILMED)
        for old in target.glob(f"{name}-*.mp4"):
            old.unlink()
        return record(folder.path, name, [], target)


def main(names: list[str]) -> int:
    """Record the named cases, or all of them; prints each file's size."""
    from ppo_engine.recordings.case_histories import CASES, CASES_FOLDER, config_of

    for name in names or list(CASES):
        config_of(name)
        path = record_case(name, CASES_FOLDER)
        size = sum(file.stat().st_size for file in CASES_FOLDER.glob(f"{name}[.-]*"))
        print(f"{path.name}: {size / 1e6:.2f} MB with its films", flush=True)
    return 0


if __name__ == "__main__":
    one_thread()
    sys.exit(main(sys.argv[1:]))
