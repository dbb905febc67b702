"""Watching a live run in a real browser: a minute without a flicker, and a lander that lands."""

from __future__ import annotations

import time

import numpy as np
import pytest

from ppo_engine.jobs.view import RunView
from tests.browser.conftest import Server
from tests.browser.steps import start, the_run, wait_badge

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WATCH = """
window.charts = [...document.querySelectorAll('.ppo-plot')];
window.surfaces = charts.map((c) => c.querySelector('svg.main-svg'));
window.blank = 0; window.frames_seen = 0; window.faded = 0;
const look = () => {
  frames_seen++;
  for (const c of charts) {
    const svg = c.querySelector('svg.main-svg');
    if (!c.isConnected || !svg || c.clientHeight < 20 || !c.querySelector('.cartesianlayer .trace')) blank++;
  }
  if (Number(getComputedStyle(document.querySelector('#ppo-live')).opacity) < 1) faded++;
  requestAnimationFrame(look);
};
look();
"""



def zoom_into(page, chart):
    box = page.locator(f"[data-chart={chart}] .nsewdrag").bounding_box()
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.5 * box["height"], steps=3)
    page.mouse.up()


def test_a_minute_of_watching(page, server):
    start(page, server)
    page.wait_for_function("document.querySelectorAll('[data-chart=kl] .trace').length > 0", timeout=20000)
    page.wait_for_timeout(2500)
    page.evaluate(WATCH)
    read_range = "[...document.querySelector('[data-chart=kl]').layout.xaxis.range]"
    for _ in range(3):  # on a busy machine the first press may fall into the first drawing
        zoom_into(page, "kl")
        page.wait_for_timeout(1200)
        zoomed, before = page.evaluate(read_range), the_run(server).updates
        if zoomed[0] > 0:  # an axis that nobody zoomed begins left of zero
            break
    assert zoomed[0] > 0
    page.wait_for_timeout(60_000)
    assert the_run(server).updates > before + 5
    assert page.evaluate(read_range) == zoomed
    kept = "charts.every((c, i) => c.isConnected && c.querySelector('svg.main-svg') === surfaces[i])"
    assert page.evaluate(kept), "a chart was replaced"
    assert page.evaluate("frames_seen") > 300
    assert page.evaluate("[blank, faded]") == [0, 0]
    assert not page.broken


def test_the_lander_lands(page, server):
    page.goto(f"{server.url}/?env=LunarLander-v3&preset=quick&seed=1")
    wait_badge(page, "REPLAY")
    page.get_by_role("button", name="Start").click()
    wait_badge(page, "LIVE")
    page.wait_for_function("Number(document.querySelector('.ppo-tile b').textContent) > 200", timeout=400_000)
    view = RunView(server.runs, the_run(server).run_id)
    deadline = time.monotonic() + 300
    while not any(film.ret > 200 for film in view.videos()) and time.monotonic() < deadline:
        page.wait_for_timeout(500)
    landing = [film for film in view.videos() if film.ret > 200]
    assert landing, [film.ret for film in view.videos()]
    shown = "[...document.querySelectorAll('.ppo-film span')].some((s) => s.textContent.includes('update '))"
    page.wait_for_function(shown, timeout=20000)
    page.wait_for_function("document.querySelector('.ppo-stage video.on').currentTime > 0", timeout=20000)


def test_a_killed_server_loses_nothing(page, server):
    start(page, server)
    run = the_run(server)
    view = RunView(server.runs, run.run_id)
    server.process.kill()
    server.process.wait()
    before, rows = view.updates_since(0)
    page.wait_for_timeout(3000)
    another = Server(server.runs)
    try:
        another.wait()
        page.goto(f"{another.url}/?run={run.run_id}")
        wait_badge(page, "LIVE", 30)
        page.wait_for_function("document.querySelector('.ppo-tile b').textContent !== '–'", timeout=20000)
        numbers, again = view.updates_since(0)
        assert len(numbers) > len(before) and numbers[: len(before)] == before
        np.testing.assert_array_equal(again[: len(before)], rows)
        assert [event.kind for event in view.events_since(0)].count("start") == 1, "the run was never interrupted"
    finally:
        another.stop()
