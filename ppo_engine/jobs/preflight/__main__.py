"""One check in this process, or all for the page: python -m ppo_engine.jobs.preflight NAME|all RUNS PORT."""

from __future__ import annotations

import importlib
import json
import os
import sys

from ppo_engine.jobs.preflight import NAMES, Context, Mend


def one(name: str, context: Context) -> dict[str, object]:
    """What a check found, as its process says it."""
    try:
        sentence = importlib.import_module(f"ppo_engine.jobs.preflight.{name}").check(context)
        return {"ok": True, "sentence": sentence}
    except Mend as error:
        return {"ok": False, "sentence": str(error)}
    except Exception as error:  # whatever a broken installation may raise is what the visitor has to be told
        said = str(error).splitlines()[0] if str(error) else "no word why"
        return {"ok": False, "sentence": f"The check itself failed with {type(error).__name__}: {said}"}


def main(arguments: list[str]) -> int:
    """Carry out what the command line names; an exit status."""
    name, context = arguments[0], Context(arguments[1], int(arguments[2]))
    if name == "all":
        from ppo_engine.jobs.preflight.kept import keep

        return keep(context)
    if name not in NAMES:
        print(f"preflight: no check is called {name!r}", file=sys.stderr)
        return 2
    # What packages print goes to the log; the answer keeps the output to itself.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answer:
        os.dup2(2, 1)
        answer.write(json.dumps(one(name, context)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
