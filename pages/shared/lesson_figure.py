"""The figures of the lessons: one component for each family, drawn and dragged in the browser without the server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from pages.shared.live_chart import load_plotly
from pages.shared.mounting import style_once
from ppo_engine.plots.panels import FOLDER as PANELS

ASSETS = Path(__file__).parent / "assets"
KIT = ("codec", "theme", "save", "lesson/chart", "lesson/handles", "lesson/controls", "lesson/keyboard", "lesson/frame")
# Families that draw with the Lab's own charts, and so with its styles and with plotly.js.
LIKE_THE_LAB = {"clipping"}
# Each family: its mathematics (held against Python by a test) and what draws it.
FAMILIES = {
    "clipping": ("panel", "objective", "histogram", "lesson/clip_math", "lesson/clipping"),
    "credit": ("lesson/credit_math", "lesson/credit"),
    "gradients": ("lesson/gradient_math", "lesson/contours", "lesson/real_runs", "lesson/gradients"),
    "importance": ("lesson/importance_math", "lesson/trajectory_math", "lesson/importance", "lesson/trajectory"),
    "loop": ("lesson/loop_clock", "lesson/loop_diagram", "lesson/loop_drawing", "lesson/loop"),
    "penalty": ("lesson/penalty_math", "lesson/contours", "lesson/penalty"),
    "trust": ("lesson/trust_math", "lesson/policy_math", "lesson/contours", "lesson/trust", "lesson/policy"),
}  # fmt: skip


def script_text(*names: str) -> str:
    """The text of scripts, one after the other: those of lessons, and of panels that they share with the Lab."""
    return "\n".join((_folder(name) / f"{name}.js").read_text(encoding="utf-8") for name in names)


def _folder(name: str) -> Path:
    return ASSETS if "/" in name else PANELS


def style_text(name: str) -> str:
    """A stylesheet as it is written."""
    return (_folder(name) / f"{name}.css").read_text(encoding="utf-8")


def style_script(name: str, element: str) -> str:
    """A script that puts a stylesheet into the document, once, under that id."""
    return style_once(style_text(name), element)


def _component(family: str) -> Any:
    lab = style_script("live", "ppo-style") if family in LIKE_THE_LAB else ""
    own = style_script("lesson/lesson", "ppo-lesson-style") + style_script("save", "ppo-save-style")
    script = lab + own + script_text(*KIT, *FAMILIES[family])
    return st.components.v2.component(
        f"ppo_lesson_{family}", html="<div class='ppo-lesson'>\n</div>", isolate_styles=False,
        js=script + "\nexport default function (component) { return L.mountLesson(component); }\n",
    )  # fmt: skip


_COMPONENTS = {family: _component(family) for family in FAMILIES}


def lesson_figure(family: str, slug: str, sections: list[dict[str, Any]], data: dict[str, Any]) -> str:
    """Shows a family's figure; ``sections`` say which scene and parts each section of the text is about.

    Returns the slug of the lesson that a link in the figure was pressed for, else an empty text.
    """
    if family in LIKE_THE_LAB:
        with st.container(key="scripts"):
            load_plotly()
    shown = _COMPONENTS[family](
        key=f"figure_{slug}", data={"family": family, "sections": sections, "values": data},
        on_goto_change=lambda: None,
    )  # fmt: skip
    return shown.goto or ""
