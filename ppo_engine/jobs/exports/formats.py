"""Which formats a run can be taken home in; each names the file of this package that writes it."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from ppo_engine.jobs.folders import RunFolder

Tell = Callable[[float], None]


class CannotExport(ValueError):
    """A run that this format cannot hold, or not yet; ``str()`` is one sentence."""


class Format(NamedTuple):
    """One format. ``name`` is what ``--to`` takes, ``title`` and ``about`` are shown, ``ending`` is its download's.

    ``module`` (of this package) has ``write(folders, path, update, tell)``: it writes the runs ``folders``, of which
    the first is the one asked for, to ``path``, which does not exist yet, as after ``update`` (None: as they are now);
    it calls ``tell(share)`` now and then with the share that is done, and lets whatever that raises pass. It raises
    CannotExport, OSError. A ``bundle`` makes ``path`` a folder of several files, of which ``principal`` is the one that
    a command line's PATH means. ``several``: it takes more than one run, ``most`` of them at most (0: as many as there
    are). ``moment``: ``update`` means something.
    """

    name: str
    title: str
    about: str
    ending: str
    module: str
    bundle: bool = False
    principal: str = ""
    several: bool = False
    moment: bool = False
    most: int = 0

    def takes(self, count: int) -> bool:
        """Whether it can hold so many runs."""
        return count == 1 or (self.several and (not self.most or count <= self.most))


FORMATS: dict[str, Format] = {
    form.name: form
    for form in (
        Format("html", "Replay (HTML)", "The panels, their charts and up to six rollouts in one file that any browser "
               "plays without a network.", ".html", "html_replay", several=True, most=4),
        Format("mp4", "Film (MP4)", "One episode of the policy with its numbers on every frame; of twins, side by side "
               "and in step from the same start.", ".mp4", "mp4_film", several=True, moment=True, most=4),
        Format("gif", "Film (GIF)", "The same film, smaller, with every second frame; it loops for ever.",
               ".gif", "gif_film", several=True, moment=True, most=4),
        Format("csv", "Table (CSV)", "Every update of the run as one row: all numbers, and what was moved then.",
               ".csv", "csv_table", several=True),
        Format("parquet", "Table (Parquet)", "The same rows in typed columns, for pandas, Polars or DuckDB.",
               ".parquet", "parquet_table", several=True),
        Format("tensorboard", "TensorBoard event files",
               "With Stable-Baselines3's tags over environment steps, and histograms of the log-ratio.",
               ".zip", "tensorboard_events", bundle=True, several=True),
        Format("zip", "Whole run (zip)", "Everything, for another copy of this program to import and go on with.",
               ".zip", "run_zip"),
        Format("onnx", "Policy (ONNX)",
               "The policy, normalisation and action limits inside, and a script that flies it.",
               ".zip", "onnx_policy", bundle=True, principal="policy.onnx", moment=True),
        Format("sb3", "Equivalent code",
               "The Stable-Baselines3 script with the very knobs, and the commands of others.", ".py", "sb3_script"),
    )
}  # fmt: skip


def find(name: str) -> Format:
    """The format of that name; raises CannotExport for one that there is not."""
    if name not in FORMATS:
        raise CannotExport(f"--to is {name!r}, but must be one of {', '.join(FORMATS)}.")
    return FORMATS[name]


def writer(form: Format) -> Callable[[Sequence[RunFolder], Path, int | None, Tell], None]:
    """The format's ``write``; its module is imported only now, since some bring large packages."""
    return importlib.import_module(f"{__package__}.{form.module}").write
