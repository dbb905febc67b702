"""A run that was exported as a zip, deleted and imported again is the same run, and goes on to the same end."""

from __future__ import annotations

import json
import sqlite3
import zipfile

import pytest

from ppo_engine.jobs import control
from ppo_engine.jobs.checkpoints import read_checkpoint
from ppo_engine.jobs.evaluations import entry, publish, read_evaluations
from ppo_engine.jobs.exports.unpacking import CannotImport
from ppo_engine.jobs.exports.writing import export
from ppo_engine.jobs.folders import RunFolder
from ppo_engine.jobs.importing import import_apart, import_run
from ppo_engine.jobs.life import Life
from ppo_engine.jobs.registry import Registry
from ppo_engine.jobs.videos import Video, register_video, video_path
from ppo_engine.jobs.view import RunView, list_runs
from tests.jobs.expected import unbroken_sha256

TABLES = ("meta", "events", "updates", "episodes", "snapshots")


def rows(folder):
    """Every row of every table, and every other file's bytes."""
    with sqlite3.connect(folder.database) as database:
        found = {table: database.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in TABLES}
    database.close()
    kept = [folder.config, folder.checkpoint, folder.evaluations, *folder.branches.iterdir(), *folder.videos.iterdir()]
    return found, {path.relative_to(folder.path): path.read_bytes() for path in kept}


@pytest.fixture
def ended(written):
    """A finished run with a video, an evaluation and a name."""
    folder = written()
    Life(folder).run()
    control.rename(folder.runs, folder.run_id, "the <b>lander</b>")
    path = video_path(folder, 20)
    path.write_bytes(b"\0\0\0\x18ftypisom" + bytes(100))
    register_video(Video(20, path, float("nan"), 9))
    result = {"mean": 1.5, "std": 0.5, "n": 2, "ci95": [1.0, 2.0], "share_solved": float("nan"), "threshold": None}
    publish(folder, entry(20, result, result))
    return folder


def test_exported_deleted_and_imported_it_is_the_same_run(ended, runs, tmp_path):
    before, row = rows(ended), list_runs(runs)[0]
    export([ended], "zip", tmp_path / "run.zip")
    control.delete(runs, ended.run_id)
    found = import_run(runs, tmp_path / "run.zip")
    assert found.run_id == found.original == ended.run_id
    assert rows(ended) == before
    again = list_runs(runs)[0]
    assert again._replace(rev=row.rev, state_sentence="") == row._replace(state_sentence="")
    assert RunView(runs, ended.run_id).videos()[0].length == 9 and len(read_evaluations(ended)) == 1
    assert sorted(path.name for path in runs.iterdir()) == [".trash", ended.run_id, "registry.db"]
    # It can be deleted once more, although the one deleted before still lies in the trash, and be brought back.
    control.delete(runs, ended.run_id)
    assert not list_runs(runs)
    control.undo_delete(runs, ended.run_id)
    assert rows(ended) == before


def test_an_interrupted_run_goes_on_elsewhere_to_the_same_end(written, pole, tmp_path):
    folder = written(pole)
    control.set_knob(folder.runs, folder.run_id, clip_range=0.1)
    Life(folder, on_report=lambda report: report.update == 9 and control.stop(folder.runs, folder.run_id)).run()
    export([folder], "zip", tmp_path / "run.zip")
    elsewhere = tmp_path / "elsewhere"
    found = import_run(elsewhere, tmp_path / "run.zip")
    there = RunView(elsewhere, found.run_id)
    assert there.state == "stopped" and there.progress().update == 9
    assert Registry(elsewhere).wish(found.run_id, {"gamma": 0.9}) > max(event.detail.get("wish", 0)
                                                                        for event in there.events_since(0))  # fmt: skip
    Registry(elsewhere).command(found.run_id, "run")
    Life(there.folder).run()
    end = there.events_since(0)[-1]
    assert end.kind == "finished" and there.applied_knobs()["gamma"] == (0.9, 10)
    assert end.detail["parameters_sha256"] == unbroken_sha256(pole, u1={"clip_range": 0.1}, u10={"gamma": 0.9})


def test_where_its_id_is_taken_it_gets_another(ended, runs, tmp_path):
    export([ended], "zip", tmp_path / "run.zip")
    found = import_apart(runs, tmp_path / "run.zip")
    assert found.original == ended.run_id != found.run_id and ended.run_id in found.sentence
    assert rows(RunFolder(runs, found.run_id)) == rows(ended)
    assert [row.name for row in list_runs(runs)] == ["the <b>lander</b>"] * 2


def test_a_run_that_never_began_and_one_that_goes_on_can_be_exported(written, pole, tmp_path):
    waiting = written(pole)
    export([waiting], "zip", tmp_path / "waiting.zip")
    assert RunView(tmp_path / "a", import_run(tmp_path / "a", tmp_path / "waiting.zip").run_id).progress().update == 0
    going = written(pole)
    Life(going, on_report=lambda report: report.update == 7 and export([going], "zip", tmp_path / "going.zip")).run()
    found = RunView(tmp_path / "b", import_run(tmp_path / "b", tmp_path / "going.zip").run_id)
    assert found.progress().update == 7
    checkpoint = found.folder.checkpoint
    assert not checkpoint.exists() or read_checkpoint(checkpoint).update <= 7
    Registry(found.folder.runs).command(found.run_id, "run")
    Life(found.folder).run()
    assert found.events_since(0)[-1].detail["parameters_sha256"] == unbroken_sha256(pole)


def test_the_page_hears_one_sentence_of_what_was_refused(runs, tmp_path):
    (tmp_path / "letter.zip").write_text("Dear Sir")
    with pytest.raises(CannotImport, match=r"^letter\.zip is not a zip of a run, or its end is missing\.$"):
        import_apart(runs, tmp_path / "letter.zip")
    assert not runs.exists()


def test_the_manifest_names_every_file(ended, tmp_path):
    export([ended], "zip", tmp_path / "run.zip")
    with zipfile.ZipFile(tmp_path / "run.zip") as packed:
        manifest = json.loads(packed.read("run.json"))
        assert set(manifest["files"]) == set(packed.namelist()) - {"run.json"}
    assert {"config.json", "run.db", "checkpoint.npz", "videos/00000020.mp4"} <= set(manifest["files"])
