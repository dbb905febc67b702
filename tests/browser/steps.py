"""Steps that the browser tests share: open, start, wait for a badge or a chip."""

from __future__ import annotations

from ppo_engine.jobs.view import list_runs

BADGE = "document.querySelector('.ppo-badge') && document.querySelector('.ppo-badge').textContent"

CHART = "document.querySelector('[data-chart=ret] svg.main-svg')"


def wait_badge(page, text, seconds=15):
    page.wait_for_function(f"{BADGE} === '{text}'", timeout=1000 * seconds)


def wait_chip(page, state, seconds=20):
    slot = "document.querySelector('[data-ppo-chip=clip_range]')"
    page.wait_for_function(f"{slot} && {slot}.dataset.state === '{state}'", timeout=1000 * seconds)


def start(page, server, query=""):
    """Open the page with a fast setting, press Start and wait for the first update."""
    page.goto(f"{server.url}/{query}")
    wait_badge(page, "REPLAY")
    page.get_by_role("button", name="Start").click()
    wait_badge(page, "LIVE")
    page.wait_for_function("document.querySelector('.ppo-tile b').textContent !== '–'", timeout=20000)


def the_run(server):
    (row,) = list_runs(server.runs)
    return row
