"""The stage in a real browser with the network cut: every scene moves on its key, a killed worker stops nothing."""

from __future__ import annotations

from urllib.parse import urlparse

import psutil
import pytest

from pages.shared.scenes import SCENES
from ppo_engine.jobs import talks
from ppo_engine.jobs.overlay import SIZE
from ppo_engine.jobs.talks import Scene, Talk
from tests.browser.conftest import Server
from tests.browser.stage_seen import BADGE, DRAWN, FILMS, FOLLOW, PAGE_WORDS, READY, SCROLLS, WATCH, WORDS

pytestmark = pytest.mark.browser

SIZES = [(1920, 1080), (1280, 720)]
# Everything that is not loopback goes to a proxy that nobody is.
CUT = {"server": "http://127.0.0.1:9", "bypass": "localhost,127.0.0.1"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One app for all tests of this file."""
    runs = tmp_path_factory.mktemp("present") / "runs"
    runs.mkdir()
    served = Server(runs)
    try:
        served.wait()
        yield served
    finally:
        served.stop()


@pytest.fixture
def context(chromium):
    """A browser profile that can reach nothing but this machine."""
    opened = chromium.new_context(proxy=CUT)
    yield opened
    opened.close()


def tab_of(context, size=(1280, 720)):
    tab = context.new_page()
    tab.set_viewport_size({"width": size[0], "height": size[1]})
    tab.asked, tab.broken = [], []
    tab.on("request", lambda request: tab.asked.append(request.url))
    tab.on("pageerror", lambda error: tab.broken.append(str(error)))
    return tab


def on_stage(tab, server, query=""):
    tab.goto(f"{server.url}/present{query}", timeout=120_000)
    tab.wait_for_function(READY, timeout=240_000)
    tab.evaluate(DRAWN)


@pytest.mark.parametrize("size", SIZES, ids=["1920x1080", "1280x720"])
def test_every_scene_moves_on_its_key_with_the_network_cut(context, server, capsys, size):
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
    with capsys.disabled():
        print(f"\n{size}: ms until a scene moves: " + ", ".join(f"{k} {v:.0f}" for k, v in waits.items()))
        print(f"{sum(ms <= 1000 for ms in waits.values())} of {len(waits)} within a second")
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


def workers(server):
    for process in psutil.process_iter(["cmdline"]):
        parts = process.info["cmdline"] or ()
        if "ppo_engine.jobs.worker" in parts and any(str(server.runs) in part for part in parts):
            yield process


def test_killing_the_live_worker_and_then_the_server_leaves_the_screen_moving(context, server, capsys):
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
    with capsys.disabled():
        print(f"\nafter the worker was killed: never still for more than {still:.0f} ms, badges {badges}")
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
