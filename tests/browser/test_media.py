"""What is taken home, in a real browser without a network: the HTML replay, the films, and charts as pictures."""

from __future__ import annotations

import re
import time
import xml.etree.ElementTree as ElementTree

import pytest
from PIL import Image

from ppo_engine.config import TrainConfig
from ppo_engine.jobs.exports.writing import export
from ppo_engine.jobs.launching import write_run
from ppo_engine.jobs.life import Life
from ppo_engine.jobs.registry import Registry
from ppo_engine.jobs.renderer import render_video

pytestmark = pytest.mark.browser

SHORT = TrainConfig(
    env_id="LunarLander-v3", n_envs=2, n_steps=32, batch_size=32, n_epochs=1, hidden_sizes=(16,), total_timesteps=6400
)
AT = "Number(document.querySelector('.ppo-player').dataset.at)"
POINTS = "document.querySelector('[data-chart=kl]').data[0].x.length"
VIDEO = "document.querySelector('.ppo-video video.on')"


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Two runs of a hundred short updates: the first with three videos, the second without the clip."""
    runs, made = tmp_path_factory.mktemp("media") / "runs", []
    for objective in ("ppo_clip", "surrogate"):
        folder = write_run(runs, SHORT.with_(objective=objective))
        Registry(runs).add(folder.run_id, "<b>mine</b>", "run", keeper="foreground")
        Life(folder, workers=1, linger=0.0).run()
        made.append(folder)
    for update in (0, 50, 100):
        render_video(made[0], update)
    return made


@pytest.fixture
def offline(chromium):
    """A tab without a network; ``asked`` lists every address it wanted, ``broken`` every error of its scripts."""
    context = chromium.new_context(viewport={"width": 1280, "height": 720}, offline=True, accept_downloads=True)
    tab = context.new_page()
    tab.set_default_timeout(90_000)
    tab.asked, tab.broken = [], []
    tab.on("request", lambda request: tab.asked.append(request.url))
    tab.on("pageerror", lambda error: tab.broken.append(str(error)))
    tab.on("console", lambda said: tab.broken.append(said.text) if said.type == "error" else None)
    yield tab
    context.close()


def until(tab, expression, seconds=120):
    """Wait until something holds. The page forbids eval, which Playwright's own waiting uses within it."""
    deadline = time.monotonic() + seconds
    while not tab.evaluate(expression):
        assert time.monotonic() < deadline, f"never: {expression}"
        tab.wait_for_timeout(100)


def opened(tab, path):
    tab.goto(path.as_uri())
    until(tab, "document.querySelectorAll('[data-chart=kl] .trace').length > 0")


def nothing_was_fetched(tab, path):
    return not tab.broken and not [url for url in tab.asked if not url.startswith(("data:", "blob:", path.as_uri()))]


def test_the_replay_of_a_run_opens_from_a_file_and_scrubs(offline, runs, tmp_path):
    path = tmp_path / "replay.html"
    export(runs[:1], "html", path)
    assert path.stat().st_size < 8_000_000
    opened(offline, path)
    assert offline.locator(".ppo-badge").text_content() == "REPLAY"
    assert offline.locator(".pg-name").text_content() == "<b>mine</b>"
    first = offline.evaluate(AT)
    until(offline, f"{AT} > {first}")  # it plays by itself
    offline.keyboard.press("Space")
    assert offline.locator(".ppo-player").get_attribute("data-playing") == "false"
    offline.keyboard.press("Home")
    assert offline.evaluate(AT) == 0
    offline.keyboard.press("Shift+ArrowRight")
    assert offline.evaluate(AT) == 10
    until(offline, f"{POINTS} === 11")
    slider = offline.get_by_role("slider", name="Update that is shown")
    slider.fill("79")
    until(offline, f"{POINTS} === 80")
    assert "update 80 of 100" in offline.locator(".ppo-progress").text_content()
    until(offline, f"{VIDEO} && {VIDEO}.readyState >= 2 && {VIDEO}.currentTime > 0")
    until(offline, "document.querySelector('.ppo-film span').textContent.startsWith('update 50')")
    slider.fill("5")  # back again: what came later is gone
    until(offline, f"{POINTS} === 6")
    speed = offline.get_by_label("Speed of the replay")
    assert speed.locator("option").all_text_contents() == ["0.25×", "0.5×", "1×", "2×", "4×", "8×", "16×"]
    speed.select_option("16")
    offline.get_by_role("button", name="Play the replay").click()
    until(offline, f"{AT} === 99")
    dark = offline.evaluate("getComputedStyle(document.body).backgroundColor")
    offline.get_by_role("button", name="Use dark colours").click()
    assert offline.evaluate("getComputedStyle(document.body).backgroundColor") != dark
    assert nothing_was_fetched(offline, path)


def test_the_replay_of_a_comparison_shows_both_in_step(offline, runs, tmp_path):
    path = tmp_path / "pair.html"
    export(runs, "html", path)
    opened(offline, path)
    assert offline.locator(".cmp-name").all_text_contents() == ["Clipped ε 0.20", "Unclipped"]
    offline.keyboard.press("Space")
    offline.keyboard.press("End")
    until(offline, f"{AT} === 99")
    lanes = offline.locator(".cmp-at").all_text_contents()
    assert len(lanes) == 2 and all(text.startswith("update 100 ") for text in lanes)
    assert nothing_was_fetched(offline, path)


def test_a_chart_is_saved_as_png_and_svg(offline, runs, tmp_path):
    path = tmp_path / "replay.html"
    export(runs[:1], "html", path)
    opened(offline, path)
    offline.keyboard.press("Space")
    offline.keyboard.press("End")
    offline.locator(".ppo-kl").hover()
    files = {}
    for kind in ("PNG", "SVG"):
        with offline.expect_download() as coming:
            offline.get_by_role("button", name=f"Save KL, old ‖ new as {kind}").click()
        name = coming.value.suggested_filename
        run = f"recorded-{runs[0].run_id}"
        assert re.fullmatch(rf"LunarLander-v3-.*seed-1_{run}_KL-.*_update-100\.{kind.lower()}", name), name
        files[kind] = tmp_path / name
        coming.value.save_as(files[kind])
    root = ElementTree.fromstring(files["SVG"].read_text(encoding="utf-8"))
    width, height = float(root.get("width")), float(root.get("height"))
    assert width >= 640 and "environment" not in (root.text or "")
    with Image.open(files["PNG"]) as picture:
        assert picture.size == (round(2 * width), round(2 * height))
        assert picture.convert("RGB").getpixel((2, 2)) == (255, 255, 255), "on light paper"
    assert nothing_was_fetched(offline, path)


def test_the_films_play(offline, runs, tmp_path):
    film = tmp_path / "twins.mp4"
    export(runs, "mp4", film)
    page = tmp_path / "page.html"
    page.write_text("<video src='twins.mp4' muted autoplay></video>", encoding="utf-8")
    offline.goto(page.as_uri())
    video = "document.querySelector('video')"
    until(offline, f"{video}.readyState >= 3 && {video}.currentTime > 0.2")
    width, height = offline.evaluate(f"[{video}.videoWidth, {video}.videoHeight]")
    assert width > 1000 and width % 2 == height % 2 == 0
