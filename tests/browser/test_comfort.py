"""Comfort in a real browser: axe on every page in both themes and on a phone, and a run by keyboard alone."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.keyboard import READY, go, tab_to
from tests.browser.steps import wait_badge, wait_chip
from tests.browser.the_menu import url_paths

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
# What axe finds inside Streamlit 1.67's own widgets, which no page can change: rule, selector, reason.
ALLOWED = (
    ("list", "[data-testid=stSidebarNavItems]", "the menu on a narrow window puts its sections into div, not li"),
    ("color-contrast", ":is([data-testid=stSelectbox], [data-testid=stNumberInput]):has(input:disabled) *",
     "Streamlit greys a disabled widget with its label; WCAG 1.4.3 asks nothing of what is inactive"),
    ("listitem", "[data-testid=stSidebarNavItems] li", "the same menu: between its list and its entries stands a div"),
)
TOO_WIDE = """
() => { const main = document.querySelector('[data-testid=stMain]');
  return [document.documentElement.scrollWidth - innerWidth, main.scrollWidth - main.clientWidth]; }
"""
@pytest.fixture(scope="module")
def server(one_server):
    """One app for all tests of this file."""
    return one_server


@pytest.fixture
def tab(chromium):
    """Opens tabs of any size, theme and taste for motion."""
    contexts = []

    def opened(**options):
        contexts.append(chromium.new_context(**{"viewport": {"width": 1280, "height": 720}, **options}))
        return contexts[-1].new_page()

    yield opened
    for context in contexts:
        context.close()


def violations(page):
    """What axe-core finds serious or critical, without what is allowed, in a line each."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:160]} ({(node['any'] or node['all'] or node['none'])[0]['message'][:120]})"
        for rule in found if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"] if not allowed(page, rule["id"], node["target"])
    ]  # fmt: skip


def allowed(page, rule, target):
    selectors = [selector for name, selector, _ in ALLOWED if name == rule]
    matches = "([target, selector]) => document.querySelector(target).matches(selector)"
    return any(page.evaluate(matches, [target[0], selector]) for selector in selectors)


@pytest.mark.parametrize("path", url_paths())
def test_axe_finds_nothing_serious(tab, server, path):
    wide = tab(color_scheme="dark")
    go(wide, server, path)
    assert violations(wide) == []
    phone = tab(viewport=PHONE, color_scheme="light")
    go(phone, server, path)
    assert violations(phone) == []
    assert max(phone.evaluate(TOO_WIDE)) <= 0, "the page scrolls sideways on a phone"


def test_the_sections_of_evidence_and_what_pops_up_have_nothing_serious(tab, server):
    page = tab()
    go(page, server, "evidence")
    sections = page.locator("[data-testid=stButtonGroup]").first.get_by_role("radio")
    for at in range(1, sections.count()):
        sections.nth(at).click()
        page.wait_for_timeout(1000)
        page.wait_for_function(READY, timeout=120_000)
        page.wait_for_timeout(1500)  # what was there fades out, what is new fades in
        assert violations(page) == [], sections.nth(at).text_content()
    page.get_by_role("button", name="Share").click()
    code = page.locator(".ppo-qr img")
    code.wait_for()
    assert code.evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 0
    assert violations(page) == []
    assert "/evidence" in page.locator("[data-testid=stPopoverBody] code").first.text_content()


def test_a_run_by_keyboard_alone(tab, server):
    page = tab()
    go(page, server, "?env=LunarLander-v3&preset=quick")
    wait_badge(page, "REPLAY", 60)

    def press(name):
        tab_to(page, lambda focus: name in focus["name"] and "<button" in focus["html"])
        page.keyboard.press("Enter")

    press("Start")
    wait_badge(page, "LIVE", 60)
    press("Pause")
    wait_badge(page, "PAUSED", 60)
    assert violations(page) == [], "a run that has begun"
    press("Resume")
    wait_badge(page, "LIVE", 60)
    tab_to(page, lambda focus: "st-key-clip_range" in focus["slot"] and focus["name"] == "Clip range ε")
    slider = page.locator(".st-key-clip_range input[type=range]")
    before = float(slider.input_value())
    page.keyboard.press("ArrowLeft")
    wait_chip(page, "applied", 90)
    assert float(slider.input_value()) < before
    press("Stop")
    wait_badge(page, "STOPPED", 60)


@pytest.mark.parametrize("path", ["compare", "evidence", "runs", "doctor", "learn-clipping"])
def test_every_stop_of_the_tab_key_is_seen(tab, server, path):
    page = tab()
    go(page, server, path)
    found = set()

    def note(focus):
        found.add(focus["html"])
        return len(found) >= (14 if path not in ("runs", "doctor") else 4)

    tab_to(page, note)


def test_with_reduced_motion_recordings_stand_still(tab, server):
    page = tab(reduced_motion="reduce")
    go(page, server, "")
    page.wait_for_function("document.querySelector('.ppo-progress').textContent.includes('recorded')", timeout=120_000)
    page.wait_for_timeout(500)
    told = page.locator(".ppo-progress").text_content()
    page.wait_for_timeout(2500)
    assert page.locator(".ppo-progress").text_content() == told, "the recording is shown whole, at once"
    assert page.evaluate("[...document.querySelectorAll('video')].every((v) => v.paused && v.controls)")
    go(page, server, "compare")
    page.wait_for_timeout(1500)
    assert page.evaluate("[...document.querySelectorAll('video')].every((v) => v.paused && v.controls)")


def test_a_slide_shows_only_what_is_left(tab, server):
    page = tab()
    page.goto(f"{server.url}/?env=CartPole-v1&hide=menu,controls,tiles,charts&embed=true", timeout=90000)
    wait_badge(page, "REPLAY", 60)
    video = page.locator(".ppo-video")
    expect(video).to_be_visible()
    for gone in (".st-key-clip_range", ".ppo-ret", ".ppo-tiles", ".st-key-start"):
        expect(page.locator(gone).first).not_to_be_visible()
    page.wait_for_url("**hide=menu*", timeout=20000)
    assert video.bounding_box()["width"] > 1000, "what is left takes the room"


def test_preflight_plays_a_video_here_and_follows_its_checks(tab, server):
    page = tab()
    go(page, server, "doctor")
    plays = page.locator("li[data-check=plays]")
    expect(plays).to_have_attribute("data-state", "good", timeout=30000)
    expect(plays).to_contain_text("a recorded rollout")
    page.get_by_role("button", name="Check this machine").click()
    done = page.locator("[aria-label='This machine'] li[data-state=good]")
    page.wait_for_function("document.querySelector('li[data-check=videos]').dataset.state === 'good'", timeout=120_000)
    expect(plays).to_contain_text("encoded here just now", timeout=60000)
    expect(plays).to_have_attribute("data-state", "good", timeout=30000)
    assert page.evaluate("document.querySelector('.pre-film').videoWidth") == 192
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Check this machine")).to_be_enabled(timeout=60000)
    assert done.count() >= 2
    for check in ("requests", "type"):
        expect(page.locator(f"li[data-check={check}]")).to_have_attribute("data-state", "good")


def test_there_is_one_stop_button_even_while_a_script_is_slow(tab, server):
    page = tab()
    go(page, server, "")
    # What Streamlit shows in its header once a script has run for a while.
    page.evaluate("document.querySelector('[data-testid=stHeader]').insertAdjacentHTML('beforeend',"
                  " '<div data-testid=\"stStatusWidget\"><button>Stop</button></div>')")  # fmt: skip
    assert page.get_by_role("button", name="Stop").count() == 1
