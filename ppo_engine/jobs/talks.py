"""Talks: a title and the scenes of a presentation as JSON; read strictly, written whole, kept in the runs folder.

A scene is either one of the program's own, ``{"scene": NAME}``, or the state of a page, ``{"page": URL}``; both may
bring a title, the sentence that is shown and the sentence that is said.
"""

from __future__ import annotations

import json
import os
import re
import unicodedata
from pathlib import Path
from typing import Any, NamedTuple

from ppo_engine.jobs.folders import UnknownRun, check_run_id, new_run_id
from ppo_engine.jobs.names import UNSEEN
from ppo_engine.knobs import ConfigError

FOLDER = "talks"
FORMAT, VERSION = "ppo-playground talk", 1
MOST_BYTES, MOST_SCENES, MOST_KEPT = 64 * 1024, 60, 200
LONGEST = {"title": 80, "show": 160, "say": 600, "page": 1500}
WORDS = ("title", "show", "say")
# A page of this very server: one path segment, and a query of plain keys. No other host, no fragment, no markup.
PAIR = r"[A-Za-z_]{1,40}=[\w.,:;=*+%~!@()/-]*"
PAGE = re.compile(rf"/[a-z0-9-]{{0,60}}(\?{PAIR}(&{PAIR})*)?", re.A)
NAME = re.compile(r"[a-z][a-z-]{0,39}")


class Scene(NamedTuple):
    """One scene of a talk: ``scene`` names one of the program's own, or else ``page`` is the URL of a page's state.

    ``title``, ``show`` (the sentence on the screen) and ``say`` (the speaker's) are empty where the scene has its own.
    """

    scene: str = ""
    page: str = ""
    title: str = ""
    show: str = ""
    say: str = ""

    def to_dict(self) -> dict[str, str]:
        """The scene as a talk file has it: only what is not empty."""
        return {key: value for key, value in self._asdict().items() if value}


class Talk(NamedTuple):
    """A title and scenes in their order."""

    title: str
    scenes: tuple[Scene, ...]


def one_line(field: str, value: object) -> str:
    """Text as one line without control and direction characters; raises ConfigError for no text or too much of it."""
    longest = LONGEST[field]
    if not isinstance(value, str):
        raise ConfigError(field, value, "text")
    if len(value) > 4 * longest:
        raise ConfigError(field, value[:100], f"at most {longest} characters long")
    kept = "".join(" " if letter.isspace() else letter for letter in value)
    kept = " ".join("".join(k for k in kept if unicodedata.category(k) not in UNSEEN or k == "\u200d").split())
    if len(kept) > longest:
        raise ConfigError(field, kept, f"at most {longest} characters long")
    return kept


def check_page(url: object) -> str:
    """The URL of a page's state on this server; raises ConfigError for any other address."""
    allowed = "a page of this server, such as /compare?env=CartPole-v1"
    if not isinstance(url, str) or len(url) > LONGEST["page"] or not PAGE.fullmatch(url) or url.startswith("/present"):
        raise ConfigError("page", url, allowed)
    return url


def check_scene(values: object) -> Scene:
    """A scene from what a file says of it; raises ConfigError, in one sentence."""
    if not isinstance(values, dict):
        raise ConfigError("scene", values, "an object with scene or page")
    if unknown := sorted(str(key) for key in set(values) - set(Scene._fields)):
        raise ConfigError("scene", unknown[0], "made of " + ", ".join(Scene._fields))
    if ("scene" in values) == ("page" in values):
        raise ConfigError("scene", sorted(values), "either one of the program's own (scene) or a page (page)")
    words = {field: one_line(field, values.get(field, "")) for field in WORDS}
    if "page" in values:
        return Scene(page=check_page(values["page"]), **words)
    name = values["scene"]
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise ConfigError("scene", name, "a name such as clip")
    return Scene(scene=name, **words)


def parse(data: bytes) -> Talk:
    """A talk from the bytes of a file; raises ConfigError, in one sentence, for anything that is not one."""
    if len(data) > MOST_BYTES:
        raise ConfigError("talk file", f"{len(data):,} bytes long", f"at most {MOST_BYTES:,} bytes long")
    try:
        values = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        raise ConfigError("talk file", data[:40].decode("utf-8", "replace"), "JSON text") from None
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise ConfigError("format", values.get("format") if isinstance(values, dict) else values, repr(FORMAT))
    if type(values.get("version")) is not int or values["version"] != VERSION:
        raise ConfigError("version", values.get("version"), str(VERSION))
    if unknown := sorted(set(values) - {"format", "version", "title", "scenes"}):
        raise ConfigError("talk file", unknown[0], "made of format, version, title and scenes")
    scenes = values.get("scenes")
    if not isinstance(scenes, list) or not 1 <= len(scenes) <= MOST_SCENES:
        count = f"a list of {len(scenes)}" if isinstance(scenes, list) else scenes
        raise ConfigError("scenes", count, f"a list of 1 to {MOST_SCENES}")
    return Talk(one_line("title", values.get("title", "")), tuple(check_scene(scene) for scene in scenes))


def dump(talk: Talk) -> str:
    """The talk as the text of a file, which ``parse`` reads back."""
    values: dict[str, Any] = {"format": FORMAT, "version": VERSION, "title": talk.title}
    return json.dumps({**values, "scenes": [scene.to_dict() for scene in talk.scenes]}, ensure_ascii=False, indent=1)


def keep(runs: Path, talk: Talk, talk_id: str = "") -> str:
    """Write the talk into the runs folder, over the one of that id if there is one; returns its id. Raises OSError."""
    name = check_run_id(talk_id) if talk_id else new_run_id()
    path = Path(runs) / FOLDER / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".json.tmp")
    temporary.write_text(dump(talk), encoding="utf-8")
    os.replace(temporary, path)
    return name


def read(runs: Path, talk_id: str) -> Talk:
    """A kept talk; raises ConfigError when there is none of that id, or when its file is damaged."""
    try:
        path = Path(runs) / FOLDER / f"{check_run_id(talk_id)}.json"
        with path.open("rb") as file:
            return parse(file.read(MOST_BYTES + 1))
    except (OSError, UnknownRun, ValueError) as error:
        if isinstance(error, ConfigError):
            raise
        raise ConfigError("talk", talk_id, "one that is kept in the runs folder") from None


def kept(runs: Path) -> list[tuple[str, Talk]]:
    """The talks in the runs folder with their ids, the newest first; a damaged file is passed over."""
    found = []
    for path in sorted((Path(runs) / FOLDER).glob("*.json"), reverse=True)[:MOST_KEPT]:
        try:
            found.append((path.stem, read(runs, path.stem)))
        except ConfigError:
            continue
    return found
