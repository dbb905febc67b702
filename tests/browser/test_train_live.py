"""The Train page in a real browser: replay, start, a knob moved mid-run, a knee dragged, reload, stop."""

from __future__ import annotations

import time
from urllib.parse import urlparse

import pytest
from playwright.sync_api import expect

from ppo_engine.jobs.view import RunView
from tests.browser.steps import CHART, start, the_run, wait_badge, wait_chip

pytestmark = pytest.mark.browser

# Notes in the page when each thing was first seen, in ms since the navigation began.
STOPWATCH = """
window.seen = {};
const note = (key) => { if (!(key in seen)) seen[key] = performance.now(); };
let first = null;
const look = () => {
  const words = document.querySelector('.ppo-progress');
  if (words && words.textContent) {
    note('words');
    if (first === null) first = words.textContent; else if (words.textContent !== first) note('moved');
  }
  const film = document.querySelector('.ppo-stage video.on');
  if (film && film.currentTime > 0) note('moved');
  requestAnimationFrame(look);
};
look();
"""



def test_first_visit_moves(page, server, tell):
    page.add_init_script(STOPWATCH)
    page.goto(server.url)
    page.wait_for_function("window.seen && seen.moved", timeout=20000)
    tell(f"first movement {page.evaluate('seen.moved') / 1000:.2f} s after a fresh server's first visit began")
    assert page.locator(".ppo-badge").text_content() == "REPLAY"
    assert page.get_by_role("button", name="Start").is_enabled()
    assert not page.broken


def test_start_move_a_knob_reload_and_stop(page, server):
    page.goto(server.url)
    wait_badge(page, "REPLAY")
    clicked = time.time()
    page.get_by_role("button", name="Start").click()
    wait_badge(page, "LIVE")
    page.wait_for_function("document.querySelector('.ppo-tile b').textContent !== '–'", timeout=20000)
    run = the_run(server)
    view = RunView(server.runs, run.run_id)
    assert run.env_id == "LunarLander-v3" and run.objective == "ppo_clip" and clicked - 1 < run.created
    assert f"run={run.run_id}" in page.url
    film = page.locator(".ppo-film span").text_content()
    assert film == "" or int(film.split()[1]) in [video.update for video in view.videos()], "the replay's film stays"
    page.wait_for_function(f"{CHART} && {CHART}.isConnected", timeout=20000)
    page.wait_for_timeout(3000)
    page.evaluate(f"window.kept = {CHART}; 0")

    slider = page.locator(".st-key-clip_range input[type=range]")
    slider.focus()
    for _ in range(10):
        slider.press("ArrowLeft")
    wait_chip(page, "pending")
    # Each key is a wish of its own; on a busy machine they come in one by one.
    deadline = time.monotonic() + 30
    while view.applied_knobs().get("clip_range", (0, 0))[0] != pytest.approx(0.1) and time.monotonic() < deadline:
        page.wait_for_timeout(200)
    value, update = view.applied_knobs()["clip_range"]
    assert value == pytest.approx(0.1)
    chip = page.locator("[data-ppo-chip=clip_range]")
    expect(chip).to_have_text(f"applied at update {update}", timeout=10000)
    page.wait_for_function("[...document.querySelectorAll('[data-chart=kl] .annotation-text')].some("
                           "(n) => n.textContent.includes('→ 0.10 at update'))", timeout=10000)  # fmt: skip
    for chart in ("ret", "kl", "entropy", "ev", "losses", "fractions"):
        assert page.locator(f"[data-chart={chart}] .annotation-text").count() >= 1, chart

    page.get_by_role("button", name="Pause").click()
    wait_badge(page, "PAUSED")
    page.get_by_role("button", name="Resume").click()
    wait_badge(page, "LIVE")
    assert page.evaluate(f"window.kept === {CHART}"), "the page drew itself anew, and the charts with it"

    page.reload()
    wait_badge(page, "LIVE")
    assert f"run={run.run_id}" in page.url and slider.input_value() == "0.1"
    page.goto(server.url)  # a bare address joins the run that still goes on
    wait_badge(page, "LIVE")
    page.wait_for_url(f"**run={run.run_id}*", timeout=5000)
    assert the_run(server).run_id == run.run_id

    page.get_by_role("button", name="Stop").click()
    wait_badge(page, "STOPPED")
    assert the_run(server).state == "stopped"
    page.get_by_role("button", name="Step").click()
    wait_badge(page, "PAUSED")
    assert not page.broken


def test_the_first_visitor_may_come_by_a_page_of_its_own(page, server):
    page.goto(f"{server.url}/runs")
    page.get_by_role("heading", name="Runs").wait_for()
    page.get_by_role("dialog").wait_for(state="detached")
    assert page.url.endswith("/runs")


def test_nothing_is_fetched_from_outside(page, server):
    start(page, server)
    page.wait_for_timeout(3000)
    page.goto(f"{server.url}/runs")
    page.get_by_role("button", name="Open").first.wait_for()
    hosts = {urlparse(url).hostname for url in page.asked if urlparse(url).scheme in ("http", "https", "ws", "wss")}
    assert hosts <= {"localhost", "127.0.0.1"}


def test_dragging_a_knee_moves_the_slider_and_the_run(page, server):
    start(page, server)
    knee = page.locator(".ppo-knee[data-side='1']")
    knee.wait_for()
    box = knee.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y, steps=4)
    page.wait_for_timeout(500)  # the words follow with the next frame
    held = page.locator(".ppo-knee[data-side='1'] span").text_content()
    page.mouse.up()
    eps = round(float(held.split()[-1]) - 1, 2)
    assert eps > 0.2
    page.wait_for_function(
        f"Math.abs(document.querySelector('.st-key-clip_range input[type=range]').value - {eps}) < 1e-6", timeout=10000
    )
    wait_chip(page, "applied")
    assert RunView(server.runs, the_run(server).run_id).applied_knobs()["clip_range"][0] == pytest.approx(eps)
    assert not page.broken
