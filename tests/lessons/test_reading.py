"""A lesson is read in three minutes, and says of each figure only what the figure has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pages.shared.lesson_figure import ASSETS, FAMILIES
from tests.lessons.lesson_pages import lessons

LESSONS = lessons()
EVERY = pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)


@EVERY
def test_a_lesson_takes_three_minutes_to_read(lesson):
    assert lesson.words <= 3 * 220 and lesson.minutes == 3


@EVERY
def test_what_a_section_speaks_of_is_in_the_figure(lesson):
    names = [name for name in FAMILIES[lesson.figure] if name.startswith("lesson/")]
    script = "\n".join((Path(ASSETS) / f"{name}.js").read_text(encoding="utf-8") for name in names)
    words = set(re.findall(r"[A-Za-z_]\w*", script))
    for section in lesson.sections:
        for part in section.focus:
            assert part.split(":")[-1] in words or lesson.figure == "loop", f"{section.title}: {part}"
