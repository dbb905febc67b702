"""Hiding parts of a page, and sharing what is seen, without a browser."""

from __future__ import annotations

import re
from base64 import b64decode

import pytest

from pages.shared import hiding, share
from pages.shared.contents import CONTENTS
from pages.shared.page_parts import parts_of
from tests.pages.conftest import ROOT

URLS = ["", "compare", "evidence", "runs", "doctor", *(entry.slug for entry in CONTENTS)]


def test_an_unknown_part_is_refused_in_a_sentence_and_the_others_are_left_out(open_app):
    app = open_app(env="CartPole-v1", hide="menu,slidders")
    assert not app.exception
    (said,) = [error.value for error in app.error]
    assert "slidders" in said and "sliders" in said and said.count("hide is") == 1
    (css,) = [block.proto.body for block in app.get("html") if "stHeader" in block.proto.body]
    assert re.search(r'\[data-testid="stHeader"\] \{ display: none', css)
    assert app.query_params["hide"] == "menu,slidders" and app.query_params["env"] == "CartPole-v1"


def test_what_is_left_out_stays_so_when_a_link_leads_to_another_page(open_app):
    app = open_app(hide="menu,controls")
    app.switch_page("pages/lab/compare.py").run()
    assert app.query_params["hide"] == "menu,controls" and not app.error and not app.exception
    app.switch_page("pages/lab/runs.py").run()
    assert app.query_params["hide"] == "menu,controls" and not app.error, "a part that Runs lacks is no mistake there"


@pytest.mark.parametrize("url_path", URLS)
def test_every_part_of_every_page_becomes_a_rule(url_path):
    for name, part in parts_of(url_path).items():
        css = hiding.style(url_path, [name])
        assert css.count("display: none !important") >= len(part.selectors) and css.count("{") == css.count("}")


def test_what_is_left_of_the_charts_shares_the_window():
    css = hiding.style("", ["kl", "histogram", "entropy", "explained", "losses", "fractions"])
    assert "repeat(3, minmax(0, 1fr))" in css, "return, objective and the rollout stand in a row"
    assert ".ppo-grid { display: none !important; }" in hiding.style("", ["charts", "video", "samples"])


def test_an_address_and_an_iframe():
    url = share.address("http://localhost:8501", {"env": "CartPole-v1", "hide": "menu,controls", "clip_range": "0.1"})
    assert url == "http://localhost:8501?env=CartPole-v1&hide=menu,controls&clip_range=0.1"
    assert 'src="http://a/?x=1&amp;embed=true" width="800"' in share.iframe("http://a/?x=1", (800, 450))
    assert 'src="http://a/runs?embed=true"' in share.iframe("http://a/runs", (800, 450))


def test_a_qr_code_has_the_size_that_its_standard_gives_it():
    import segno

    text = "http://localhost:8501/?env=CartPole-v1&clip_range=0.1"
    drawn = share.qr_svg(text)
    version = segno.make(text, error="m", micro=False).version
    side = 17 + 4 * version + 2 * 4  # ISO/IEC 18004: 17 + 4 v modules, and the quiet zone of four on each side
    assert f'viewBox="0 0 {4 * side} {4 * side}"' in drawn or f'viewBox="0 0 {side} {side}"' in drawn
    shown = share.picture(drawn, 'QR "code"')
    assert "&quot;code&quot;" in shown
    assert b64decode(re.search(r"base64,([^\"]+)", shown).group(1)).decode() == drawn


def test_who_reaches_the_address():
    told = share.reach("http://localhost:8501/", 8501, "192.168.1.5")
    assert "A phone cannot reach localhost" in told and "http://192.168.1.5:8501" in told
    assert "in no network" in share.reach("http://127.0.0.1:8501/", 8501, "")
    assert share.reach("http://192.168.1.5:8501/", 8501, "192.168.1.5") == ""


@pytest.mark.parametrize(("row", "url_path"), [
    ("Train", ""), ("Compare", "compare"), ("Evidence", "evidence"), ("lessons", CONTENTS[0].slug),
    ("Preflight", "doctor"),
])  # fmt: skip
def test_readme_names_every_part(row, url_path):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(\w+)`", re.search(rf"^\| {row} \|(.*)$", readme, re.MULTILINE).group(1)))
    assert named == set(parts_of(url_path)) - {"menu", "title"}
