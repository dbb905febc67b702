"""The table of methods on the Evidence page, and the links behind its numbers."""

from __future__ import annotations

import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.shared import setup
from ppo_engine.jobs import studies
from ppo_engine.jobs.methods import config_of, wanted


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


def test_the_section_draws_every_method_says_who_wins_and_links_every_seed(monkeypatch):
    links = []
    monkeypatch.setattr(st, "page_link", lambda page, query_params, **_: links.append(query_params["row"]))

    def section():
        from pages.shared import kept_methods

        kept_methods.show()

    app = AppTest.from_function(section, default_timeout=30).run()
    text = " ".join(part.value for part in app.markdown)
    assert not app.exception and "LunarLander-v3: the clip has the highest interquartile mean. No winner" in text
    assert "TRPO" in text and "Unclipped surrogate" in text and len(app.get("plotly_chart")) == 1
    assert links == ["/".join(["methods", *map(str, key)]) for key in wanted() if key[0] == "LunarLander-v3"]
