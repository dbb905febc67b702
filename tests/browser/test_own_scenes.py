"""Scenes of one's own on the stage: pages as they stand, large enough for ten metres, and kept whatever happens."""

from __future__ import annotations

from urllib.parse import urlparse

import pytest

from pages.shared.scenes import SCENES
from ppo_engine.jobs import talks
from ppo_engine.jobs.talks import Scene, Talk
from tests.browser.stage_seen import BADGE, CUT, PAGE_WORDS, READY, SCROLLS, SIZES, on_stage, tab_of

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(one_server):
    """One app for all tests of this file."""
    return one_server


@pytest.fixture
def context(chromium):
    """A browser profile that can reach nothing but this machine."""
    opened = chromium.new_context(proxy=CUT)
    yield opened
    opened.close()


def test_a_page_as_it_stands_becomes_a_scene(context, server):
    tab = tab_of(context)
    tab.goto(f"{server.url}/?env=CartPole-v1&preset=quick&clip_range=0.35", timeout=120_000)
    tab.get_by_role("button", name="Add to my talk").click(timeout=120_000)
    tab.get_by_label("Sentence under it").fill("<b>Wide</b> & wild.")
    tab.get_by_role("button", name="Add", exact=True).click()
    tab.get_by_role("link", name="Present it").click(timeout=60_000)
    tab.wait_for_function(READY, timeout=240_000)
    tab.wait_for_function("document.querySelector('#ppo-present').dataset.scene === 'page'", timeout=20_000)
    assert tab.locator(".show-words").text_content() == "<b>Wide</b> & wild."
    tab.wait_for_function(f"{BADGE} === 'REPLAY'", timeout=120_000)
    assert "clip_range=0.35" in tab.locator(".show-layer.on iframe").get_attribute("src")
    tab.keyboard.press("ArrowLeft")
    assert tab.evaluate("document.querySelector('#ppo-present').dataset.scene") == SCENES[-1].name and not tab.broken


@pytest.mark.parametrize("size", SIZES, ids=["1920x1080", "1280x720"])
def test_a_scene_that_is_a_page_can_be_read_from_ten_metres(context, server, size):
    pages = ("/?env=CartPole-v1&clip_range=0.35", "/compare", "/learn-importance-sampling")
    kept = talks.keep(server.runs, Talk("Pages", tuple(Scene(page=page, show="A sentence.") for page in pages)))
    tab = tab_of(context, size)
    on_stage(tab, server, f"?talk={kept}")
    for key in ("1", "2", "3"):
        tab.keyboard.press(key)
        tab.wait_for_function(f"({PAGE_WORDS})()?.words.length > 5", timeout=240_000)
        # A smaller text that comes later is answered by a larger scale, a moment after it was drawn.
        tab.wait_for_function(f"({PAGE_WORDS})().words.every(([, px]) => px >= 18)", timeout=30_000)
        seen = tab.evaluate(PAGE_WORDS)
        assert not seen["scrolls"] and seen["thin"] >= 3, seen["thin"]
        assert all(inside for *_, inside in seen["words"]), [text for text, _, inside in seen["words"] if not inside]
        assert not tab.evaluate(SCROLLS)
    tab.keyboard.press("t")
    tab.wait_for_function("document.querySelector('.show-layer.on iframe').src.includes('dark_theme')", timeout=20_000)
    tab.keyboard.press("1")
    tab.wait_for_function(f"({PAGE_WORDS})() && {BADGE} === 'REPLAY'", timeout=240_000)
    assert {urlparse(url).hostname for url in tab.asked if not url.startswith(("data:", "blob:"))} == {"localhost"}
    assert not tab.broken


def test_what_is_added_to_a_talk_outlives_a_reload_and_the_server(context, server):
    tab = tab_of(context)
    tab.goto(f"{server.url}/learn-clipping", timeout=120_000)
    tab.get_by_role("button", name="Add to my talk").click(timeout=120_000)
    tab.get_by_label("Sentence under it").fill("Kept in this tab.")
    tab.get_by_role("button", name="Add", exact=True).click()
    tab.wait_for_function("sessionStorage.getItem('ppo-talk')?.includes('Kept in this tab.')", timeout=60_000)
    server.restart()
    tab.goto(f"{server.url}/runs", timeout=120_000)
    tab.get_by_role("button", name="Add to my talk").click(timeout=120_000)
    tab.get_by_label("Sentence under it").fill("And this one.")
    tab.get_by_role("button", name="Add", exact=True).click()
    tab.get_by_role("link", name="Present it").click(timeout=60_000)
    tab.wait_for_function(READY, timeout=240_000)
    told = tab.evaluate("PPOLive.shown.scenes.map((scene) => scene.show)")
    assert told == [*(scene.show for scene in SCENES), "Kept in this tab.", "And this one."]
    assert not tab.broken


def test_a_recorded_pair_says_what_it_is_of_beside_another_environment(context, server):
    tab = tab_of(context)
    tab.goto(f"{server.url}/compare?env=CartPole-v1", timeout=120_000)
    tab.wait_for_function("document.querySelectorAll('.cmp-at').length === 2", timeout=120_000)
    tab.wait_for_function("[...document.querySelectorAll('.cmp-at')].every((at) => at.textContent)", timeout=60_000)
    told = tab.locator(".cmp-at").all_text_contents()
    assert all(text.startswith("LunarLander-v3, seed 2 · update ") for text in told), told
