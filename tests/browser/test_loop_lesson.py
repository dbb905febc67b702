"""The loop's lesson: the recorded run plays by itself, stops when told, and its boxes lead to source and lessons."""

from __future__ import annotations

import pytest

from pages.shared.lesson_figure import ASSETS
from tests.browser.test_lessons import open_lesson, server  # noqa: F401 (a fixture)

pytestmark = pytest.mark.browser

SCENE = "document.querySelector('.ppo-scene:not([hidden])')"
CLOCK = f"{SCENE}.querySelector('.ppo-number[data-part=clock]').textContent"
LIT = "[...document.querySelectorAll('.ppo-box.now')].map((box) => box.dataset.box)"

UPDATES = [
    {"seconds": {"rollout": 0.03, "advantages": 0.0003, "report": 0.004}, "steps": {"seconds": [0.001, 0.002]}},
    {"seconds": {"rollout": 0.02, "advantages": 0.0002, "actor": 0.02, "critic": 0.01, "report": 0.004},
     "steps": {"seconds": []}},
]  # fmt: skip


@pytest.fixture(scope="module")
def clock(chromium):
    """Evaluates JavaScript with the loop's clock at hand; two updates arrive as ``a``."""
    tab = chromium.new_page()
    script = (ASSETS / "lesson" / "loop_clock.js").read_text(encoding="utf-8")
    tab.add_script_tag(content=f"const L = window.PPOLive = {{}};\n{script}")
    yield lambda code: tab.evaluate(f"(a) => {code}", UPDATES)
    tab.close()


def test_time_is_stretched_in_proportion_and_nothing_is_too_brief_to_see(clock):
    names = clock("a.map((u) => L.loop.phases(u).map((p) => p.name))")
    assert names == [["rollout", "advantages", "step", "step", "report"],
                     ["rollout", "advantages", "actor", "critic", "report"]]  # fmt: skip
    assert clock("L.loop.phases(a[0]).map((p) => L.loop.shown(p, 40))") == pytest.approx([1.2, 0.5, 0.04, 0.08, 0.35])
    assert clock("L.loop.phases(a[0]).map((p) => L.loop.shown(p, 1))") == pytest.approx(
        [0.03, 0.0125, 0.001, 0.002, 0.00875]
    )


def test_the_clock_goes_round(clock):
    begin = "{ u: 0, i: 0, share: 0 }"
    assert clock(f"L.loop.advance(a, {begin}, 0.6, 40)") == pytest.approx({"u": 0, "i": 0, "share": 0.5})
    assert clock(f"L.loop.advance(a, {begin}, 1.2 + 0.5 + 0.04 + 0.04, 40)") == pytest.approx(
        {"u": 0, "i": 3, "share": 0.5}
    )
    whole = "L.loop.phases(u).reduce((s, p) => s + L.loop.shown(p, 40), 0)"
    both = clock(f"L.loop.advance(a, {begin}, 0.6 + a.reduce((s, u) => s + {whole}, 0), 40)")
    assert both == pytest.approx({"u": 0, "i": 0, "share": 0.5}), "after the last update comes the first"
    stepped = clock(f"(() => {{ let at = {begin}; const seen = []; for (let k = 0; k < 11; k++) "
                    "{ at = L.loop.step(a, at); seen.push([at.u, at.i, at.share]); } return seen; })()")  # fmt: skip
    assert stepped == [[0, i, 1] for i in range(5)] + [[1, i, 1] for i in range(5)] + [[0, 0, 1]]


def test_it_plays_at_once_and_stops_when_told(page, server):  # noqa: F811
    open_lesson(page, server, "learn-ppo-loop")
    for box in ("rollout", "advantages", "minibatch", "report"):
        page.wait_for_function(f"{LIT}.includes('{box}')", timeout=60_000)
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Play", exact=True).wait_for()
    stood = page.evaluate(CLOCK)
    page.wait_for_timeout(600)
    assert page.evaluate(CLOCK) == stood
    page.get_by_role("button", name="Play", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_function(f"{CLOCK} !== {stood!r}")
    page.get_by_role("button", name="TRPO", exact=True).click()
    for box in ("cg", "search", "critic"):
        page.wait_for_function(f"{LIT}.includes('{box}')", timeout=60_000)
    assert not page.broken


def test_with_reduced_motion_it_waits_to_be_stepped(page, server):  # noqa: F811
    page.emulate_media(reduced_motion="reduce")
    open_lesson(page, server, "learn-ppo-loop")
    stood = page.evaluate(CLOCK)
    page.wait_for_timeout(800)
    assert page.evaluate(CLOCK) == stood and page.evaluate(LIT) == ["rollout"]
    step = page.get_by_role("button", name="Step", exact=True)
    seen = []
    for _ in range(4):
        step.click()
        page.wait_for_timeout(150)
        seen.append(page.evaluate(LIT))
    assert seen == [["rollout"], ["advantages"], *[["minibatch", "ratio", "gradient"]] * 2]
    assert "0 of" not in page.evaluate(CLOCK)


def test_a_box_shows_its_source_and_leads_to_its_lesson_in_the_same_session(page, server):  # noqa: F811
    open_lesson(page, server, "learn-ppo-loop")
    right = "Nothing: every ratio is still 1 when the only gradient is computed."
    page.get_by_text(right, exact=True).click()
    page.get_by_text("the clipped and the plain term are equal").wait_for()
    box = page.locator(".ppo-box[data-box=advantages]")
    box.focus()
    page.keyboard.press("Enter")
    source = page.locator(".ppo-source pre")
    source.wait_for()
    assert "last = deltas[t] + decay[t] * last" in source.text_content()
    assert box.get_attribute("aria-pressed") == "true"
    page.wait_for_function("document.querySelector('.ppo-source .now') !== null", timeout=60_000)
    page.get_by_role("link", name="Lesson: Advantages").click()
    page.wait_for_url("**/learn-advantages", timeout=60_000)
    page.get_by_text("1 of 7 questions answered").wait_for(timeout=60_000)
    # A reload is a new session on the server; the browser remembers.
    page.reload()
    page.get_by_text("1 of 7 questions answered").wait_for(timeout=90_000)
    assert not page.broken
