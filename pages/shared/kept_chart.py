"""The component that draws kept settings as rows: every seed a dot that is a link, the centre, interval, and words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from pages.shared.mounting import NO_OP, mount_when_ready, style_once

ASSETS = Path(__file__).parent / "assets"


def _script() -> str:
    css, script = ((ASSETS / f"kept.{kind}").read_text(encoding="utf-8") for kind in ("css", "js"))
    return style_once(css, "ppo-kept-style") + script + NO_OP


_scripts = st.components.v2.component(
    "ppo_kept_scripts", html="<i hidden></i>\n<!-- kept -->", js=_script(), isolate_styles=False
)
_chart = st.components.v2.component(
    "ppo_kept", html="<div class='ppo-kept'>\n</div>", isolate_styles=False,
    js=mount_when_ready("PPOKept.mount", "PPOKept.ready", "PPOEvidence.ready", "PPOLive.ready"),
)  # fmt: skip


def load_scripts() -> None:
    """Sends the script of these charts; it draws with those of the grids' chart, which are there as well."""
    with st.container(key="kept_scripts"):
        _scripts(key="ppo_kept_scripts")


def chart(data: dict[str, Any], key: str, on_pick: Callable[[str], None] | None = None) -> None:
    """Shows a packet of ``ppo_engine.plots.kept``; ``on_pick`` gets the key of the row whose name was pressed."""

    def picked() -> None:
        value = getattr(st.session_state[key], "picked", None)
        if on_pick is not None and value:
            on_pick(value)

    _chart(key=key, data=data, on_picked_change=picked)
