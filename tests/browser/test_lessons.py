"""The lessons in a real browser: what is dragged follows without the server, keys do the same, and nothing is empty."""

from __future__ import annotations

import pytest

from pages.shared.contents import CONTENTS

pytestmark = pytest.mark.browser

# The handle that a lesson's first screen offers, and across how many pixels it is dragged.
HANDLES = {
    "learn-policy-gradients": ("First policy", 120),
    "learn-importance-sampling": ("Mean of q", -160),
    "learn-trust-region": ("Radius Δ of the ball", 80),
    "learn-clipping": ("Clip range ε, upper knee", 180),
    "learn-kl-penalty": ("Penalty β", 120),
    "learn-advantages": ("Reward", 0, -30),
    "learn-ppo-loop": ("Update", 120),
}
# Moves the pointer once a frame and counts the frames in which something drawn has changed.
FINGER = """
(handle, [x, y, dx, dy]) => new Promise((resolve) => {
  let frame = 0, moved = 0, before = '';
  const began = performance.now();
  const step = () => {
    const paths = [...document.querySelectorAll('.ppo-lesson .ppo-scene:not([hidden]) path')];
    const now = paths.map((p) => p.getAttribute('d')).join('|');
    if (now !== before) { moved++; before = now; }
    if (++frame > 90) { resolve([moved, (1000 * frame) / (performance.now() - began)]); return; }
    const share = 0.5 - 0.5 * Math.cos((Math.PI * frame) / 30);
    const at = { pointerId: 1, clientX: x + dx * share, clientY: y + dy * share };
    handle.dispatchEvent(new PointerEvent('pointermove', at));
    requestAnimationFrame(step);
  };
  step();
})
"""
SAID = """
[...document.querySelectorAll('.ppo-scene:not([hidden]) [role=img]')].map((s) => s.getAttribute('aria-label'))
"""
READING = """
[...document.querySelectorAll('.ppo-reading')].map((n) => Number(n.className.match(/section_([0-9]+)/)[1]))
"""


@pytest.fixture(scope="module")
def server(one_server):
    """One app for all tests of this file: a lesson keeps nothing on the server but which questions were answered."""
    return one_server


# Drawn: every chart in sight has its words, and one of Plotly's its curves.
DRAWN = f"""
(() => {{ const words = {SAID.strip()};
  const plots = [...document.querySelectorAll('.ppo-scene:not([hidden]) .ppo-plot')];
  return words.length > 0 && words.every(Boolean) && plots.every((p) => p.querySelector('.cartesianlayer .trace'))
    && document.querySelector('.ppo-math') !== null; }})()
"""


def open_lesson(page, server, slug):
    page.goto(f"{server.url}/{slug}", timeout=90000)
    page.wait_for_function(DRAWN, timeout=150_000)
    page.wait_for_timeout(500)


def drag(page, handle, dx, dy=0):
    """Holds a handle and moves the pointer a little in each of ninety frames, to and fro across ``dx`` and ``dy``
    pixels; returns in how many of them something was drawn anew, and how many frames a second there were."""
    box = handle.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.wait_for_timeout(300)
    moved, rate = handle.evaluate(FINGER, [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, dx, dy])
    page.mouse.up()
    return moved, rate


@pytest.mark.parametrize("entry", CONTENTS, ids=[entry.slug for entry in CONTENTS])
def test_a_lesson_follows_the_finger_and_the_reader_without_the_server(page, server, tell, entry):
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda data: sent.append(data)))
    open_lesson(page, server, entry.slug)
    label, *by = HANDLES[entry.slug]
    handle = page.get_by_role("slider", name=label, exact=True).first
    before, words = handle.get_attribute("aria-valuetext"), page.evaluate(SAID)
    sent.clear()
    moved, rate = drag(page, handle, *by)
    tell(f"{entry.slug}: {rate:.0f} frames a second while dragging, drawn anew in {moved} of 90")
    page.wait_for_timeout(400)
    after = handle.get_attribute("aria-valuetext")
    assert after != before and page.evaluate(SAID) != words and moved > 20
    handle.focus()
    handle.press("ArrowRight")
    page.wait_for_timeout(300)
    assert handle.get_attribute("aria-valuetext") != after, "the keyboard moves it too"

    dimmed = 0
    sections = page.locator("[class*='st-key-section_']").count()
    for at in range(sections):
        page.evaluate("(n) => document.querySelector('.st-key-section_' + n).click()", at)
        page.wait_for_timeout(100)
        page.wait_for_function(DRAWN, timeout=20000)
        assert page.evaluate(READING) == [at]
        assert page.locator(".ppo-lesson .ppo-scene:not([hidden])").count() == 1
        dimmed += page.locator(".ppo-lesson .ppo-dim").count() > 0
    assert dimmed > 1, "what is not spoken of steps back"
    for place, wanted in (("1e6", sections - 1), ("0", 0)):
        page.evaluate(f"document.querySelector('[data-testid=stMain]').scrollTo(0, {place})")
        page.wait_for_timeout(400)
        assert page.evaluate(READING) == [wanted], "scrolling chooses the section, from the first to the last"
    assert not sent, "the server was asked for what the browser can do by itself"
    assert not page.broken


def test_a_symbol_explains_itself_to_the_pointer_and_to_the_keyboard(page, server):
    open_lesson(page, server, "learn-importance-sampling")
    said = page.locator(".ppo-said").first
    words = said.text_content()
    page.locator(".ppo-math").filter(has_text="q").last.hover()
    assert said.text_content() != words
    page.mouse.move(2, 300)
    button = page.locator(".ppo-symbol").nth(1)
    button.focus()
    assert said.text_content().startswith(button.text_content() + ": ")
    button.blur()
    assert said.text_content() == words


def test_with_reduced_motion_the_run_to_the_minimum_arrives_at_once(page, server):
    page.emulate_media(reduced_motion="reduce")
    open_lesson(page, server, "learn-trust-region")
    page.locator(".ppo-scene:not([hidden]) button[data-id=play]").click()
    page.wait_for_function("document.querySelector('.ppo-scene:not([hidden])').textContent.includes('arrived')")
    style = "getComputedStyle(document.querySelector('[class*=st-key-section_]'))"
    assert float(page.evaluate(f"{style}.transitionDuration").rstrip("s")) < 0.001
