"""The kept studies on the Evidence page: sections by URL, files absent, in part and whole, links, and recomputing."""

from __future__ import annotations

import json

import pytest

from pages.shared import kept_chart, setup
from ppo_engine.jobs import speed, studies, sweeps, table_one
from ppo_engine.jobs.methods import config_of, wanted

PAGE = "pages/lab/evidence.py"


@pytest.fixture(autouse=True)
def no_processes(monkeypatch):
    """Neither workers nor measurements: the page is looked at, not the machine."""
    monkeypatch.setattr(sweeps, "ensure_supervisor", lambda runs: None)
    monkeypatch.setattr(speed, "measure_beside", lambda runs, config: None)


@pytest.fixture
def packets(monkeypatch):
    """What each chart of kept rows is given, by its key."""
    seen: dict[str, dict] = {}
    monkeypatch.setattr(kept_chart, "chart", lambda data, key, on_pick=None: seen.update({key: data}))
    return seen


@pytest.fixture
def section(open_app):
    """Opens the Evidence page with what its URL says."""

    def opened(**params):
        page = open_app().switch_page(PAGE)
        for key, value in params.items():
            page.query_params[key] = value
        return page.run()

    return opened


def row_of_table_one(setting, env, seed, last):
    return {
        "setting": setting, "env_id": env, "seed": seed, "untrained": 0.0, "last_100": last, "diverged": False,
        "parameters_sha256": f"{seed}" * 64,
    }  # fmt: skip


def keep(monkeypatch, tmp_path, study, rows):
    data = tmp_path / f"{study}.json"
    if rows is not None:
        data.write_text(json.dumps(rows))
    monkeypatch.setitem(studies.STUDIES, study, studies.STUDIES[study]._replace(data=data))


def words(page):
    return " ".join(part.value for part in (*page.markdown, *page.caption, *page.error)).replace("\\", "")


def test_a_number_opens_the_lab_with_that_rows_own_settings(open_app):
    row = {"env_id": "BipedalWalker-v3", "method": "a2c", "seed": 3}
    app = open_app(row=studies.link("methods", row))
    assert not app.exception and app.selectbox(key="env").value == "BipedalWalker-v3"
    assert app.selectbox(key="objective").value == "policy_gradient" and app.number_input(key="seed").value == 3
    wanted = config_of("BipedalWalker-v3", "a2c", 3)
    own = {name: app.session_state["overrides"][name] for name in ("n_steps", "batch_size", "shared_trunk")}
    assert own == {"n_steps": wanted.n_steps, "batch_size": wanted.batch_size, "shared_trunk": True}
    assert app.session_state["learning_rate"] == setup.label_of(wanted.learning_rate)


def test_a_row_that_there_is_not_is_told_in_a_sentence(open_app):
    app = open_app(row="methods/CartPole-v1/trpo/99")
    told = " ".join(part.value for part in (*app.warning, *app.error)).replace("\\", "")
    assert not app.exception and "row is 'methods/CartPole-v1/trpo/99', but it must be a row of a kept study" in told


@pytest.mark.parametrize("name", ["Grids", "Every method", "Table 1", "Collapse", "Case histories"])
def test_a_section_has_an_address(section, name):
    page = section(section=name)
    assert not page.exception and page.session_state["evidence_section"] == name and not page.error


def test_an_unknown_section_or_setting_is_refused_in_a_sentence(section):
    page = section(section="Table 9")
    assert "section is 'Table 9', but it must be one of Grids, Every method, Table 1, Collapse" in words(page)
    assert page.session_state["evidence_section"] == "Grids"
    page = section(section="Table 1", setting="clip 9")
    assert "setting is 'clip 9', but it must be one of none, clip 0.1" in words(page) and not page.exception


def test_choosing_a_section_writes_its_address(section):
    page = section()
    page.segmented_control(key="evidence_section").set_value("Collapse").run()
    assert page.query_params["section"] == "Collapse" and not page.exception
    page.segmented_control(key="evidence_section").set_value("Grids").run()
    assert page.query_params["section"] == "Grids" and page.selectbox(key="sweep").value == ""


def test_the_address_speaks_again_when_the_page_was_left(section):
    page = section(section="Collapse")
    page.segmented_control(key="evidence_section").set_value("Case histories").run()
    page.switch_page("pages/lab/runs.py").run()
    page.switch_page(PAGE)
    page.query_params["section"] = "Case histories"
    page.run()
    assert page.session_state["evidence_section"] == "Case histories" and not page.exception


def test_every_method_is_a_row_and_every_seed_a_link_with_its_sha(section, packets):
    page = section(section="Every method")
    assert "LunarLander-v3: the clip has the highest interquartile mean. No winner" in words(page)
    found = packets["kept_methods_LunarLander-v3"]["rows"]
    links = [seed["url"] for row in found for seed in row["seeds"]]
    keys = [key for key in wanted() if key[0] == "LunarLander-v3"]
    assert links == [f"./?row=methods%2F{env}%2F{method}%2F{seed}" for env, method, seed in keys]
    assert all("SHA-256" in seed["title"] for row in found for seed in row["seeds"])
    assert "5 runs, about" in words(page)


