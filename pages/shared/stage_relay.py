"""Between a presenting window and its speaker's page on another device: where the talk stands, which key came."""

from __future__ import annotations

import re
from typing import Any

import streamlit as st

KEYS = {"next", "previous", "play", "black", "live", "first", "last"}
WORDS = {"title": 200, "show": 400, "say": 1200}
CODE = re.compile(r"[a-z0-9]{6,16}")
MOST = 100


@st.cache_resource(show_spinner=False)
def _boards() -> dict[str, dict[str, Any]]:
    return {}


def _board(code: object) -> dict[str, Any] | None:
    """The board of a presenting window, which its speaker's page finds by the code in its address."""
    if not isinstance(code, str) or not CODE.fullmatch(code):
        return None
    boards = _boards()
    while code not in boards and len(boards) >= MOST:
        boards.pop(next(iter(boards)), None)
    return boards.setdefault(code, {"stands": None, "key": None})


def stands(wish: dict[str, Any]) -> None:
    """The presenting window says at which scene it is, and what the scenes say."""
    board, at, scenes = _board(wish.get("code")), wish.get("at"), wish.get("scenes")
    if board is None or not isinstance(at, int) or not isinstance(scenes, list) or not 0 <= at < len(scenes) <= 60:
        return
    told = [
        {key: str(scene.get(key, ""))[:longest] for key, longest in WORDS.items()}
        for scene in scenes if isinstance(scene, dict)
    ]  # fmt: skip
    flags = {key: bool(wish.get(key)) for key in ("playing", "black")}
    board["stands"] = {"at": at, "scenes": told, "badge": str(wish.get("badge"))[:20], **flags}


def standing(code: object) -> dict[str, Any] | None:
    """Where the presenting window of that code stands; None before it has said so."""
    board = _board(code)
    return board["stands"] if board else None


def ask(code: object, key: object) -> None:
    """A key was pressed on a speaker's page: ``{"n": number, "key": name}`` or ``{"n": number, "to": scene}``."""
    board = _board(code)
    if board is None or not isinstance(key, dict) or not isinstance(key.get("n"), (int, float)):
        return
    to = key.get("to")
    if key.get("key") in KEYS or (isinstance(to, int) and 0 <= to < 60):
        board["key"] = {"n": key["n"], "key": key.get("key"), "to": to}


def asked(code: object) -> dict[str, Any] | None:
    """The newest key pressed on a speaker's page of that code."""
    board = _board(code)
    return board["key"] if board else None
