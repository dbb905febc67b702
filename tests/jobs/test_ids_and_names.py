"""Run ids never become a strange path; names are text and nothing else."""

from __future__ import annotations

import pytest

from ppo_engine.jobs.control import launch, rename
from ppo_engine.jobs.folders import RunFolder, UnknownRun, find_run_id, new_run_id
from ppo_engine.jobs.names import clean_name
from ppo_engine.jobs.view import RunView, list_runs
from ppo_engine.knobs import ConfigError

HOSTILE_IDS = [
    "", ".", "..", "../../etc/passwd", "/etc/passwd", "a\0b", "CON", "x" * 10_000, ".trash", "registry.db",
    "01ARZ3NDEKTSV4RRFFQ69G5FAV/..", "01ARZ3NDEKTSV4RRFFQ69G5FAV\n", "01arz3ndektsv4rrffq69g5fav",
    "01ARZ3NDEKTSV4RRFFQ69G5FAI", "٠١ARZ3NDEKTSV4RRFFQ69G5FA", None, 7, b"01ARZ3NDEKTSV4RRFFQ69G5FAV",
]  # fmt: skip


@pytest.mark.parametrize("run_id", HOSTILE_IDS)
def test_hostile_ids_are_refused(runs, run_id):
    with pytest.raises(UnknownRun) as refused:
        RunView(runs, run_id)
    assert len(str(refused.value)) < 120 and "\n" not in str(refused.value)
    assert not runs.exists()


def test_ids_are_new_and_ordered_by_time(runs):
    ids = [new_run_id() for _ in range(500)]
    assert len(set(ids)) == 500 and all(RunFolder(runs, run_id) for run_id in ids)
    assert [run_id[:10] for run_id in ids] == sorted(run_id[:10] for run_id in ids)


def test_a_run_is_found_by_the_beginning_of_its_id(runs, written):
    folder = written()
    assert find_run_id(runs, folder.run_id[:20].lower()) == folder.run_id
    for nonsense in ("", "0", "../x", "ZZZZZZ", "*" * 6):
        with pytest.raises(UnknownRun):
            find_run_id(runs, nonsense)
    written()
    with pytest.raises(UnknownRun):
        find_run_id(runs, folder.run_id[:5])


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  first   run ", "first run"), ("a\0b\x1b[31m", "ab[31m"), ("../../etc/passwd", "../../etc/passwd"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"), ("line\nbreak", "line break"),
        ("e\u0301", "é"), ("\u202eevil", "evil"), ("🚀 moon", "🚀 moon"), ("", ""),
    ],
)  # fmt: skip
def test_names_are_one_line_of_text(given, kept):
    assert clean_name(given) == kept


@pytest.mark.parametrize("name", ["x" * 81, "x" * 10_000, 5, None, b"x"])
def test_bad_names_start_nothing(runs, pole, name):
    with pytest.raises(ConfigError, match="name"):
        launch(runs, pole, name)
    assert not runs.exists()


def test_a_name_is_only_text(runs, pole):
    run_id = launch(runs, pole, "../../up", start=False)
    assert [row.name for row in list_runs(runs)] == ["../../up"]
    rename(runs, run_id, "![x](http://x)")
    assert RunView(runs, run_id).name == "![x](http://x)"
    assert sorted(path.name for path in runs.iterdir()) == [run_id, "registry.db"]
