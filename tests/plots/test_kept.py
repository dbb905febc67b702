"""Kept settings as rows: each dot tells its own seed and leads to its run, and only enough seeds have an interval."""

from __future__ import annotations

from ppo_engine.plots.collapse_curves import median, twin_curves
from ppo_engine.plots.kept import Line, Seed, described, interval_cell, packet

SHA = "ab" * 32
FIVE = Line(
    "TRPO", "trpo", [Seed(seed, float(seed), f"?seed={seed}", SHA) for seed in range(1, 6)], 3.0, (1.5, 4.5),
    [interval_cell(3.0, (1.5, 4.5), 1, 5)], mark=0.82, pick="trpo", on=True,
)  # fmt: skip
GAPS = Line("REINFORCE", "reinforce", [Seed(1, -1250.0, "?a"), Seed(2, None, "?b"), Seed(3, None, "?c", SHA, True)],
            -1250.0, None, [interval_cell(-1250.0, None, 1, 1)])  # fmt: skip


def drawn(lines, **more):
    return packet(lines, "return", [("setting", ""), ("seeds", "")], "1fr 2fr", 1, **more)


def test_a_dot_tells_its_seed_and_few_seeds_have_no_band():
    five, gaps = drawn([FIVE, GAPS])["rows"]
    assert [(s["seed"], s["value"], s["url"], s["state"]) for s in five["seeds"]][4] == (5, 5.0, "?seed=5", "finished")
    assert five["seeds"][0]["title"] == "seed 1: 1.0 · SHA-256 abababababab…"
    assert (five["low"], five["high"], five["mark"], five["pick"], five["on"]) == (1.5, 4.5, 0.82, "trpo", True)
    assert five["cells"] == [{"text": "3.0", "muted": "[1.5, 4.5]", "url": "", "title": ""}]
    assert (gaps["low"], gaps["high"]) == (None, None) and gaps["cells"][0]["muted"] == "1 seed, too few"
    assert [(s["text"], s["state"]) for s in gaps["seeds"]] == [
        ("−1\u202f250.0", "finished"), ("–", "queued"), ("–", "diverged"),
    ]  # fmt: skip
    assert gaps["seeds"][1]["title"] == "seed 2: not trained yet"
    assert gaps["seeds"][2]["title"] == "seed 3: diverged · SHA-256 abababababab…"


def test_levels_and_the_mark_are_named():
    found = drawn([FIVE], levels={475.0: "solved: 475"}, mark_words="the paper's score", within=(0, 1))
    assert found["lines"] == [{"value": 475.0, "text": "solved: 475"}] and found["within"] == [0, 1]
    assert found["mark_title"] == "the paper's score: %" and drawn([FIVE])["mark_title"] == ""


def test_what_is_not_trained_is_said():
    assert interval_cell(None, None, 2, 0) == {"text": "–", "muted": "not trained yet"}
    nothing = Line("PPO", "ppo_clip", [], None, None)
    assert described([FIVE, nothing, GAPS]) == "Centres over seeds: TRPO 3.0; REINFORCE −1\u202f250.0."


def test_the_median_is_of_the_runs_that_have_a_value_there():
    assert median([[1.0, None, None], [3.0, 4.0, None], [8.0, 6.0, None]]) == [3.0, 5.0, None]
    figure = twin_curves({"ppo_clip": [[1.0, 2.0]], "surrogate": [[1.0, 0.0], [3.0, 4.0]]}, 1000, {2.5: "destroyed"})
    thin, bold = figure.data[:3], figure.data[3:]
    assert [line.line.color for line in thin] == ["#0072B2", "#D55E00", "#D55E00"]
    assert [(line.line.dash, list(line.y)) for line in bold] == [("solid", [1.0, 2.0]), ("dash", [2.0, 2.0])]
    assert list(bold[0].x) == [250, 750]
