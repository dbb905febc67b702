"""A lesson is read in three minutes."""

from __future__ import annotations

import pytest

from tests.lessons.lesson_pages import lessons

LESSONS = lessons()


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)
def test_a_lesson_takes_three_minutes_to_read(lesson):
    assert lesson.words <= 3 * 220 and lesson.minutes == 3
