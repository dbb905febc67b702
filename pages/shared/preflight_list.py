"""The list of the Preflight page as one component: each check's lamp and sentence, and what the browser can do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from pages.shared.mounting import style_once

ASSETS = Path(__file__).parent / "assets"
KEY = "preflight"


def _script() -> str:
    css, script = ((ASSETS / f"preflight.{kind}").read_text(encoding="utf-8") for kind in ("css", "js"))
    return style_once(css, "ppo-preflight-style") + script


_list = st.components.v2.component(
    "ppo_preflight", html="<div id='ppo-preflight'>\n</div>", js=_script(), isolate_styles=False
)


def preflight_list(data: dict[str, Any]) -> None:
    """Shows a packet: ``rows``, what is ``said`` of them together, their ``share`` done, and a ``film`` to play."""
    _list(key=KEY, data=data)
