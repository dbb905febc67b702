"""csv, parquet and TensorBoard: every row reads back with the numbers that the run has kept, NaN included."""

from __future__ import annotations

import csv
import json
import zipfile

import numpy as np
import pyarrow.parquet
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from ppo_engine.jobs import control
from ppo_engine.jobs.exports.formats import CannotExport
from ppo_engine.jobs.exports.rows import HEAD
from ppo_engine.jobs.exports.writing import export
from ppo_engine.jobs.life import Life
from ppo_engine.jobs.view import RunView
from ppo_engine.report import REPORT_KEYS


@pytest.fixture
def moved(written, runs, pole):
    """A run whose ε was moved before its first update, with rollouts too short for an episode to end in the first."""
    folder = written(pole.with_(n_steps=4, batch_size=16, total_timesteps=640))
    control.set_knob(runs, folder.run_id, clip_range=0.1)
    Life(folder).run()
    return folder


def kept(folder):
    return RunView(folder.runs, folder.run_id).updates_since(0)[1]


def test_csv_has_every_row_bit_for_bit_and_what_was_moved(moved, written, tmp_path):
    other = written()
    Life(other).run()
    target = tmp_path / "both.csv"
    assert export([moved, other], "csv", target) == [target]
    with open(target, encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert tuple(head) == HEAD and len(rows) == len(kept(moved)) + len(kept(other))
    numbers = np.array([[float(value) for value in row[4:-1]] for row in rows])
    expected = np.concatenate([kept(moved), kept(other)])
    assert np.array_equal(numbers, expected, equal_nan=True)
    assert np.isnan(expected[0]).any(), "no NaN in the first row: the test has lost its point"
    assert json.loads(rows[0][-1]) == {"clip_range": 0.1} and not any(row[-1] for row in rows[1:])
    assert [row[0] for row in rows] == [moved.run_id] * len(kept(moved)) + [other.run_id] * len(kept(other))


def test_parquet_is_typed_and_keeps_nan(moved, tmp_path):
    export([moved], "parquet", tmp_path / "run.parquet")
    table = pyarrow.parquet.read_table(tmp_path / "run.parquet")
    assert table.column_names == list(HEAD) and str(table.schema.field("timesteps").type) == "int64"
    columns = [table.column(name).to_numpy() for name in REPORT_KEYS]
    assert np.array_equal(np.column_stack(columns), kept(moved), equal_nan=True)
    assert table.column("ep_rew_mean").null_count == 0
    about = json.loads(table.schema.metadata[b"ppo_playground"])
    assert about["configs"][moved.run_id]["n_steps"] == 4


def test_tensorboard_reads_the_event_files(moved, tmp_path):
    export([moved], "tensorboard", tmp_path / "events")
    read = EventAccumulator(str(tmp_path / "events"))
    read.Reload()
    rows = kept(moved)
    for tag, key in (("rollout/ep_rew_mean", "ep_rew_mean"), ("train/approx_kl", "approx_kl"),
                     ("train/clip_fraction", "clip_fraction"), ("time/fps", "fps"),
                     ("train/explained_variance", "explained_variance"), ("train/kl", "kl")):  # fmt: skip
        column = rows[:, REPORT_KEYS.index(key)]
        shown = ~np.isnan(column) if tag.startswith("rollout") else np.ones(len(column), bool)
        found = read.Scalars(tag)
        assert [event.step for event in found] == rows[shown, REPORT_KEYS.index("timesteps")].tolist(), tag
        assert np.allclose([event.value for event in found], column[shown], equal_nan=True), tag
    losses = [event.value for event in read.Scalars("train/entropy_loss")]
    assert np.allclose(losses, -rows[:, REPORT_KEYS.index("entropy")])
    first = read.Histograms("train/log_ratio")[0].histogram_value
    assert first.num == RunView(moved.runs, moved.run_id).histogram(1).sum()


def test_several_runs_get_a_folder_each_and_a_zip_holds_them(moved, written, tmp_path):
    other = written()
    Life(other).run()
    export([moved, other], "tensorboard", tmp_path / "events.zip")
    names = zipfile.ZipFile(tmp_path / "events.zip").namelist()
    assert sorted(name.split("/")[0] for name in names) == sorted([moved.run_id, other.run_id])


def test_what_cannot_be_written_is_one_sentence_and_leaves_the_place_as_it_was(moved, written, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    for folders, name, target, update in (
        ([moved], "pdf", tmp_path / "a.pdf", None),
        ([moved], "csv", tmp_path / "no" / "a.csv", None),
        ([moved], "tensorboard", tmp_path / "full", None),
        ([moved], "csv", tmp_path / "a.csv", 3),
        ([moved, moved], "zip", tmp_path / "a.zip", None),
        ([], "csv", tmp_path / "a.csv", None),
    ):
        with pytest.raises(CannotExport) as refused:
            export(folders, name, target, update)
        assert str(refused.value).endswith(".") and "\n" not in str(refused.value)
    damaged = written()
    damaged.config.write_text("{")
    with pytest.raises(CannotExport):
        export([damaged], "csv", tmp_path / "a.csv")
    found = [path for path in sorted(tmp_path.rglob("*")) if damaged.path not in (path, *path.parents)]
    assert found == before
