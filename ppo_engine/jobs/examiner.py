"""The examiner: makes environments in a process of its own to see what they are, so that a server need not.

``python -m ppo_engine.jobs.examiner [--nice N]`` reads ids, one a line, and answers each with one JSON object:
``info``, or ``refused`` with what is wrong. An empty line asks which ids there are. It ends when its input does.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import sys
import threading
from typing import Any

from ppo_engine.envs import describe
from ppo_engine.jobs.priority import step_back
from ppo_engine.knobs import ConfigError


def answer(env_id: str) -> dict[str, Any]:
    """What is to be told of an id; of the empty one, which ids are registered and which modules would not come."""
    if not env_id:
        import gymnasium

        from ppo_engine.open_envs import import_named_modules, newest_ids

        return {"newest": newest_ids(), "registered": list(gymnasium.registry), "failed": import_named_modules()}
    try:
        return {"info": describe(env_id)._asdict()}
    except ConfigError as error:
        return {"refused": error.allowed}


def _listen(asked: queue.SimpleQueue[str]) -> None:
    for line in sys.stdin:
        asked.put(line.strip())
    # Whoever asked is gone; an environment may be hanging, so nothing is waited for.
    os._exit(0)


def main(arguments: list[str]) -> int:
    """Answer until the input ends; an exit status."""
    parser = argparse.ArgumentParser(prog="python -m ppo_engine.jobs.examiner")
    parser.add_argument("--nice", type=int, default=0, help="how far to step behind other processes")
    chosen = parser.parse_args(arguments)
    if chosen.nice:
        step_back(chosen.nice)
    os.environ["SDL_VIDEODRIVER"] = "dummy"
    # Packages print what they like; the answers keep the output to themselves.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)
        asked: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=_listen, args=(asked,), daemon=True).start()
        while True:
            told = answer(asked.get())
            answers.write(json.dumps(told, default=float) + "\n")
            answers.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
