"""doctor: whether this machine can do what the pages promise; each check green, or the sentence that mends it."""

from __future__ import annotations

import argparse
import sys

from ppo_engine.jobs.commands.parser import FAILED
from ppo_engine.jobs.commands.printing import print_json
from ppo_engine.jobs.preflight import CHECKS, NAMES, Context, Finding
from ppo_engine.jobs.preflight.survey import survey
from ppo_engine.knobs import ConfigError

INTERRUPTED = 130


def carry_out(chosen: argparse.Namespace) -> int:
    """Check, tell each finding as it comes, and end with 0 if all is well, else 1."""
    for name in chosen.only or ():
        if name not in NAMES:
            raise ConfigError("--only", name, "one of " + ", ".join(NAMES))
    if not 1 <= chosen.port <= 65535:
        raise ConfigError("--port", chosen.port, "a whole number from 1 to 65535")
    context = Context(str(chosen.runs.absolute()), chosen.port)
    found: list[Finding] = []
    count = len(chosen.only or CHECKS)
    try:
        for finding in survey(context, chosen.only or ()):
            if finding.state != "checking":
                found.append(finding)
                _tell(finding, chosen.json, f"{len(found)}/{count}")
            elif not chosen.json and sys.stderr.isatty():
                print(f"       {finding.title} …", end="\r", file=sys.stderr, flush=True)
    except KeyboardInterrupt:
        print("Cancelled; what has been found stands above.", file=sys.stderr)
        return INTERRUPTED
    bad = [finding.name for finding in found if finding.state != "good"]
    if chosen.json:
        print_json({"event": "finished", "ok": not bad, "checks": len(found), "bad": bad})
    else:
        print("All is well." if not bad else f"{len(bad)} of {len(found)} to mend: {', '.join(bad)}.")
    return FAILED if bad else 0


def _tell(finding: Finding, as_json: bool, progress: str) -> None:
    ok = finding.state == "good"
    if as_json:
        print_json({"check": finding.name, "title": finding.title, "ok": ok, "sentence": finding.sentence,
                    "seconds": finding.seconds})  # fmt: skip
    else:
        mark = "✓" if ok else "✗"
        print(f"{progress:>5}  {mark} {finding.title}: {finding.sentence} ({finding.seconds:.1f} s)", flush=True)
