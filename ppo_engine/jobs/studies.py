"""The studies that are kept as data, by name: their rows, and the very settings that each row was trained with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ppo_engine.config import TrainConfig
from ppo_engine.jobs import collapse, methods, results, table_one
from ppo_engine.jobs.trained import Key, read
from ppo_engine.knobs import ConfigError


class Study(NamedTuple):
    """``data`` is the file of its rows, ``names`` the columns of a row's key, ``config_of(*key)`` what it trained."""

    data: Path
    names: Sequence[str]
    wanted: Callable[[], Sequence[Key]]
    config_of: Callable[..., TrainConfig]


STUDIES = {
    name: Study(module.DATA, module.NAMES, module.wanted, module.config_of)  # type: ignore[arg-type]
    for name, module in {"methods": methods, "collapse": collapse, "table_one": table_one, "results": results}.items()
}


def rows(study: str) -> list[dict[str, Any]]:
    """The rows of a study that have been trained so far."""
    return read(STUDIES[study].data)


def link(study: str, row: dict[str, Any]) -> str:
    """What the URL key ``row`` says for a row: the study and its key, as ``methods/CartPole-v1/trpo/3``."""
    return "/".join([study, *(str(row[name]) for name in STUDIES[study].names)])


def settings(text: str) -> TrainConfig:
    """The settings of the row that ``link`` named.

    Raises:
        ConfigError: there is no such row.
    """
    for name, study in STUDIES.items():
        for key in study.wanted() if text.startswith(f"{name}/") else ():
            if text == "/".join([name, *map(str, key)]):
                return study.config_of(*key)
    raise ConfigError("row", text, "a row of a kept study, for example methods/CartPole-v1/trpo/3")
