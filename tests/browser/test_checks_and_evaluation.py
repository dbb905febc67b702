"""What a sceptic finds on the Train page: lights with their numbers, and an evaluation that outlives a reload."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser


def test_lights_line_searches_and_an_evaluation(page, server):
    page.goto(f"{server.url}/?env=CartPole-v1&objective=trpo&seed=1")
    page.locator(".ppo-light").first.wait_for(timeout=150_000)
    assert page.locator(".ppo-light").count() == 6, "the recording has its checks"
    page.get_by_role("button", name="Start").click()
    page.wait_for_function("document.querySelector('.ppo-fractions h3').textContent === 'Line search'", timeout=30000)
    page.wait_for_function("document.querySelectorAll('.ppo-light').length === 7", timeout=30000)
    light = page.locator(".ppo-light").first
    light.focus()
    assert light.get_attribute("aria-label").startswith("Self-check holds: KL is never negative")
    assert light.get_attribute("data-tip").startswith("Holds. ") and "Bound" in light.get_attribute("data-tip")
    awaited = page.locator(".ppo-light").last
    assert "NumPy equals torch" in awaited.get_attribute("data-tip")
    assert awaited.get_attribute("data-holds") in ("wait", "true")
    products = page.locator(".ppo-products")
    assert products.text_content().startswith("∏ r over ")
    assert "One step weighs" in products.get_attribute("aria-label")
    assert "predicted" in page.locator(".ppo-fractions .ppo-plot").get_attribute("aria-label")

    page.get_by_role("button", name="Evaluate").click()
    page.wait_for_function("document.querySelector('.ppo-evaluation').textContent.includes('evaluating')")
    page.reload()
    page.wait_for_function(
        "(document.querySelector('.ppo-evaluation') || {textContent: ''}).textContent.includes('stochastic: ')"
        " && !document.querySelector('.ppo-evaluation').textContent.includes('…')", timeout=150000,
    )  # fmt: skip
    assert "greedy, 100 fresh episodes: " in page.locator(".ppo-evaluation").text_content()
    page.get_by_role("button", name="Evaluate").and_(page.locator(":enabled")).wait_for()
    assert not page.broken
