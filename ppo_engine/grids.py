"""A grid: objectives and knobs with the values to try, times seeds; the configs of its runs, and what is refused."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ppo_engine.config import KNOBS, TrainConfig
from ppo_engine.knob_use import unread_knobs
from ppo_engine.knobs import ConfigError
from ppo_engine.objectives import OBJECTIVES
from ppo_engine.presets import build_config

MOST_RUNS, MOST_SEEDS = 1000, 100


class TooLarge(ConfigError):
    """A grid of more runs than are taken; ``runs`` says how many, and ``config`` is one of them."""

    def __init__(self, runs: int, config: TrainConfig):
        super().__init__("grid", 0, f"at most {MOST_RUNS:,} runs")
        self.args = (f"The grid has {runs:,} runs, but it must have at most {MOST_RUNS:,}.",)
        self.runs, self.config = runs, config


class Cell(NamedTuple):
    """One setting of a grid: knob to value, without those its objective does not read, and what it is called."""

    number: int
    values: dict[str, Any]
    label: str


@dataclasses.dataclass(frozen=True)
class Grid:
    """``axes``: (knob, values to try) one after the other, the objective among them if several are compared; ``seeds``:
    those of every cell, the same for all, so that they can be paired; ``settings`` are laid over the preset."""

    env_id: str
    axes: tuple[tuple[str, tuple[Any, ...]], ...]
    seeds: tuple[int, ...]
    preset: str | None = None
    objective: str | None = None
    settings: tuple[tuple[str, Any], ...] = ()

    def config(self, values: Mapping[str, Any], seed: int) -> TrainConfig:
        """The config that ``train`` would make of one cell's values and a seed; raises ConfigError."""
        knobs = {name: value for name, value in values.items() if name != "objective"}
        objective = values.get("objective", self.objective)
        return build_config(self.env_id, self.preset, objective, **{**dict(self.settings), **knobs, "seed": seed})

    def cells(self) -> list[Cell]:
        """The cells in the order of the axes; those that differ only in a knob that nothing reads are one.

        Raises ConfigError for values that do not fit together.
        """
        found: dict[tuple, dict[str, Any]] = {}
        for combination in itertools.product(*(values for _, values in self.axes)):
            values = dict(zip(self.names, combination, strict=True))
            unread = unread_knobs(self.config(values, self.seeds[0]))
            read = {name: value for name, value in values.items() if name not in unread}
            found.setdefault(tuple(read.items()), read)
        return [Cell(number, values, self.label(values)) for number, values in enumerate(found.values())]

    @property
    def names(self) -> list[str]:
        """The knobs of the axes."""
        return [name for name, _ in self.axes]

    def label(self, values: Mapping[str, Any]) -> str:
        """What a cell is called: its objective's title and its knobs that are read."""
        parts = [
            OBJECTIVES[value].title if name == "objective" else f"{sign(name)} {spell(value)}"
            for name, value in values.items()
        ]  # fmt: skip
        return ", ".join(parts) or OBJECTIVES[self.config({}, self.seeds[0]).objective].title

    @property
    def title(self) -> str:
        """The grid in a few words."""
        axes = " × ".join("objective" if name == "objective" else sign(name) for name in self.names)
        seeds = f"{len(self.seeds)} {'seed' if len(self.seeds) == 1 else 'seeds'}"
        return f"{self.env_id}: {axes + ', ' if axes else ''}{seeds}"

    def to_dict(self) -> dict[str, Any]:
        """A JSON-able mapping that ``from_dict`` reads back."""
        return {
            "env_id": self.env_id, "preset": self.preset, "objective": self.objective,
            "axes": [[name, list(values)] for name, values in self.axes], "seeds": list(self.seeds),
            "settings": dict(self.settings),
        }  # fmt: skip

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Grid:
        """The grid of such a mapping; raises ConfigError for one that cannot be run."""
        return make_grid(
            data["env_id"], data["axes"], data["seeds"], data.get("preset"), data.get("objective"),
            data.get("settings", {}),
        )  # fmt: skip


def make_grid(
    env_id: str, axes: Iterable[tuple[str, Sequence[Any]]], seeds: Sequence[int], preset: str | None = None,
    objective: str | None = None, settings: Mapping[str, Any] | None = None,
) -> Grid:  # fmt: skip
    """A checked grid. ``objective`` stands for all cells unless an axis says otherwise.

    Raises:
        ConfigError: an unknown knob, a bad, missing or repeated value, a knob that no compared objective reads, values
            that do not fit together; TooLarge for more than 1,000 runs.
    """
    checked = tuple((name, _check_axis(name, values)) for name, values in axes)
    names = [name for name, _ in checked]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError("grid", name, "given once for each knob")
        if name in (settings or {}):
            raise ConfigError("grid", name, "a knob that is not set for all runs as well")
    if not 1 <= len(seeds) <= MOST_SEEDS:
        raise ConfigError("seeds", len(seeds), f"a whole number from 1 to {MOST_SEEDS}")
    grid = Grid(
        env_id, checked, tuple(KNOBS["seed"].check(seed) for seed in seeds), preset, objective,
        tuple((settings or {}).items()),
    )  # fmt: skip
    runs = math.prod(len(values) for _, values in checked) * len(seeds)
    if runs > MOST_RUNS:
        raise TooLarge(runs, grid.config({name: values[0] for name, values in checked}, grid.seeds[0]))
    _refuse_unread(grid)
    return grid


def seeds_from_one(count: Any) -> tuple[int, ...]:
    """Seeds 1 to ``count``; raises ConfigError."""
    try:
        number = int(str(count))
    except ValueError:
        number = 0
    if not 1 <= number <= MOST_SEEDS:
        raise ConfigError("seeds", count, f"a whole number from 1 to {MOST_SEEDS}")
    return tuple(range(1, number + 1))


def sign(name: str) -> str:
    """A knob's symbol or name in a cell's label."""
    own = {"learning_rate": "learning rate", "clip_range": "ε", "kl_coef": "β", "d_targ": "d_targ"}
    return own.get(name) or KNOBS[name].symbol or KNOBS[name].label


def spell(value: Any) -> str:
    """A knob's value in a cell's label."""
    if isinstance(value, bool) or value is None:
        return "on" if value else "off"
    if isinstance(value, (tuple, list)):
        return "-".join(str(part) for part in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _check_axis(name: str, values: Sequence[Any]) -> tuple[Any, ...]:
    if name == "seed":
        raise ConfigError("grid", name, "a knob other than the seed, which --seeds counts")
    if name not in KNOBS:
        raise ConfigError("grid", name, "one of the knobs " + ", ".join(known for known in KNOBS if known != "seed"))
    found = tuple(KNOBS[name].check(value) for value in values)
    if not found:
        raise ConfigError(f"grid {name}", "", "at least one value")
    if len(set(found)) < len(found):
        raise ConfigError(f"grid {name}", ",".join(map(spell, found)), "values that differ from each other")
    return found


def _refuse_unread(grid: Grid) -> None:
    cells = grid.cells()
    for name in grid.names:
        if not any(name in cell.values for cell in cells):
            config = grid.config({}, grid.seeds[0])
            whole = grid.config({other: values[0] for other, values in grid.axes}, grid.seeds[0])
            why = unread_knobs(whole).get(name) or unread_knobs(config).get(name, "")
            raise ConfigError("grid", name, f"a knob that a compared objective reads: {why.rstrip('.')}")
