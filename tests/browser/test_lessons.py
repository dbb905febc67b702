"""The lessons in a real browser: what is dragged follows without the server, keys do the same, and nothing is empty."""

from __future__ import annotations

import pytest

from pages.shared.contents import CONTENTS
from tests.browser.conftest import Server

pytestmark = pytest.mark.browser

# The handle that a lesson's first screen offers, and how far it is dragged in pixels.
HANDLES = {
    "learn-importance-sampling": ("Mean of q", -90, 0),
    "learn-trust-region": ("Radius Δ of the ball", 50, 0),
    "learn-clipping": ("Clip range ε, upper knee", 60, 0),
}
# Counts the frames in which something drawn has moved.
COUNT = """
window.frames = 0; window.moved = 0; window.before = '';
window.began = performance.now();
const look = () => {
  frames++;
  const paths = [...document.querySelectorAll('.ppo-lesson .ppo-scene:not([hidden]) path')];
  const now = paths.map((p) => p.getAttribute('d')).join('|');
  if (now !== before) { moved++; before = now; }
  if (!window.stopped) requestAnimationFrame(look);
};
look();
"""
SAID = """
[...document.querySelectorAll('.ppo-scene:not([hidden]) [role=img]')].map((s) => s.getAttribute('aria-label'))
"""
READING = """
[...document.querySelectorAll('.ppo-reading')].map((n) => Number(n.className.match(/section_([0-9]+)/)[1]))
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One app for all tests of this file: a lesson keeps nothing on the server but which questions were answered."""
    runs = tmp_path_factory.mktemp("lessons") / "runs"
    runs.mkdir()
    served = Server(runs)
    try:
        served.wait()
        yield served
    finally:
        served.stop()


def open_lesson(page, server, slug):
    page.goto(f"{server.url}/{slug}")
    page.wait_for_selector(".ppo-lesson .ppo-scene:not([hidden]) svg path", timeout=30000)
    page.wait_for_selector(".ppo-math, .ppo-symbol", timeout=15000)
    page.wait_for_timeout(600)


def test_what_a_finger_moves_follows_without_the_server(page, server, capsys):
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda data: sent.append(data)))
    for entry in CONTENTS:
        open_lesson(page, server, entry.slug)
        label, dx, dy = HANDLES[entry.slug]
        handle = page.get_by_role("slider", name=label).first
        before, words = handle.get_attribute("aria-valuetext"), page.evaluate(SAID)
        assert words and all(words), f"{entry.slug}: a figure without words"
        box = handle.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.wait_for_timeout(300)
        sent.clear()
        page.evaluate(COUNT)
        for step in range(1, 61):
            page.mouse.move(x + dx * step / 60, y + dy * step / 60)
        page.mouse.up()
        frames, moved, ms = page.evaluate("[frames, moved, performance.now() - began, window.stopped = true]")[:3]
        with capsys.disabled():
            print(f"\n{entry.slug}: drawn anew {1000 * moved / ms:.0f} times a second ({moved} of {frames} frames)")
        page.wait_for_timeout(500)
        assert not sent, f"{entry.slug} asked the server while dragging"
        after = handle.get_attribute("aria-valuetext")
        assert after != before and page.evaluate(SAID) != words and moved > 10
        handle.focus()
        handle.press("ArrowRight" if dx else "ArrowUp")
        page.wait_for_timeout(200)
        assert handle.get_attribute("aria-valuetext") != after and not sent
    assert not page.broken


def test_text_and_figure_stay_in_step(page, server):
    for entry in CONTENTS:
        open_lesson(page, server, entry.slug)
        seen, dimmed = [], 0
        for at in range(page.locator("[class*='st-key-section_']").count()):
            page.evaluate("(n) => document.querySelector('.st-key-section_' + n).click()", at)
            page.wait_for_timeout(120)
            assert page.evaluate(READING) == [at]
            words = page.evaluate(SAID)
            assert words and all(words), f"{entry.slug}, section {at}: {words}"
            dimmed += page.locator(".ppo-lesson .ppo-dim").count() > 0
            seen.append(page.evaluate("document.querySelectorAll('.ppo-lesson .ppo-scene:not([hidden])').length"))
        assert set(seen) == {1}, "always exactly one scene"
        assert dimmed > 1, "what is not spoken of steps back"
        page.evaluate("document.querySelector('[data-testid=stMain]').scrollTo(0, 1e6)")
        page.wait_for_timeout(400)
        assert page.evaluate(READING) == [len(seen) - 1], "the last section has its turn at the bottom"


def test_a_symbol_explains_itself_to_the_pointer_and_to_the_keyboard(page, server):
    open_lesson(page, server, CONTENTS[0].slug)
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


def test_the_button_opens_the_lab_each_time_it_is_followed(page, server):
    open_lesson(page, server, "learn-importance-sampling")
    for _ in range(2):
        page.get_by_role("link", name="Try it in the Lab").click()
        page.wait_for_url("**objective=surrogate**")
        page.locator(".st-key-learning_rate").wait_for()
        assert "env=CartPole-v1" in page.url and "preset=no-leash" in page.url
        page.get_by_label("Seed").fill("9")
        page.get_by_label("Seed").press("Enter")
        page.wait_for_url("**seed=9**")
        page.go_back()
        page.goto(f"{server.url}/learn-importance-sampling")
        page.wait_for_selector(".st-key-try_it a")
    assert not page.broken
