"""The Compare page in a real browser: four live twins refresh without a blink, reload and a bare URL lose nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from ppo_engine.jobs import groups, holding
from ppo_engine.jobs.view import RunView, list_runs
from ppo_engine.plots.holding import kl_text, sentence
from ppo_engine.plots.partings import parting

pytestmark = pytest.mark.browser

INST = "document.querySelector('#ppo-compare')?.inst"
CHART = "document.querySelector('#ppo-compare [data-chart=ret] svg.main-svg')"
# Each refresh that reaches the page is noted with its serial number.
STOPWATCH = f"""
window.came = [];
window.frames = 0; window.longest = 0; let before = performance.now();
const beat = () => {{
  const now = performance.now();
  longest = Math.max(longest, now - before); before = now; frames += 1;
  requestAnimationFrame(beat);
}};
beat();
const show = PPOLive.cmpShow;
PPOLive.cmpShow = (inst, d) => {{ came.push(d.serial); return show(inst, d); }};
window.kept = {CHART}; window.root = document.querySelector('#ppo-compare'); 0
"""
TWINS = "ppo_clip:clip_range=0.2,surrogate,ppo_kl:kl_coef=3,ppo_clip:clip_range=0.02"
SECONDS = 12


def test_four_live_twins_refresh_and_neither_blink_nor_block(page, server, tell):
    page.goto(f"{server.url}/compare?env=CartPole-v1&seed=4&twins={TWINS}")
    page.wait_for_function(f"document.querySelector('.cmp-lane .ppo-badge') && {CHART}", timeout=60000)
    assert page.locator(".cmp-lane .ppo-badge").all_text_contents() == ["REPLAY"] * 2
    page.get_by_role("button", name="Start").click()
    four = f"{INST} && {INST}.sts.length === 4 && {INST}.sts.every((st) => st.last > 2)"
    page.wait_for_function(f"{four} && {CHART}", timeout=60000)
    page.wait_for_timeout(2000)
    page.evaluate(STOPWATCH)
    page.wait_for_timeout(1000 * SECONDS)
    serials, frames, longest = page.evaluate("[came, frames, longest]")
    tell(
        f"four live twins, a second: {len(serials) / SECONDS:.2f} refreshes, {frames / SECONDS:.0f} frames, longest"
        f" wait for a frame {longest:.0f} ms"
    )
    assert len(serials) >= 3 and serials == sorted(set(serials)), "each refresh brings something new, in order"
    assert page.evaluate(f"kept === {CHART} && root === document.querySelector('#ppo-compare')"), "it was drawn anew"
    ids = groups.comparisons(server.runs)[0].run_ids
    assert len(ids) == 4 and all(run_id in page.url for run_id in ids)
    shown = page.evaluate(f"{INST}.parted.map((p) => p.update)")
    stored = [RunView(server.runs, run_id).updates_since(0)[1] for run_id in ids]
    assert shown == [parting(stored[0], other).update for other in stored[1:]]
    notes = page.locator("[data-chart=ret] .annotation-text").all_text_contents()
    assert any("parted at update" in note for note in notes)
    drawn = page.evaluate(f"{INST}.runs.map((_, i) => PPOLive.twinIdentity({INST}.runs, i, {INST}.theme))")
    assert drawn[0]["colour"] == drawn[3]["colour"] == "#0072B2" and drawn[0]["dash"] == "solid" != drawn[3]["dash"]
    assert (drawn[1]["colour"], drawn[1]["dash"]) == ("#D55E00", "dash")

    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".cmp-lane .ppo-badge")).to_have_text(["STOPPED"] * 4, timeout=30000)
    page.reload()
    expect(page.locator(".cmp-lane .ppo-badge")).to_have_text(["STOPPED"] * 4, timeout=60000)
    assert {row.state for row in list_runs(server.runs)} == {"stopped"}
    page.goto(f"{server.url}/compare")
    page.wait_for_function(f"{INST} && {INST}.sts.length === 4", timeout=60000)
    page.wait_for_url(f"**{ids[0]}*", timeout=10000)

    page.get_by_role("button", name="Stabilisers").click()
    page.wait_for_function("document.querySelectorAll('.ppo-holding tr.now td i').length === 4", timeout=180000)
    folders = [RunView(server.runs, run_id).folder for run_id in ids]
    measured = [holding.nearest(folder, holding.moments(folders[0])[-1]) for folder in folders]
    assert page.locator(".ppo-holding tr.now em").all_text_contents() == [kl_text(one["kl"]) for one in measured]
    told = page.locator(".ppo-holding p").all_text_contents()
    assert told == [f"{letter} {sentence(one)}" for letter, one in zip("ABCD", measured, strict=True)]
    # A run that was stopped has not made the update that would come next.
    assert all(one["stored_kl"] in (None, one["kl"]) for one in measured), "made again bit for bit"
    assert not page.broken
