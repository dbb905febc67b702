"""Talk files: read back as written, and everything that is not one is refused in one sentence and changes nothing."""

from __future__ import annotations

import json

import pytest

from ppo_engine.jobs import talks
from ppo_engine.jobs.folders import new_run_id
from ppo_engine.jobs.talks import Scene, Talk
from ppo_engine.knobs import ConfigError

TALK = Talk("Ünïcode & <b>", (
    Scene(scene="clip"),
    Scene(page="/compare?env=CartPole-v1&twins=ppo_clip:clip_range=0.1,surrogate", title="Twins", show="They part.",
          say="Look at update 3."),
    Scene(page="/", show="<script>alert(1)</script>"),
))  # fmt: skip


def file_of(**changed):
    values = {"format": talks.FORMAT, "version": 1, "title": "t", "scenes": [{"scene": "clip"}]}
    return json.dumps({**values, **changed}).encode()


def test_a_talk_is_read_back_as_it_was_written():
    assert talks.parse(talks.dump(TALK).encode()) == TALK
    assert json.loads(talks.dump(TALK))["scenes"][0] == {"scene": "clip"}


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"", "talk file"), (b"\xff\xfe", "talk file"), (b"[" * 50_000, "talk file"), (b"[1]", "format"),
        (b" " * (talks.MOST_BYTES + 1), "talk file"), (file_of(format="other"), "format"),
        (file_of(version=2), "version"), (file_of(version=True), "version"), (file_of(more=1), "talk file"),
        (file_of(scenes=[]), "scenes"), (file_of(scenes={}), "scenes"),
        (file_of(scenes=[{"scene": "clip"}] * 61), "scenes"), (file_of(title=5), "title"),
        (file_of(title="t" * 81), "title"), (file_of(scenes=["clip"]), "scene"), (file_of(scenes=[{}]), "scene"),
        (file_of(scenes=[{"scene": "clip", "page": "/"}]), "scene"),
        (file_of(scenes=[{"scene": "clip", "onload": "x"}]), "scene"),
        (file_of(scenes=[{"scene": "../clip"}]), "scene"), (file_of(scenes=[{"scene": 7}]), "scene"),
        (file_of(scenes=[{"scene": "clip", "say": "s" * 601}]), "say"),
    ],
)  # fmt: skip
def test_what_is_not_a_talk_is_refused_in_one_sentence(data, named):
    with pytest.raises(ConfigError) as refused:
        talks.parse(data)
    sentence = str(refused.value)
    assert sentence.startswith(f"{named} is ") and sentence.count("\n") == 0 and len(sentence) < 320


@pytest.mark.parametrize("url", [
    "https://example.org/", "//example.org/", "javascript:alert(1)", "/a/b", "/../x", "/compare#x", "compare", "",
    '/?env="><script>', "/?env=a b", "/?e\nv=1", "/present?scene=1", "/?x=" + "a" * 1600, None, 5, "/%2e%2e",
])  # fmt: skip
def test_a_page_is_one_of_this_server(url):
    with pytest.raises(ConfigError, match="^page is "):
        talks.check_page(url)
    assert talks.check_page("/?env=CartPole-v1&clip_range=0.1") and talks.check_page("/learn-clipping")


def test_words_lose_what_is_not_seen():
    assert talks.one_line("title", " a\tb\u202e\x00c\n d ") == "a bc d"


def test_kept_talks_are_listed_newest_first_and_a_damaged_one_is_passed_over(tmp_path):
    first = talks.keep(tmp_path, TALK)
    second = talks.keep(tmp_path, TALK._replace(title="second"))
    (tmp_path / talks.FOLDER / f"{new_run_id()}.json").write_text("{")
    assert sorted(talk_id for talk_id, _ in talks.kept(tmp_path)) == sorted([first, second])
    assert talks.read(tmp_path, second).title == "second"
    assert talks.keep(tmp_path, TALK._replace(title="third"), first) == first
    assert talks.read(tmp_path, first).title == "third"
    for wrong in ("", "../x", new_run_id(), "a" * 26):
        with pytest.raises(ConfigError, match="^talk is "):
            talks.read(tmp_path, wrong)
