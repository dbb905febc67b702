"""The figures of the lessons: one component for each family, drawn and dragged in the browser without the server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import streamlit as st

ASSETS = Path(__file__).parent / "assets"
KIT = ("codec", "theme", "lesson/chart", "lesson/handles", "lesson/controls", "lesson/frame")
# Each family: its mathematics (held against Python by a test) and what draws it.
FAMILIES = {
    "importance": ("lesson/importance_math", "lesson/trajectory_math", "lesson/importance", "lesson/trajectory"),
}  # fmt: skip


def script_text(*names: str) -> str:
    """The text of scripts of the assets folder, one after the other."""
    return "\n".join((ASSETS / f"{name}.js").read_text(encoding="utf-8") for name in names)


def _style(name: str) -> str:
    css = json.dumps((ASSETS / f"{name}.css").read_text(encoding="utf-8"))
    return (
        f"if (!document.getElementById('ppo-{name}')) {{ const s = document.createElement('style');"
        f" s.id = 'ppo-{name}'; s.textContent = {css}; document.head.append(s); }}\n"
    )


def _component(family: str) -> Any:
    script = _style("lesson/lesson") + script_text(*KIT, *FAMILIES[family])
    return st.components.v2.component(
        f"ppo_lesson_{family}", html="<div class='ppo-lesson'>\n</div>", isolate_styles=False,
        js=script + "\nexport default function (component) { return L.mountLesson(component); }\n",
    )  # fmt: skip


_COMPONENTS = {family: _component(family) for family in FAMILIES}


def lesson_figure(family: str, slug: str, sections: list[dict[str, Any]], data: dict[str, Any]) -> None:
    """Shows a family's figure; ``sections`` say which scene and parts each section of the text is about."""
    _COMPONENTS[family](key=f"figure_{slug}", data={"family": family, "sections": sections, "values": data})