@pytest.mark.parametrize("rows", [None, []])
def test_table_one_without_a_row_says_what_is_missing(section, packets, monkeypatch, tmp_path, rows):
    keep(monkeypatch, tmp_path, "table_one", rows)
    page = section(section="Table 1")
    every = len(table_one.wanted())
    assert not page.exception and f"{every} of {every} runs are not trained yet: 55 of 55 in CartPole-v1" in words(page)
    first = packets["kept_table_one"]["rows"][0]
    assert first["mark"] == -0.39 and [seed["value"] for seed in first["seeds"]] == [None] * 5
    paper, ours = first["cells"]
    assert paper["text"] == "−0.39" and paper["source"] == "https://arxiv.org/abs/1707.06347"
    assert ours == {"text": "–", "muted": "not trained yet"}


def test_table_one_in_part_scores_what_it_can(section, packets, monkeypatch, tmp_path):
    rows = [row_of_table_one("clip 0.2", env, 1, 100.0) for env in table_one.STEPS]
    rows += [row_of_table_one("none", env, seed, 25.0) for env in table_one.STEPS for seed in (1, 2)]
    keep(monkeypatch, tmp_path, "table_one", rows[:-1])
    page = section(section="Table 1", setting="none")
    assert not page.exception and "As in the paper, Clipping, ε = 0.2 has the highest score (1.00)." in words(page)
    every = len(table_one.wanted())
    assert "No winner: 1 seed, too few for a claim." in words(page)
    assert f"{every - len(rows) + 1} of {every} runs are not trained" in words(page)
    none, clipped = packets["kept_table_one"]["rows"][0], packets["kept_table_one"]["rows"][2]
    assert none["on"] and [seed["value"] for seed in none["seeds"]] == [0.25, None, None, None, None]
    assert clipped["seeds"][0]["url"] == "./evidence?section=Table+1&setting=clip+0.2" and clipped["mark"] == 0.82
    own = packets["kept_table_one_row"]["rows"]
    assert [seed["text"] for seed in own[0]["seeds"]] == ["25.0", "25.0", "–", "–", "–"]
    assert own[0]["seeds"][1]["url"] == "./?row=table_one%2Fnone%2FCartPole-v1%2F2"


def test_table_one_whole_has_intervals_and_names_no_winner_it_cannot(section, packets, monkeypatch, tmp_path):
    rows = [row_of_table_one(setting, env, seed, 90.0 + seed) for setting, env, seed in table_one.wanted()]
    keep(monkeypatch, tmp_path, "table_one", rows)
    page = section(section="Table 1")
    assert not page.exception and "not trained" not in words(page) and "No winner:" in words(page)
    assert all(row["low"] < row["centre"] < row["high"] for row in packets["kept_table_one"]["rows"])


def test_collapse_draws_what_there_is_and_links_every_run(section, packets, monkeypatch, tmp_path):
    kept = [row for row in studies.rows("collapse") if row["env_id"] == "CartPole-v1"]
    keep(monkeypatch, tmp_path, "collapse", kept)
    page = section(section="Collapse")
    assert not page.exception and "Ended destroyed, below" in words(page) and "McNemar's exact test" in words(page)
    unclipped, clipped = packets["kept_collapse_CartPole-v1"]["rows"]
    assert (unclipped["objective"], clipped["objective"]) == ("surrogate", "ppo_clip")
    assert len(unclipped["seeds"]) == len(clipped["seeds"]) == 20
    assert clipped["seeds"][6]["url"] == "./?row=collapse%2FCartPole-v1%2Fppo_clip%2F7"
    assert "40 of 40 runs are not trained yet." in words(page) and len(page.get("plotly_chart")) == 1
    keep(monkeypatch, tmp_path, "collapse", [])
    assert not section(section="Collapse").exception


def test_what_nobody_has_measured_is_measured_before_its_price_is_told(section, runs, monkeypatch):
    asked = []
    monkeypatch.setattr(speed, "measure_beside", lambda runs, config: asked.append(config))
    page = section(section="Every method", env="CartPole-v1", method="trpo")
    assert not page.exception and "5 runs. Measuring how fast this machine trains them…" in words(page)
    assert asked and asked[0] == config_of("CartPole-v1", "trpo", 1)
    speed._keep(runs, speed._key(asked[0]), 10_000.0)
    page.run()
    assert "5 runs, about " in words(page) and " here, in the background" in words(page)


def test_recomputing_a_row_queues_its_very_runs_and_says_how_far_it_is(section, runs):
    page = section(section="Every method")
    page.button(key="recompute_start_methods_LunarLander-v3_ppo_clip").click().run()
    (sweep,) = sweeps.list_sweeps(runs)
    assert not page.exception and sweep.title == "PPO, clipped, LunarLander-v3"
    grid = sweep.grid
    assert [grid.config({}, seed) for seed in grid.seeds] == [
        config_of("LunarLander-v3", "ppo_clip", seed) for seed in range(1, 6)
    ]
    assert "0 of 5 runs have ended. Nothing to compare yet." in words(page)
    assert page.button(key="recompute_start_methods_LunarLander-v3_ppo_clip").disabled
    page.button(key="recompute_cancel_methods_LunarLander-v3_ppo_clip").click().run()
    assert "0 of 5 runs have ended, the others were stopped." in words(page)
    page.button(key="recompute_start_methods_LunarLander-v3_ppo_clip").click().run()
    assert len(sweeps.list_sweeps(runs)) == 1 and "the others were stopped" not in words(page)
