"""The figures of the lessons: one component for each family, drawn and dragged in the browser without the server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import streamlit as st

from pages.shared.live_chart import load_plotly

ASSETS = Path(__file__).parent / "assets"
KIT = ("codec", "theme", "lesson/chart", "lesson/handles", "lesson/controls", "lesson/frame")
# Families that draw with the Lab's own charts, and so with its styles and with plotly.js.
LIKE_THE_LAB = {"clipping"}
# Each family: its mathematics (held against Python by a test) and what draws it.
FAMILIES = {
    "clipping": ("panel", "objective", "histogram", "lesson/clip_math", "lesson/clipping"),
    "credit": ("lesson/credit_math", "lesson/credit"),
    "gradients": ("lesson/gradient_math", "lesson/contours", "lesson/gradients"),
    "importance": ("lesson/importance_math", "lesson/trajectory_math", "lesson/importance", "lesson/trajectory"),
    "penalty": ("lesson/penalty_math", "lesson/contours", "lesson/penalty"),
    "trust": ("lesson/trust_math", "lesson/policy_math", "lesson/contours", "lesson/trust", "lesson/policy"),
}  # fmt: skip


def script_text(*names: str) -> str:
    """The text of scripts of the assets folder, one after the other."""
    return "\n".join((ASSETS / f"{name}.js").read_text(encoding="utf-8") for name in names)


def style_script(name: str, element: str) -> str:
    """A script that puts a stylesheet of the assets folder into the document, once, under that id."""
    css = json.dumps((ASSETS / f"{name}.css").read_text(encoding="utf-8"))
    return (
        f"if (!document.getElementById('{element}')) {{ const s = document.createElement('style');"
        f" s.id = '{element}'; s.textContent = {css}; document.head.append(s); }}\n"
    )


def _component(family: str) -> Any:
    lab = style_script("live", "ppo-style") if family in LIKE_THE_LAB else ""
    script = lab + style_script("lesson/lesson", "ppo-lesson-style") + script_text(*KIT, *FAMILIES[family])
    return st.components.v2.component(
        f"ppo_lesson_{family}", html="<div class='ppo-lesson'>\n</div>", isolate_styles=False,
        js=script + "\nexport default function (component) { return L.mountLesson(component); }\n",
    )  # fmt: skip


_COMPONENTS = {family: _component(family) for family in FAMILIES}


def lesson_figure(family: str, slug: str, sections: list[dict[str, Any]], data: dict[str, Any]) -> None:
    """Shows a family's figure; ``sections`` say which scene and parts each section of the text is about."""
    if family in LIKE_THE_LAB:
        with st.container(key="scripts"):
            load_plotly()
    _COMPONENTS[family](key=f"figure_{slug}", data={"family": family, "sections": sections, "values": data})
