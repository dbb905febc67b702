"""The stabilisers panel and the collapse preset on Compare and Train: switches, links, rates from data, the meter."""

from __future__ import annotations

import json

import pytest

from pages.shared import holding_meter
from pages.shared.twins_of_runs import same_set_up
from ppo_engine.jobs import collapse, collapse_rates, control, holding, studies
from ppo_engine.jobs.life import Life
from ppo_engine.jobs.view import RunView
from ppo_engine.presets import build_config
from ppo_engine.stabilisers import SWITCHES
from tests.pages.test_compare import captions, errors, lane, open_compare, started

__all__ = ["open_compare", "started"]
FOUND = {
    "update": 3, "timesteps": 768, "kl": 0.02, "together": 2.0, "at": 0.0, "seconds": 1.0,
    "rows": [
        {"name": "clip_range", "value": 0.2, "kl": 0.31, "acted": {"killed": 0.25}},
        {"name": "max_grad_norm", "value": 0.5, "kl": 0.021, "acted": {"share": 1.0, "left": 0.04}},
    ],
}  # fmt: skip


def texts(app):
    return [one.value.replace("\\", "") for one in app.markdown]


def counted(objective):
    rows = [row for row in studies.rows("collapse") if row["env_id"] == "CartPole-v1"]
    below = collapse.level(rows, "CartPole-v1")
    mine = [collapse.collapsed(row, below) for row in rows if row["objective"] == objective]
    return f"{sum(mine)} of {len(mine)}"


def test_collapse_is_one_click_and_prints_what_the_rows_say(open_compare, started, runs):
    app = open_compare(env="LunarLander-v3")
    assert not [said for said in texts(app) if "destroyed" in said]
    app.button(key="c_collapse").click().run()
    assert not app.exception and app.selectbox(key="c_env").value == "CartPole-v1"
    assert lane(app, 0)[0] == "ppo_clip" and lane(app, 1)[0] == "surrogate"
    (said,) = [said for said in texts(app) if "destroyed in" in said]
    assert f"destroyed in {counted('surrogate')} unclipped, {counted('ppo_clip')} clipped" in said
    (told,) = [one for one in app.markdown if "destroyed in" in one.value]
    assert "half-way between" in told.help and "ppo_engine.jobs.collapse --again" in told.help
    assert app.query_params["preset"] == "collapse"
    app.button(key="c_start").click().run()
    configs = [RunView(runs, run_id).config for run_id in started]
    assert configs == [collapse.config_of("CartPole-v1", one, 1) for one in ("ppo_clip", "surrogate")]


def test_a_link_sets_it_up_and_what_was_not_measured_is_said(open_compare):
    app = open_compare(env="CartPole-v1", preset="collapse", twins="ppo_clip:clip_range=0.3,ppo_kl")
    assert not app.exception and not app.error
    (said,) = [said for said in texts(app) if "destroyed in" in said]
    assert "A: no rate was measured with clip range 0.3 instead of 0.1" in said
    assert "B: no rate was measured with Fixed KL penalty" in said


def test_the_preset_of_runs_is_recognised_after_a_reload(open_compare, runs):
    ids = [control.launch(runs, collapse.config_of("CartPole-v1", one, 7), start=False) for one in collapse.OBJECTIVES]
    app = open_compare(runs=",".join(ids))
    assert app.selectbox(key="c_preset").value == "collapse" and any("destroyed in" in said for said in texts(app))


def test_train_prints_the_rates_too(open_app):
    app = open_app(env="CartPole-v1", preset="collapse")
    assert not app.exception and app.selectbox(key="objective").value == "surrogate"
    assert any("destroyed in" in said for said in texts(app))


def test_words_of_the_rates_by_hand():
    def row(objective, seed, last):
        return {"env_id": "CartPole-v1", "objective": objective, "seed": seed, "diverged": False, "last_tenth": last,
                "untrained": 25.0}  # fmt: skip

    rows = [row("ppo_clip", 1, 500.0), row("surrogate", 1, 9.0), row("ppo_clip", 2, 100.0), row("surrogate", 2, None)]
    twins = [collapse.config_of("CartPole-v1", one, 2) for one in collapse.OBJECTIVES]
    found = collapse_rates.said(rows, twins)
    assert found.words == (
        "Over 2 seeds: destroyed in 2 of 2 unclipped, 1 of 2 clipped. "
        "Seed 2 is among them: clipped ended at 100.0 (destroyed), unclipped diverged (destroyed)."
    )
    assert "below 250.0, half-way between the untrained policies' 25.0 and the 475.0" in found.meaning
    assert "2 seeds, too few for a claim" in found.meaning
    assert "No rate has been measured in CartPole-v1 yet" in collapse_rates.said([], twins).words
    assert collapse_rates.differences(twins[0].with_(n_epochs=3)) == [f"epochs 3 instead of {twins[0].n_epochs}"]
    assert set(collapse_rates.environments()) == {"CartPole-v1", "LunarLanderContinuous-v3"}


