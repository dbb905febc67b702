"""The component of the Evidence page: strip, verdict, curves, heatmap and rows, drawn again in place at every tick."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

ASSETS = Path(__file__).parent / "assets"
KEY = "evidence"


def _script() -> str:
    css = json.dumps((ASSETS / "evidence.css").read_text(encoding="utf-8"))
    style = (
        "if (!document.getElementById('ppo-evidence-style')) { const s = document.createElement('style');"
        f" s.id = 'ppo-evidence-style'; s.textContent = {css}; document.head.append(s); }}"
    )
    return f"{style}\n{(ASSETS / 'evidence.js').read_text(encoding='utf-8')}\nexport default function () {{}}\n"


_scripts = st.components.v2.component(
    "ppo_evidence_scripts", html="<i hidden></i>\n<!-- evidence -->", js=_script(), isolate_styles=False
)
_chart = st.components.v2.component(
    "ppo_evidence",
    html="<div id='ppo-evidence'>\n</div>",
    js="""
export default function (component) {
  let gone = false, end = () => {};
  const go = () => { if (gone) return; const E = window.PPOEvidence, L = window.PPOLive;
    if (E && E.ready && L && L.ready) end = E.mount(component); else setTimeout(go, 15); };
  go();
  return () => { gone = true; end(); };
}
""",
    isolate_styles=False,
)


def load_scripts() -> None:
    """Sends this page's script, once for each look at the page; a tick then carries only numbers."""
    with st.container(key="evidence_scripts"):
        _scripts(key="ppo_evidence_scripts")


def chart(data: dict[str, Any], on_loaded: Callable[[], None]) -> None:
    """Shows a packet; ``on_loaded`` runs once the tab has plotly.js."""
    _chart(key=KEY, data=data, on_loaded_change=on_loaded)
