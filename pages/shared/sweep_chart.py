"""The component of the Evidence page: strip, verdict, curves, heatmap and rows, drawn again in place at every tick."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from pages.shared.mounting import NO_OP, mount_when_ready, style_once

ASSETS = Path(__file__).parent / "assets"
KEY = "evidence"


def _script() -> str:
    css, script = ((ASSETS / f"evidence.{kind}").read_text(encoding="utf-8") for kind in ("css", "js"))
    return style_once(css, "ppo-evidence-style") + script + NO_OP


_scripts = st.components.v2.component(
    "ppo_evidence_scripts", html="<i hidden></i>\n<!-- evidence -->", js=_script(), isolate_styles=False
)
_chart = st.components.v2.component(
    "ppo_evidence", html="<div id='ppo-evidence'>\n</div>", isolate_styles=False,
    js=mount_when_ready("PPOEvidence.mount", "PPOEvidence.ready", "PPOLive.ready"),
)  # fmt: skip


def load_scripts() -> None:
    """Sends this page's script, once for each look at the page; a tick then carries only numbers."""
    with st.container(key="evidence_scripts"):
        _scripts(key="ppo_evidence_scripts")


def chart(data: dict[str, Any], on_loaded: Callable[[], None]) -> None:
    """Shows a packet; ``on_loaded`` runs once the tab has plotly.js."""
    _chart(key=KEY, data=data, on_loaded_change=on_loaded)