def test_switches_set_all_twins_and_travel_in_the_link(open_compare, runs, started):
    app = open_compare(env="CartPole-v1", twins="ppo_clip,surrogate", max_grad_norm="off")
    app.session_state["c_stabilisers"] = True
    app.run()
    assert not app.exception and len([one for one in app.toggle if one.key.startswith("cs_on_")]) == len(SWITCHES)
    assert not app.toggle(key="cs_on_max_grad_norm").value and app.number_input(key="cs_value_max_grad_norm").disabled
    app.toggle(key="cs_on_target_kl").set_value(True).run()
    app.number_input(key="cs_value_target_kl").set_value(0.05).run()
    app.toggle(key="cs_on_anneal_lr").set_value(False).run()
    assert {key: app.query_params[key] for key in ("max_grad_norm", "target_kl", "anneal_lr")} == {
        "max_grad_norm": "off", "target_kl": "0.05", "anneal_lr": "off",
    }  # fmt: skip
    app.button(key="c_start").click().run()
    wanted = {"max_grad_norm": None, "target_kl": 0.05, "anneal_lr": False}
    assert [RunView(runs, run_id).config for run_id in started] == [
        build_config("CartPole-v1", None, one, **wanted) for one in ("ppo_clip", "surrogate")
    ]
    app = open_compare(runs=",".join(started))
    assert app.session_state["c_shared"] == wanted, "recognised again"


def test_while_runs_go_on_a_switch_acts_on_all_that_read_it(open_compare, runs, started):
    app = open_compare(env="CartPole-v1", twins="ppo_clip,trpo")
    app.button(key="c_start").click().run()
    app.session_state["c_stabilisers"] = True
    app.run()
    assert app.toggle(key="cs_on_normalize_observation").disabled
    app.toggle(key="cs_on_target_kl").set_value(True).run()
    app.toggle(key="cs_on_normalize_advantage").set_value(False).run()
    clip, region = (RunView(runs, run_id).pending_knobs() for run_id in started)
    assert clip == {"target_kl": 0.02, "normalize_advantage": False} and region == {"normalize_advantage": False}
    assert not app.toggle(key="cs_on_normalize_advantage").value and not app.exception
    app.number_input(key="cs_value_target_kl").set_value(0.0).run()
    assert not app.exception


@pytest.mark.parametrize(("name", "value", "said"), [
    ("max_grad_norm", "lots", "max_grad_norm is 'lots'"),
    ("batch_size", "100000", "batch_size is 100000"),
])  # fmt: skip
def test_nonsense_for_all_twins_is_one_sentence(open_compare, name, value, said):
    app = open_compare(env="CartPole-v1", **{name: value})
    assert not app.exception and len(errors(app)) == 1 and said in errors(app)[0]


def test_the_panel_on_train_moves_the_run(open_app, runs, paused_run):
    app = open_app(run=paused_run)
    app.session_state["leashes"] = True
    app.run()
    assert not app.exception and app.toggle(key="ts_on_anneal_lr").value
    app.toggle(key="ts_on_max_grad_norm").set_value(False).run()
    assert RunView(runs, paused_run).pending_knobs() == {"max_grad_norm": None}
    assert not app.toggle(key="ts_on_max_grad_norm").value


def test_the_meter_asks_for_what_is_missing_and_shows_what_there_is(open_compare, runs, paused_run, monkeypatch):
    asked = []
    monkeypatch.setattr(holding, "ask", lambda runs, ids, update: asked.append((ids, update)))
    app = open_compare(runs=paused_run)
    app.session_state["c_stabilisers"] = True
    app.run()
    assert not app.exception and not asked and "no update yet" in " ".join(captions(app))
    folder = RunView(runs, paused_run).folder
    control.Registry(runs).command(paused_run, "pause", step_until=2)
    Life(folder, linger=0.0).run()
    app = open_compare(runs=paused_run)
    app.session_state["c_stabilisers"] = True
    app.run()
    assert not app.exception and asked == [([paused_run], 3)], "the update that would come next"
    folder.holding.write_text(json.dumps({"measured": [FOUND]}))
    app.run()
    assert len(asked) == 1 and not app.exception


def test_the_meter_draws_every_run_and_escapes_its_name():
    drawn = holding_meter.drawn([FOUND, {}], ["<b>one</b>", "two"])
    assert "&lt;b&gt;one" in drawn and "<b>one" not in drawn
    assert "the clip (without it the KL would have been 0.31 instead of 0.020)" in drawn
    assert "Being measured." in drawn and "silences 25 % of samples" in drawn and "Without all of them" in drawn
    assert drawn.count('class="holds"') == 2, "the clip, and all together"
    places = [holding_meter._place(kl) for kl in (None, 10.0, 1e-4, 1e-5, 0.0316)]
    assert places == pytest.approx([100, 100, 0, 0, 50], abs=0.1)


def test_a_set_up_is_found_that_makes_the_same_runs():
    base = build_config("CartPole-v1", "quick", max_grad_norm=None)
    found = same_set_up([base.with_(n_epochs=3), base.with_(n_epochs=5)])
    assert found.preset == "quick" and found.shared == {"max_grad_norm": None}
    assert found.lanes == [("ppo_clip", "n_epochs", "3"), ("ppo_clip", "n_epochs", "5")]
