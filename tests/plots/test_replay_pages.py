"""The saved replay as text: what it allows, that nothing in it can break out, its colours, and what it tells."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import re
from pathlib import Path

import numpy as np
import pytest

from ppo_engine.plots.group_replays import group_packet
from ppo_engine.plots.panels import FOLDER
from ppo_engine.plots.replay_pages import group_page, run_page
from ppo_engine.recordings import load
from ppo_engine.recordings.case_histories import recorded_case
from ppo_engine.report import REPORT_KEYS

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = "</script><img src=x onerror=alert(1)> & \"quoted\" '"


@pytest.fixture(scope="module")
def case():
    return recorded_case("step")


@pytest.fixture(scope="module")
def text(case):
    return run_page(case, HOSTILE)


def packet_of(text):
    return json.loads(re.search(r'<script type="application/json" id="pg-data">(.*?)</script>', text, re.S)[1])


def test_only_its_own_scripts_may_run_and_nothing_may_be_fetched(text):
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)[1]
    assert policy.startswith("default-src 'none'; script-src 'sha256-") and "unsafe-eval" not in policy
    scripts = re.findall(r"<script>(.*?)</script>", text, re.S)
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    assert re.findall(r"'sha256-([^']+)'", policy) == hashes and len(hashes) == 2
    elsewhere = r"<(?:script|link|img|iframe|video)[^>]+(?:src|href)=(?![\"']?data:)"
    assert not re.findall(elsewhere, text.split("<script>")[0])


def test_what_a_visitor_wrote_stays_text(text, case):
    assert HOSTILE not in text and "&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt; &amp;" in text
    hurt = run_page(dataclasses.replace(case, note=HOSTILE))
    assert packet_of(hurt)["replay"]["sentence"] == HOSTILE
    assert "onerror=alert(1)>" not in hurt


def test_it_tells_seed_knobs_and_hash(text, case):
    assert f"<td>{case.parameters_sha256}</td>" in text and len(case.parameters_sha256) == 64
    assert "Learning rate (learning_rate)</th><td>0.05</td>" in text and "<th scope='row'>Seed</th><td>1</td>" in text
    assert "Trust region (max_kl)</th><td>not read</td>" in text


def test_its_numbers_are_the_recordings_and_films_are_inside(text, case):
    replay = packet_of(text)["replay"]
    kl = np.frombuffer(base64.b64decode(replay["rows"]["cols"]["kl"]), "<f4")
    assert (kl == case.rows[:, REPORT_KEYS.index("kl")].astype("<f4")).all() and len(kl) == len(replay["words"])
    films = [base64.b64decode(film["url"].removeprefix("data:video/mp4;base64,")) for film in replay["films"]]
    assert films == [film.path.read_bytes() for film in case.films]


def test_a_page_of_two_tells_both_and_where_they_part():
    pair = [load("lunar-lander"), load("lunar-lander-unclipped")]
    text = group_page(pair, [recording.rows for recording in pair], ["mine", "<b>yours</b>"])
    packet = packet_of(text)
    assert [run["name"] for run in packet["runs"]] == ["Clipped ε 0.20", "Unclipped"]
    assert "mine, &lt;b&gt;yours&lt;/b&gt;" in text and len(packet["replay"]["films"][1]) == len(pair[1].films)
    assert packet["parted"][0]["update"] == group_packet(pair)["parted"][0]["update"] >= 1


def test_a_thinned_group_still_parts_where_the_whole_rows_do():
    pair = [load("lunar-lander"), load("lunar-lander-unclipped")]
    few = [
        dataclasses.replace(r, updates=r.updates[::10], rows=r.rows[::10], histograms=r.histograms[::10]) for r in pair
    ]
    assert group_packet(few, [r.rows for r in pair])["parted"] == group_packet(pair)["parted"]


def test_its_colours_are_the_apps():
    config = (ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    theme = {name: dict(re.findall(r'(\w+) = "(#\w+)"', config.split(f"[theme.{name}]")[1].split("\n[")[0]))
             for name in ("light", "dark")}  # fmt: skip
    light, dark = (FOLDER / "page.css").read_text(encoding="utf-8").split(':root[data-theme="dark"]')
    for css, name in ((light, "light"), (dark, "dark")):
        for key in ("primary", "background", "secondaryBackground", "text", "border"):
            spelled = re.sub("([A-Z])", lambda m: "-" + m[1].lower(), key)
            assert f"--st-{spelled}-color: {theme[name][key + 'Color']};" in css
