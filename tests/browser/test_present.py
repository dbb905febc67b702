"""The stage in a real browser with the network cut: every scene moves on its key, a killed worker stops nothing."""

from __future__ import annotations

from urllib.parse import urlparse

import psutil
import pytest

from pages.shared.scenes import SCENES
from ppo_engine.jobs.overlay import SIZE
from tests.browser.stage_seen import BADGE, CUT, FILMS, FOLLOW, SCROLLS, SIZES, WATCH, WORDS, on_stage, tab_of

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


@pytest.mark.parametrize("size", SIZES, ids=["1920x1080", "1280x720"])
def test_every_scene_moves_on_its_key_with_the_network_cut(context, server, tell, size):
    tab = tab_of(context, size)
    on_stage(tab, server)
    waits = {}
    keys = ["2", "ArrowRight", "PageDown", "ArrowDown", "6", "7", "8", "End", "Home"]
    for scene, key in zip([*SCENES[1:], SCENES[0]], keys, strict=True):
        tab.evaluate(WATCH)
        tab.keyboard.press(key)
        tab.wait_for_function("moved !== null", timeout=60_000)
        waits[scene.name] = tab.evaluate("moved")
        assert tab.evaluate("document.querySelector('#ppo-present').dataset.scene") == scene.name
        assert f"scene={SCENES.index(scene) + 1}" in tab.url
        assert tab.locator(".show-words").text_content() == scene.show
        assert tab.evaluate(BADGE) == ("REPLAY" if scene.figure in ("race", "live") else "COMPUTED")
        tab.wait_for_timeout(400)
        words = tab.evaluate(WORDS)
        assert len(words) > 4 and not tab.evaluate(SCROLLS)
        assert min(px for _, px, _ in words) >= 18, [text for text, px, _ in words if px < 18]
        assert all(inside for *_, inside in words), [text for text, _, inside in words if not inside]
        if scene.figure in ("race", "live"):
            tab.wait_for_function(f"({FILMS})().length === {1 + (scene.figure == 'race')}", timeout=60_000)
            # The numbers in a film's own picture are larger than 18 pixels too: as large as the overlay writes them.
            assert min(tab.evaluate(FILMS)) * SIZE / 600 >= 18
    told = ", ".join(f"{k} {v:.0f}" for k, v in waits.items())
    quick = sum(ms <= 1000 for ms in waits.values())
    tell(f"{size}: ms until a scene moves: {told}; {quick} of {len(waits)} within a second")
    tab.keyboard.press(" ")
    tab.wait_for_timeout(300)
    still = tab.evaluate("drawn()")
    tab.wait_for_timeout(500)
    assert tab.evaluate("drawn()") == still, "Space pauses"
    tab.keyboard.press(" ")
    tab.wait_for_function("(still) => drawn() !== still", arg=still, timeout=20_000)
    tab.keyboard.press("b")
    assert tab.locator(".show-black").is_visible()
    tab.keyboard.press(".")
    assert not tab.locator(".show-black").is_visible()
    assert {urlparse(url).hostname for url in tab.asked if not url.startswith(("data:", "blob:"))} == {"localhost"}
    tab.keyboard.press("Escape")
    tab.locator(".st-key-learning_rate").wait_for(timeout=120_000)
    assert tab.locator("#ppo-present").count() == 0 and not tab.broken


def test_with_reduced_motion_nothing_moves_by_itself_and_space_steps(context, server):
    tab = tab_of(context)
    tab.emulate_media(reduced_motion="reduce")
    on_stage(tab, server, "?scene=6")
    before = tab.evaluate("drawn()")
    tab.wait_for_timeout(700)
    assert tab.evaluate("drawn()") == before
    tab.keyboard.press(" ")
    tab.wait_for_function("(before) => drawn() !== before", arg=before, timeout=10_000)
    tab.keyboard.press("ArrowRight")
    assert tab.evaluate("document.querySelector('#ppo-present').dataset.scene") == "clip" and not tab.broken


def test_the_speakers_page_follows_and_drives(context, server):
    tab = tab_of(context)
    on_stage(tab, server, "?scene=3")
    desk = tab_of(context)
    desk.goto(f"{server.url}/present-speaker", timeout=120_000)
    said = "document.querySelector('.desk-say p')?.textContent"
    desk.wait_for_function(f"(say) => {said} === say", arg=SCENES[2].say, timeout=120_000)
    tab.keyboard.press("ArrowRight")
    desk.wait_for_function(f"(say) => {said} === say", arg=SCENES[3].say, timeout=20_000)
    assert desk.locator(".desk-next").text_content() == SCENES[4].title
    desk.keyboard.press("PageDown")
    tab.wait_for_function("document.querySelector('#ppo-present').dataset.scene === 'trpo'", timeout=20_000)
    desk.keyboard.press("b")
    tab.wait_for_selector(".show-black:not([hidden])", timeout=20_000)
    assert not tab.broken and not desk.broken


def workers(server):
    for process in psutil.process_iter(["cmdline"]):
        parts = process.info["cmdline"] or ()
        if "ppo_engine.jobs.worker" in parts and any(str(server.runs) in part for part in parts):
            yield process


def test_killing_the_live_worker_and_then_the_server_leaves_the_screen_moving(context, server, tell):
    tab = tab_of(context)
    on_stage(tab, server, f"?scene={len(SCENES)}")
    assert tab.evaluate(BADGE) == "REPLAY"
    tab.keyboard.press("l")
    tab.wait_for_function(f"{BADGE} === 'LIVE'", timeout=240_000)
    killed = list(workers(server))
    assert killed, "no worker trains"
    for process in killed:
        process.kill()
    tab.evaluate(FOLLOW)
    tab.wait_for_timeout(9000)
    still, badges = tab.evaluate("[still, [...badges]]")
    tell(f"after the worker was killed: never still for more than {still:.0f} ms, badges {badges}")
    assert set(badges) <= {"LIVE", "REPLAY"} and still < 5000, "the picture stood still"

    server.process.kill()
    server.process.wait()
    tab.wait_for_function(f"{BADGE} === 'REPLAY'", timeout=60_000)
    for key, scene in (("1", "weights"), ("8", "race"), ("9", "live")):
        tab.evaluate(WATCH)
        tab.keyboard.press(key)
        tab.wait_for_function("moved !== null", timeout=60_000)
        assert tab.evaluate("document.querySelector('#ppo-present').dataset.scene") == scene
    assert not tab.broken
