"""The kept studies in a browser: every dot is a link to its run, a row is chosen in place, a case is recomputed."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from ppo_engine.jobs import studies
from ppo_engine.jobs.sweeps import list_sweeps
from ppo_engine.jobs.table_one import SETTINGS

pytestmark = pytest.mark.browser
PATIENCE = 150_000


@pytest.fixture(scope="module")
def server(one_server):
    """One app for all tests of this file: each looks at a section of its own."""
    return one_server


def test_every_run_of_the_collapse_is_a_dot_that_opens_its_own_settings(page, server):
    page.goto(f"{server.url}/evidence?section=Collapse", timeout=PATIENCE)
    rows = studies.rows("collapse")
    dots = page.locator(".ppo-kept .ev-dot")
    expect(dots).to_have_count(sum(row["last_tenth"] is not None for row in rows), timeout=PATIENCE)
    expect(page.locator(".ppo-kept .ev-runs a")).to_have_count(len(rows))
    hrefs = dots.evaluate_all("dots => dots.map((dot) => dot.getAttribute('href'))")
    assert len(set(hrefs)) == len(hrefs) and all(href.startswith("./?row=collapse%2F") for href in hrefs)
    boxes = dots.evaluate_all(
        "dots => dots.slice(0, 40).map((dot) => dot.getBoundingClientRect()).map((b) => [b.x, b.y])"
    )
    apart = [max(abs(x - u), abs(y - v)) for i, (x, y) in enumerate(boxes) for u, v in boxes[:i]]
    assert min(apart) > 3, "one dot hides another"
    page.locator(".ppo-kept .ev-runs a[title^='seed 7:']").nth(1).click(timeout=PATIENCE)
    page.locator(".st-key-clip_range input").first.wait_for(state="attached", timeout=PATIENCE)
    page.wait_for_function("location.search.includes('objective=ppo_clip') && location.search.includes('seed=7')",
                           timeout=PATIENCE)  # fmt: skip
    assert not page.broken


def test_a_row_of_table_one_is_chosen_in_place_and_by_its_address(page, server):
    page.goto(f"{server.url}/evidence?section=Table+1", timeout=PATIENCE)
    marks = page.locator(".ppo-kept .kept-mark")
    expect(marks).to_have_count(len(SETTINGS), timeout=PATIENCE)
    assert marks.nth(0).get_attribute("title") == "the paper's score: -0.39"
    page.evaluate("window.first = document.querySelector('.ppo-kept')")
    page.get_by_role("button", name="Fixed KL, β = 3").click(timeout=PATIENCE)
    page.get_by_text("Fixed KL, β = 3, by environment").wait_for(timeout=PATIENCE)
    assert page.evaluate("window.first === document.querySelector('.ppo-kept')"), "the table was mounted anew"
    assert "setting=fixed" in page.url
    page.goto(f"{server.url}/evidence?section=Table+1&setting=none", timeout=PATIENCE)
    page.get_by_text("No clipping or penalty, by environment").wait_for(timeout=PATIENCE)
    assert not page.broken


def test_a_case_is_recomputed_in_the_background_and_held_against_the_kept_bits(page, server):
    page.goto(f"{server.url}/evidence?section=Case+histories", timeout=PATIENCE)
    first = page.locator(".st-key-recompute_start_case_healthy button")
    first.click(timeout=PATIENCE)
    page.get_by_text("0 of 1 runs have ended").wait_for(timeout=PATIENCE)
    # Another machine may round differently; it is said which of the two it was.
    page.get_by_text("recomputed run").first.wait_for(timeout=2 * PATIENCE)
    (sweep,) = list_sweeps(server.runs)
    assert sweep.title == "Case: Healthy, CartPole-v1"
    page.get_by_text("Open the run").click(timeout=PATIENCE)
    page.wait_for_function(f"location.search.includes('run={sweep.run_ids[0]}')", timeout=PATIENCE)
    page.get_by_text("FINISHED").first.wait_for(timeout=PATIENCE)
    assert not page.broken
