"""The Present pages without a browser: scenes are sound, talks are arranged, added to, opened and refused."""

from __future__ import annotations

import json
import re

import pytest

from pages.shared import scenes, stage_pages, stage_relay, talk
from pages.shared.lesson_figure import script_text
from ppo_engine.jobs import talks
from ppo_engine.jobs.talks import Scene
from ppo_engine.knobs import ConfigError
from ppo_engine.objectives import OBJECTIVES

STAGE = "pages/present/present.py"
FIGURES = script_text("present/figures")
LESSON = ("numbers", "controls")


@pytest.mark.parametrize("scene", scenes.SCENES, ids=[scene.name for scene in scenes.SCENES])
def test_a_scene_is_one_that_the_browser_can_play(scene):
    assert talks.one_line("show", scene.show) == scene.show and talks.one_line("say", scene.say) == scene.say
    assert talks.check_scene({"scene": scene.name}) == Scene(scene=scene.name)
    config = scenes.config_of(scene.name, 0.3)
    assert config.objective == scene.live.objective and config.objective in OBJECTIVES
    if scene.figure in ("race", "live"):
        assert not scene.path and config.clip_range == 0.3
        return
    assert f"\n  {scene.figure}(host" in FIGURES
    times = [at for at, _ in scene.path]
    assert times == sorted(times) and times[0] == 0 and times[-1] > 5
    # Something is asked of the control within the first second, so that each scene moves at once.
    begins = {name for at, stop in scene.path if at == 0 for name in stop if name != "do"}
    presses = [at for at, stop in scene.path if "do" in stop and 0 < at < 0.8]
    assert begins or presses
    assert {name for _, stop in scene.path for name in stop} <= begins | {"do"}


def test_the_twins_differ_only_in_the_objective():
    clipped, unclipped = scenes.twins_of("race", 0.2)
    other = unclipped.to_dict()
    different = {name for name, value in clipped.to_dict().items() if value != other[name]}
    assert different == {"objective"} and unclipped.objective == "surrogate"


def open_stage(open_app, **params):
    app = open_app()
    for key, value in params.items():
        app.query_params[key] = value
    app.switch_page(STAGE).run()
    assert not app.exception
    return app


def order(app):
    now = app.session_state["_talk"] if "_talk" in app.session_state else talk.OWN  # noqa: SIM401 (it has no get)
    return [scene.scene or scene.page for scene in now.scenes]


def test_scenes_are_moved_removed_and_brought_back(open_app):
    app = open_stage(open_app)
    names = list(scenes.BY_NAME)
    assert order(app) == names
    app.button(key="talk_down_0").click().run()
    assert order(app)[:2] == [names[1], names[0]]
    app.button(key="talk_up_1").click().run()
    app.button(key="talk_remove_2").click().run()
    assert order(app) == names[:2] + names[3:]
    app.button(key="talk_undo").click().run()
    assert order(app) == names
    app.button(key="talk_remove_2").click().run()
    app.button(key=f"talk_add_{names[2]}").click().run()
    assert order(app) == [*names[:2], *names[3:], names[2]] and not app.exception


def test_a_kept_talk_is_opened_by_its_address_and_a_wrong_one_is_told(open_app, runs):
    kept = talks.keep(runs, talks.Talk("Mine", (Scene(page="/learn-clipping", show="Mine."), Scene(scene="clip"))))
    app = open_stage(open_app, talk=kept)
    assert order(app) == ["/learn-clipping", "clip"] and not app.error
    app = open_stage(open_app, talk="../../etc/passwd")
    assert order(app) == list(scenes.BY_NAME)
    assert len(app.error) == 1 and app.error[0].value.startswith("talk is ")


def test_a_talk_with_a_scene_that_nobody_has_is_refused_and_changes_nothing(runs, open_app):
    values = json.loads(talks.dump(talk.OWN))
    values["scenes"][0] = {"scene": "nowhere"}
    kept = talks.keep(runs, talks.Talk("x", (Scene(scene="nowhere"),)))
    app = open_stage(open_app, talk=kept)
    assert order(app) == list(scenes.BY_NAME) and "nowhere" in app.error[0].value


def test_what_the_speaker_may_ask_of_the_stage():
    code, other = "abc123", "zyx987"
    wrongs = (None, 5, {}, {"n": "1", "key": "next"}, {"n": 1, "key": "rm"}, {"n": 1, "to": -1}, {"n": 1, "to": 99})
    for wrong in wrongs:
        stage_relay.ask(code, wrong)
        assert stage_relay.asked(code) is None
    stage_relay.ask(code, {"n": 2, "key": "next"})
    assert stage_relay.asked(code) == {"n": 2, "key": "next", "to": None}
    assert stage_relay.asked(other) is None, "a speaker's page drives its own window only"
    for nobody in ("", "../x", None, "A" * 8):
        stage_relay.ask(nobody, {"n": 2, "key": "next"})
        assert stage_relay.asked(nobody) is None
    stage_relay.stands({"code": code, "at": 3, "scenes": [{"title": "x"}]})
    assert stage_relay.standing(code) is None
    told = {"code": code, "at": 0, "scenes": [{"title": "x" * 500, "other": 1}], "playing": 1, "badge": "LIVE"}
    stage_relay.stands(told)
    assert stage_relay.standing(code) == {
        "at": 0, "scenes": [{"title": "x" * 200, "show": "", "say": ""}], "badge": "LIVE", "playing": True,
        "black": False,
    }  # fmt: skip
    for k in range(2 * stage_relay.MOST):
        stage_relay.stands({**told, "code": f"code{k:04d}"})
    assert len(stage_relay._boards()) == stage_relay.MOST


def test_the_page_as_it_stands_is_added_to_the_talk(open_app):
    app = open_app(env="CartPole-v1", clip_range="0.1")
    assert any(block.proto.popover.label == "Add to my talk" for block in app.get("popover"))


@pytest.mark.parametrize(("page", "there"), [
    ("/", ("return", "video")), ("/?env=CartPole-v1&hide=menu,controls", ("return", "video")),
    ("/?hide=menu,objective,kl,entropy,fractions,losses,explained", ("return", "video", "histogram", "samples")),
    ("/?hide=entropy", ("return", "video", "objective", "histogram")), ("/compare?twins=a,b", ("return", "video")),
    ("/compare?hide=return,video,kl,table", ("histograms", "entropy")), ("/learn-clipping?hide=text", LESSON),
    ("/learn-clipping?hide=numbers", ("controls",)), ("/runs", ()),
])  # fmt: skip
def test_what_of_a_page_stands_on_the_stage(page, there):
    assert stage_pages.staying(page) == there
    css = stage_pages.style(page)
    assert css.count("{") == css.count("}") and not re.search(r"(^|\n)(?!html\.ppo-on-stage|$)", css)
    if there:
        kept = stage_pages.keeping(page, there[:1])
        assert stage_pages.staying(kept) == there[:1] and talks.check_page(kept) == kept
        assert [pair for pair in kept.partition("?")[2].split("&") if not pair.startswith("hide=")] == [
            pair for pair in page.partition("?")[2].split("&") if pair and not pair.startswith("hide=")
        ]


def test_a_page_with_charts_needs_one_on_the_stage():
    with pytest.raises(ConfigError, match="on the stage is 'nothing', but it must be one to 4 parts"):
        stage_pages.keeping("/compare", ())
    assert stage_pages.keeping("/learn-clipping", ()) == "/learn-clipping?hide=numbers,controls"
