"""Every lesson by keyboard alone: from each section to its figure and back, the question, and the Lab as announced."""

from __future__ import annotations

import re

import pytest

from tests.browser.keyboard import FOCUS, tab_to
from tests.browser.test_lessons import open_lesson, server  # noqa: F401 (a fixture)
from tests.lessons.lesson_pages import experiment, lessons

pytestmark = pytest.mark.browser

LESSONS = lessons()
# What can be moved or pressed in the scene that is shown, numbered; what saves a chart is the same everywhere.
NUMBERED = """
() => { const root = document.querySelector('.ppo-lesson'), all = ':is(button, input, a[href], [tabindex="0"])';
  root.querySelectorAll('[data-stop]').forEach((n) => n.removeAttribute('data-stop'));
  const nodes = [...root.querySelectorAll(`.ppo-scene:not([hidden]) ${all}`)];
  const open = nodes.filter((n) => !n.disabled && !n.closest('.ppo-save') && n.getClientRects().length);
  open.forEach((n, i) => { n.dataset.stop = i; });
  return open.length; }
"""
AT = """
() => { const n = document.activeElement, slides = n.matches('[role=slider], [type=range]');
  return { stop: Number(n.dataset.stop ?? -1), inside: Boolean(n.closest('.ppo-lesson')), slides,
    says: slides ? n.getAttribute('aria-valuetext') : '', name: n.getAttribute('aria-label') || n.textContent }; }
"""
SHOWN = "(key) => document.querySelector(`.st-key-${key} input`).value"


def shown(page, key):
    """Waits until the Lab shows a field, and returns what it says."""
    page.locator(f".st-key-{key} input").first.wait_for(timeout=60000, state="attached")
    return page.evaluate(SHOWN, key)


def walk(page, count):
    """Tabs through the figure from its first control; whatever slides obeys the arrow keys."""
    seen, stuck = set(), []
    for _ in range(3 * count + 12):
        at = page.evaluate(AT)
        if not at["inside"]:
            break
        assert page.evaluate(FOCUS)["seen"], f"nobody sees that this has the focus: {at['name']}"
        seen.add(at["stop"])
        if at["slides"] and not any(_moves(page, key, at["says"]) for key in ("ArrowLeft", "ArrowUp", "ArrowRight")):
            stuck.append(at["name"])
        page.keyboard.press("Tab")
    assert not stuck, "no arrow key moves them"
    assert seen - {-1} == set(range(count)), "a control of the figure is out of reach"


def _moves(page, key, before):
    page.keyboard.press(key)
    page.wait_for_timeout(60)
    return page.evaluate(AT)["says"] != before


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)
def test_a_lesson_from_start_to_end_by_keyboard_alone(page, server, lesson):  # noqa: F811
    open_lesson(page, server, lesson.slug)
    walked = set()
    for at, section in enumerate(lesson.sections):
        button = tab_to(page, lambda focus, title=section.title: focus["name"].endswith(f"Esc leads back: {title}"))
        page.wait_for_timeout(100)
        assert page.locator(".ppo-reading").get_attribute("class").count(f"st-key-section_{at} ") == 1
        page.keyboard.press("Enter")
        page.wait_for_function(f"({AT})().inside", timeout=20000)
        count = page.evaluate(NUMBERED)
        assert count > 0
        if section.scene not in walked:
            walked.add(section.scene)
            walk(page, count)
            page.keyboard.press("Shift+Tab")
        page.keyboard.press("Escape")
        assert page.evaluate(FOCUS)["name"] == button["name"], "Escape leads back to where one was in the text"

    tab_to(page, lambda focus: 'type="radio"' in focus["html"])
    page.keyboard.press("Space")
    for _ in range(lesson.question.right):
        page.keyboard.press("ArrowDown")
    page.get_by_text(f"Yes. {lesson.question.options[lesson.question.right][1][:40]}").wait_for(timeout=30000)
    tab_to(page, lambda focus: focus["name"] == "Try it in the Lab")
    page.keyboard.press("Enter")
    knobs = lesson.experiment.knobs
    page.wait_for_url(f"**objective={knobs['objective']}**", timeout=60000)
    assert page.locator(".ppo-lesson").count() == 0
    wanted = experiment(lesson)
    assert shown(page, "env") == knobs["env"] and shown(page, "seed") == knobs["seed"]
    assert shown(page, "preset") == knobs["preset"]
    for name in ("clip_range", "learning_rate", "kl_coef"):
        # The first number under the label; at 0 it says "off".
        value = re.search(r"off|[0-9.]+", page.locator(f".st-key-{name}").inner_text())
        assert float(value.group().replace("off", "0")) == pytest.approx(getattr(wanted, name)), name
    assert not page.broken


def test_two_knees_in_haste_leave_a_clip_range(page, server):  # noqa: F811
    open_lesson(page, server, "learn-clipping")
    knees = page.locator(".ppo-scene:not([hidden]) .ppo-knee")
    knees.first.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(900)  # each key is settled a third of a second later
    assert knees.last.get_attribute("aria-valuetext") == "ε 0.22" and knees.last.is_visible()
    assert not page.broken
