"""run.db: what is written comes back, nothing shown is taken back, and a full disk loses nothing."""

from __future__ import annotations

import dataclasses
import math
import sqlite3

import numpy as np
import pytest

from ppo_engine.jobs.peek import reading
from ppo_engine.jobs.store import Batch, NotWritten, Store, outgrown
from ppo_engine.jobs.view import RunView
from ppo_engine.report import REPORT_KEYS, Episode, Report


def make_report(update: int, **values) -> Report:
    numbers = dict.fromkeys(REPORT_KEYS, float(update))
    numbers |= {"update": update, "timesteps": 128 * update}
    histogram = np.arange(2 * 62, dtype=np.int32).reshape(2, 62) + update
    sample = np.linspace(-1, 1, 30, dtype=np.float32).reshape(10, 3)
    return dataclasses.replace(Report(**numbers, histogram=histogram, sample=sample), **values)


def snapshot(update: int) -> dict[str, np.ndarray]:
    return {"parameters": np.full(7, update, np.float32), "obs_mean": np.zeros(3), "obs_var": np.ones(3)}


@pytest.fixture
def store(written):
    store = Store(written())
    yield store
    store.close()


@pytest.fixture
def view(store):
    return RunView(store.folder.runs, store.folder.run_id)


def test_nan_and_infinities_survive(store, view):
    report = make_report(1, ep_rew_mean=math.nan, grad_norm=math.inf, value_loss=-math.inf, kl=-0.0)
    store.commit(Batch(report, snapshot(1), 1))
    numbers, rows = view.updates_since(0)
    expected = np.array([list(report.scalars().values())])
    assert numbers == [1]
    assert rows.tobytes() == expected.tobytes()


def test_histogram_sample_and_parameters_come_back(store, view):
    store.commit(Batch(make_report(1), snapshot(1), 1))
    store.commit(Batch(make_report(2), snapshot(2), 2))
    np.testing.assert_array_equal(view.histogram(), make_report(2).histogram)
    np.testing.assert_array_equal(view.histogram(1), make_report(1).histogram)
    np.testing.assert_allclose(view.sample(1), make_report(1).sample, atol=1e-3)
    assert view.histogram(3) is None
    np.testing.assert_array_equal(view.snapshot(1)["parameters"], snapshot(1)["parameters"])
    assert view.snapshot()["parameters"][0] == 2


def test_what_an_objective_has_to_say_comes_back(store, view):
    store.commit(Batch(make_report(1, detail={"steps": [1, 2.5], "none": math.nan})))
    store.commit(Batch(make_report(2)))
    assert view.detail(1) == {"steps": [1, 2.5], "none": "nan"} and view.detail() == {}


def test_a_ratio_too_large_for_a_float16_is_kept_as_its_logarithm(store, view):
    sample = np.array([[11.5, 1.0, 0.0], [-90.0, -1.0, 0.5]], np.float32)
    store.commit(Batch(make_report(1, sample=sample)))
    np.testing.assert_allclose(view.sample(), sample, rtol=1e-3)


def test_what_was_shown_is_not_changed_by_a_recomputation(store, view):
    episode = Episode(1, 5, 2, 24, math.nan, 6)
    store.commit(Batch(make_report(1, fps=100.0, episodes=(episode,)), snapshot(1), 1))
    store.commit(Batch(make_report(1, fps=999.0, episodes=(episode,)), snapshot(1), 1))
    _, rows = view.updates_since(0)
    episodes = view.episodes_since(0)
    assert rows[0, REPORT_KEYS.index("fps")] == 100.0
    assert len(episodes.ret) == 1 and math.isnan(episodes.ret[0])


def test_only_new_rows_are_read(store, view):
    for update in range(1, 6):
        ended = (Episode(update, 0, 0, update, 1.0, 2),)
        store.commit(Batch(make_report(update, episodes=ended)))
    assert view.updates_since(3)[0] == [4, 5]
    assert view.updates_since(0, limit=2)[0] == [1, 2]
    first = view.episodes_since(0)
    assert len(view.episodes_since(int(first.rowid[2])).ret) == 2
    assert view.updates_since(5)[1].shape == (0, len(REPORT_KEYS))


def test_a_reader_cannot_write(store, view):
    store.commit(Batch(make_report(1)))
    with reading(store.folder.database) as connection, pytest.raises(sqlite3.OperationalError):
        connection.execute("DELETE FROM updates")


def test_a_reader_of_a_run_without_a_database_sees_nothing(written):
    folder = written()
    view = RunView(folder.runs, folder.run_id)
    assert view.updates_since(0)[0] == [] and view.events_since(0) == [] and len(view.episodes_since(0).ret) == 0
    assert view.snapshot() is None and view.histogram() is None and view.videos() == []
    assert not folder.database.exists()


def test_thinning_keeps_a_near_moment_of_every_age():
    kept: set[int] = set()
    for newest in range(5000):
        kept.add(newest)
        kept -= set(outgrown(newest))
    ordered = sorted(kept)
    assert ordered[0] == 0 and set(range(5000 - 64, 5000)) <= kept and len(kept) < 64 + 32 * 8
    for before, after in zip(ordered, ordered[1:], strict=False):
        assert after - before <= max(1, (4999 - before) / 32)


def test_a_full_disk_keeps_everything_in_memory_and_in_order(store, view):
    store.commit(Batch(make_report(1), snapshot(1), 1))
    whole = store._db.execute("PRAGMA page_count").fetchone()[0]
    store._db.execute(f"PRAGMA max_page_count={whole}")
    for update in range(2, 30):
        with pytest.raises(NotWritten, match="full"):
            store.commit(Batch(make_report(update), {"parameters": np.zeros(20_000)}, update))
    shown = view.updates_since(0)[0]
    assert shown == [1]
    store._db.execute("PRAGMA max_page_count=1000000")
    store.flush()
    assert view.updates_since(0)[0] == list(range(1, 30))
    assert store._db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_newer_schema_is_refused(store):
    store._db.execute("PRAGMA user_version=99")
    with pytest.raises(ValueError, match="schema 99"):
        Store(store.folder)
