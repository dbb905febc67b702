"""The Evidence page in a browser: a recorded grid at first, one that fills live and outlives the server, links."""

from __future__ import annotations

import subprocess

import pytest
from playwright.sync_api import expect

from ppo_engine.jobs.sweep_view import SweepView
from ppo_engine.jobs.sweeps import list_sweeps
from tests.browser.conftest import Server

pytestmark = pytest.mark.browser
BADGE = "document.querySelector('#ppo-evidence .ppo-badge').textContent"
HEAT = "document.querySelector('#ppo-evidence [data-chart=heat]')"
FILLED = f"{HEAT}.data[0].z.flat().filter((v) => v !== null).length"


def wait_for(page, condition, seconds=60):
    page.wait_for_function(condition, timeout=1000 * seconds)


def open_page(page, url):
    page.goto(f"{url}/evidence")
    wait_for(page, f"{HEAT} && {HEAT}.querySelector('svg.main-svg') && {HEAT}.data.length")


def test_a_grid_fills_outlives_the_server_and_every_number_leads_to_its_runs(page, server):
    open_page(page, server.url)
    assert page.evaluate(BADGE) == "RECORDED" and page.evaluate(FILLED) == 16
    assert page.locator("#ppo-evidence .ev-dot").count() == 48
    assert "No winner: 3 seeds, too few for a claim." in page.locator(".ev-verdict").inner_text()

    page.get_by_label("Steps of each run").fill("2000")
    page.get_by_label("Steps of each run").press("Enter")
    page.get_by_label("Values").nth(0).fill("0.1, 0.3")
    page.get_by_label("Values").nth(0).press("Enter")
    page.get_by_text("24 runs.").wait_for(timeout=20000)
    page.get_by_role("button", name="Start").click()
    wait_for(page, f"{BADGE} === 'LIVE' || {BADGE} === 'QUEUED'")
    page.evaluate(f"window.first = {HEAT}")
    wait_for(page, f"{HEAT}.data[0] && {HEAT}.data[0].z && {FILLED} > 0")
    assert page.evaluate(f"window.first === {HEAT}"), "the heatmap was drawn anew and blinked"
    wait_for(page, f"{FILLED} >= 2")

    (sweep,) = list_sweeps(server.runs)
    view = SweepView(server.runs, sweep.sweep_id)
    server.process.kill()
    server.process.wait()
    ended = {run.run_id for run in view.standing().results if run.counts}
    assert 0 < len(ended) < 24
    again = Server(server.runs)
    try:
        again.wait()
        open_page(page, again.url)
        wait_for(page, f"{BADGE} === 'FINISHED'", 240)
        assert page.evaluate(FILLED) == 8 and page.locator("#ppo-evidence .ev-dot").count() == 24
        standing = view.standing()
        assert standing.ended == 24 and len({run.sha256 for run in standing.results}) == 24
        shown = page.locator("#ppo-evidence .ev-number").all_inner_texts()
        assert shown == [f"{sum(values) / 3:.1f}" for values in map(standing.values, range(8))]

        page.locator("#ppo-evidence a.ev-number").nth(5).click()
        page.get_by_text("Only the runs of CartPole-v1").wait_for(timeout=20000)
        expect(page.get_by_role("button", name="Open")).to_have_count(3, timeout=20000)
        assert not page.broken
    except BaseException:
        again.stop()
        raise
    again.process.terminate()
    try:
        again.process.wait(5)
    except subprocess.TimeoutExpired:
        again.process.kill()
    again.log.close()
