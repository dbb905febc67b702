"""Which commands there are, what they take, and how bad input ends: one sentence and exit status 2."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from pathlib import Path

from ppo_engine.jobs.engines import ENGINES
from ppo_engine.jobs.exports.formats import FORMATS
from ppo_engine.jobs.folders import UnknownRun
from ppo_engine.jobs.worker import one_thread
from ppo_engine.knobs import ConfigError

BAD_INPUT, FAILED = 2, 1
HERE = "ppo_engine.jobs.commands"


class Refused(Exception):
    """A command that cannot be carried out as things stand; ``str()`` is one sentence."""


def _add_settings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--set", action="append", default=[], metavar="KNOB=VALUE", dest="settings", help="set a knob; may be repeated"
    )


def _add_workers(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--workers", type=int, metavar="N", help="rollout processes (default: as many as fit)")


def _add_sweep(sweep: argparse.ArgumentParser) -> None:
    sweep.add_argument("--env-id", metavar="ID", help="environment, for example CartPole-v1")
    sweep.add_argument("--objective", metavar="NAME", help="objective (default: the preset's)")
    sweep.add_argument(
        "--grid", nargs="+", action="extend", default=[], metavar="KNOB=V1,V2",
        help="values to try of a knob, or objective=A,B; every combination is a cell",
    )  # fmt: skip
    sweep.add_argument("--seeds", default="3", metavar="N", help="seeds 1 to N for every cell (default 3)")
    sweep.add_argument("--total-timesteps", metavar="N", help="environment steps of each run")
    sweep.add_argument("--preset", metavar="NAME", help="named settings that the grid is laid over")
    sweep.add_argument("--engine", choices=ENGINES, default="", help="where: here (local, the default) or on Ray")
    sweep.add_argument("--name", default="", help="a name for the sweep")
    sweep.add_argument("--detach", action="store_true", help="do not wait until it has finished")
    for wish, text in (
        ("pause", "let a sweep wait"), ("resume", "go on with a sweep that was paused, cancelled or cut off"),
        ("cancel", "stop a sweep; what has finished stays"), ("show", "say how a sweep stands"),
    ):  # fmt: skip
        sweep.add_argument(f"--{wish}", metavar="SWEEP", help=text)
    _add_settings(sweep)


def _add_export(export: argparse.ArgumentParser) -> None:
    export.add_argument("--to", required=True, metavar="FORMAT", help=", ".join(FORMATS))
    export.add_argument("path", type=Path, metavar="PATH", help="where to write it")
    export.add_argument(
        "--with", action="append", default=[], metavar="RUN", dest="others",
        help="another run to be in it too; may be repeated, where the format takes several",
    )  # fmt: skip
    export.add_argument("--update", type=int, metavar="N", help="the policy after this update (default: the newest)")


def make_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    shared = argparse.ArgumentParser(add_help=False)
    folder = os.environ.get("PPO_RUNS") or "runs"
    shared.add_argument("--runs", type=Path, default=Path(folder), metavar="DIR", help="folder of the runs")
    shared.add_argument("--json", action="store_true", help="one JSON object a line, and nothing else")
    parser = argparse.ArgumentParser(prog="python -m ppo_engine", description="Train PPO and look at what it did.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, module: str, text: str, run: bool = True) -> argparse.ArgumentParser:
        made = commands.add_parser(name, parents=[shared], help=text, description=text)
        made.set_defaults(module=module)
        if run:
            made.add_argument("run", metavar="RUN", help="run id, or the beginning of one")
        return made

    train = command("train", "train", "train a run in this process, one line an update", run=False)
    train.add_argument("--env-id", required=True, metavar="ID", help="environment, for example LunarLander-v3")
    train.add_argument("--objective", metavar="NAME", help="objective (default: the preset's)")
    train.add_argument("--seed", metavar="N", help="seed of every random number")
    train.add_argument("--total-timesteps", metavar="N", help="environment steps in all")
    train.add_argument("--preset", metavar="NAME", help="named settings (default: those that solve the environment)")
    train.add_argument("--name", default="", help="a name for the run")
    _add_settings(train)
    _add_workers(train)
    command("list", "look", "list all runs", run=False)
    command("show", "look", "print a run's updates")
    _add_workers(command("resume", "train", "go on with a run in this process, from its last checkpoint"))
    evaluate = command("evaluate", "evaluate", "let a run's policy play fixed episodes")
    evaluate.add_argument("--update", type=int, metavar="N", help="the policy after this update (default: the newest)")
    evaluate.add_argument("--episodes", type=int, default=100, metavar="N", help="how many episodes (default 100)")
    evaluate.add_argument("--seed", type=int, default=10_000, metavar="N", help="seed of the first (default 10000)")
    fork = command("fork", "fork", "go on from a moment of a run with other live knobs, as a new run")
    fork.add_argument("--update", type=int, metavar="N", help="the moment: after this update (default: the newest)")
    fork.add_argument("--name", default="", help="a name for the new run")
    _add_settings(fork)
    _add_workers(fork)
    _add_sweep(command("sweep", "sweep", "train a grid of settings over seeds in the background", run=False))
    command("delete", "delete", "stop a run and move it to the trash")
    _add_export(command("export", "export", "write a run in a format that other programs read"))
    brought = command("import", "import_run", "take in a run that was exported as a zip", run=False)
    brought.add_argument("file", type=Path, metavar="FILE", help="the zip")
    doctor = command("doctor", "doctor", "check this machine: each thing is green, or how it is mended", run=False)
    doctor.add_argument("--only", nargs="+", metavar="CHECK", help="only these checks")
    doctor.add_argument("--port", type=int, default=8501, metavar="N", help="port of the pages (default 8501)")
    bench = commands.add_parser("bench", add_help=False, help="measure steps per second beside Stable-Baselines3")
    bench.set_defaults(module="bench")
    return parser


def parse_settings(settings: list[str]) -> dict[str, str]:
    """Knob to text from ``KNOB=VALUE`` arguments; raises ConfigError for one that has no ``=`` or comes twice."""
    found: dict[str, str] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals or not name:
            raise ConfigError("--set", setting, "of the form KNOB=VALUE")
        if name in found:
            raise ConfigError("--set", setting, f"given once for each knob, and {name} was set before")
        found[name] = value
    return found


def main(arguments: list[str]) -> int:
    """Carry out a command line; an exit status (2 for bad input, with one sentence on standard error)."""
    one_thread()
    if arguments[:1] == ["bench"]:
        return importlib.import_module("ppo_engine.bench").main(arguments[1:]) or 0
    chosen = make_parser().parse_args(arguments)
    if getattr(chosen, "workers", None) is not None and not 1 <= chosen.workers <= 64:
        return _refuse(ConfigError("workers", chosen.workers, "a whole number from 1 to 64"))
    try:
        return importlib.import_module(f"{HERE}.{chosen.module}").carry_out(chosen)
    except (ConfigError, UnknownRun, Refused) as error:
        return _refuse(error)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(f"The disk did not go along: {error}", file=sys.stderr)
        return FAILED


def _refuse(error: Exception) -> int:
    print(error, file=sys.stderr)
    return BAD_INPUT
