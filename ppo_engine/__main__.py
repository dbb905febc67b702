"""The command line: ``python -m ppo_engine --help``."""

from __future__ import annotations

import sys

from ppo_engine.jobs.commands.parser import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
