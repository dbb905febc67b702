"""Between the presenting window and a speaker's page on another device: where the talk stands, which key came."""

from __future__ import annotations

import time
from typing import Any

import streamlit as st

KEYS = {"next", "previous", "play", "black", "live", "first", "last"}
WORDS = {"title": 200, "show": 400, "say": 1200}


@st.cache_resource(show_spinner=False)
def _board() -> dict[str, Any]:
    return {"stands": None, "heard": 0.0, "key": None}


def stands(wish: dict[str, Any]) -> None:
    """The presenting window says at which scene it is, and what the scenes say."""
    at, scenes = wish.get("at"), wish.get("scenes")
    if not isinstance(at, int) or not isinstance(scenes, list) or not 0 <= at < len(scenes) <= 60:
        return
    told = [
        {key: str(scene.get(key, ""))[:longest] for key, longest in WORDS.items()}
        for scene in scenes if isinstance(scene, dict)
    ]  # fmt: skip
    flags = {key: bool(wish.get(key)) for key in ("playing", "black")}
    badge = str(wish.get("badge"))[:20]
    _board().update(heard=time.monotonic(), stands={"at": at, "scenes": told, "badge": badge, **flags})


def standing() -> dict[str, Any] | None:
    """Where the newest presenting window of this server stands; None before there is one."""
    return _board()["stands"]


def ask(key: object) -> None:
    """A key was pressed on a speaker's page: ``{"n": number, "key": name}`` or ``{"n": number, "to": scene}``."""
    if not isinstance(key, dict) or not isinstance(key.get("n"), (int, float)):
        return
    to = key.get("to")
    if key.get("key") in KEYS or (isinstance(to, int) and 0 <= to < 60):
        _board()["key"] = {"n": key["n"], "key": key.get("key"), "to": to}


def asked() -> dict[str, Any] | None:
    """The newest key pressed on a speaker's page."""
    return _board()["key"]
