"""An environment outside the table, in a real browser: found by typing, started, seen."""

from __future__ import annotations

import pytest

from tests.browser.steps import the_run, wait_badge

pytestmark = pytest.mark.browser


def test_an_installed_environment_is_found_by_typing_and_trains(page, server):
    page.goto(server.url)
    wait_badge(page, "REPLAY", 60)
    picker = page.locator(".st-key-env input")
    option = page.get_by_role("option", name="FrozenLake-v1")
    page.locator(".st-key-env [data-testid=stTooltipIcon]").hover()
    page.get_by_text("cannot be used here").wait_for(timeout=60000)  # everything installed has been looked at
    picker.click()
    picker.press_sequentially("frozen")
    option.click()
    page.wait_for_url("**env=FrozenLake-v1*preset=default*", timeout=60000)
    page.get_by_role("button", name="Start").click()
    wait_badge(page, "LIVE", 90)
    page.wait_for_function("document.querySelector('.ppo-tile b').textContent !== '–'", timeout=60000)
    assert the_run(server).env_id == "FrozenLake-v1"
    page.get_by_role("button", name="Stop").click()
    wait_badge(page, "STOPPED", 40)
    page.locator(".ppo-film span", has_text="return").wait_for(timeout=300_000)
    assert not page.broken


def test_a_module_in_the_url_is_refused_in_words(page, server):
    page.goto(f"{server.url}/?env=minigrid:MiniGrid-Empty-5x5-v0")
    page.get_by_text("must be without a module here, since PPO_MODULES does not name minigrid.").wait_for(timeout=60000)
    assert page.get_by_role("button", name="Start").is_enabled() and not page.broken
