"""The lessons without a browser: each runs, explains its symbols and answers, and announces what the Lab then shows."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest

from pages.shared.contents import CONTENTS
from tests.pages.test_train import errors, slider

LESSONS = pytest.mark.parametrize("entry", CONTENTS, ids=[entry.slug for entry in CONTENTS])


def lab_link(app):
    """The URL keys of the button that opens the Lab."""
    link = next(node for node in app.get("page_link") if node.proto.label == "Try it in the Lab")
    return {key: values[0] for key, values in parse_qs(link.proto.query_string).items()}


def open_lesson(open_app, entry):
    app = open_app()
    app.switch_page(entry.file).run()
    assert not app.exception and not app.error
    return app


@LESSONS
def test_a_lesson_has_all_its_parts(open_app, entry):
    app = open_lesson(open_app, entry)
    assert [title.value for title in app.title] == [entry.title]
    heads = [head.value for head in app.subheader]
    assert heads[-3:] == ["Check yourself", "Try it in the Lab", "Sources"] and len(heads) >= 6
    equations = [block.value for block in app.markdown if block.value.startswith("$$")]
    assert equations and all(r"\textcolor{#10ad" in equation and "<" not in equation for equation in equations)
    numbers = [part[:2] for equation in equations for part in equation.split(r"\textcolor{#10ad")[1:]]
    legends = [node.proto.body for node in app.get("html") if "ppo-symbol" in node.proto.body]
    explained = [part.split('"')[0] for legend in legends for part in legend.split('data-symbol="')[1:]]
    assert {str(int(number, 16)) for number in numbers} == set(explained) and len(set(explained)) == len(explained)
    assert all('data-meaning=""' not in legend for legend in legends)
    assert any("](https://" in block.value for block in app.markdown), "sources have links"


@LESSONS
def test_the_question_explains_every_answer_and_the_right_one_is_remembered(open_app, entry):
    app = open_lesson(open_app, entry)
    (question,) = app.radio
    told = {}
    for option in question.options:
        app.radio[0].set_value(option).run()
        assert not app.exception
        told[option] = [*(f"yes {box.value}" for box in app.success), *(f"no {box.value}" for box in app.warning)]
    assert all(len(words) == 1 and len(words[0]) > 60 for words in told.values())
    assert sum(words[0].startswith("yes") for words in told.values()) == 1
    assert app.session_state["_learned"] == {entry.slug}
    other = next(other for other in CONTENTS if other != entry)
    app.switch_page(other.file).run()
    assert any("1 of" in node.proto.body and "answered" in node.proto.body for node in app.get("html"))


@LESSONS
def test_the_button_opens_the_lab_with_the_announced_knobs(open_app, entry):
    announced = lab_link(open_lesson(open_app, entry))
    assert {"env", "objective", "seed"} <= set(announced)
    lab = open_app(**announced)
    assert not lab.exception and not errors(lab)
    shown = {
        "env": lab.selectbox(key="env").value, "preset": lab.selectbox(key="preset").value,
        "objective": lab.selectbox(key="objective").value, "seed": str(lab.number_input(key="seed").value),
        **{name: slider(lab, name).value for name in ("clip_range", "learning_rate", "kl_coef")},
        **lab.session_state["overrides"],
    }  # fmt: skip
    for key, value in announced.items():
        assert str(shown[key]) == value or float(shown[key]) == pytest.approx(float(value)), key


def test_settings_in_the_url_win_over_a_run_that_goes_on(open_app, paused_run):
    lab = open_app(env="CartPole-v1", objective="trpo", seed="1")
    assert lab.selectbox(key="objective").value == "trpo" and not lab.selectbox(key="objective").disabled


def test_a_link_may_be_followed_again(open_app):
    """The session has seen the URL before, and the visitor has moved things since: the link still sets them."""
    entry = CONTENTS[0]
    announced = lab_link(open_lesson(open_app, entry))
    app = open_app(**announced)
    app.number_input(key="seed").set_value(9).run()
    app.switch_page(entry.file).run()
    for key in list(app.query_params):
        del app.query_params[key]
    for key, value in announced.items():
        app.query_params[key] = value
    app.switch_page("pages/lab/train.py").run()
    assert app.number_input(key="seed").value == int(announced["seed"])


def test_a_link_may_set_any_knob(open_app):
    app = open_app(env="CartPole-v1", preset="quick", gae_lambda="0", normalize_advantage="off", gamma="7")
    assert app.session_state["overrides"]["gae_lambda"] == 0.0
    assert app.session_state["overrides"]["normalize_advantage"] is False
    assert app.session_state["overrides"]["gamma"] == 0.98, "the preset's own, for want of a usable one"
    assert any("gamma" in words and "7" in words for words in errors(app))
