"""The list of the Preflight page as one component: each check's lamp and sentence, and what the browser can do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import streamlit as st

ASSETS = Path(__file__).parent / "assets"
KEY = "preflight"


def _script() -> str:
    css = json.dumps((ASSETS / "preflight.css").read_text(encoding="utf-8"))
    style = (
        "if (!document.getElementById('ppo-preflight-style')) { const s = document.createElement('style');"
        f" s.id = 'ppo-preflight-style'; s.textContent = {css}; document.head.append(s); }}"
    )
    return f"{style}\n{(ASSETS / 'preflight.js').read_text(encoding='utf-8')}"


_list = st.components.v2.component(
    "ppo_preflight", html="<div id='ppo-preflight'>\n</div>", js=_script(), isolate_styles=False
)


def preflight_list(data: dict[str, Any]) -> None:
    """Shows a packet: ``rows``, what is ``said`` of them together, their ``share`` done, and a ``film`` to play."""
    _list(key=KEY, data=data)
