"""A run that goes on no more is looked at until the film of its last policy is there; a lost one is asked for."""

from __future__ import annotations

import time

import pytest

from pages.shared import last_film
from pages.shared.feed import SELDOM, Feed
from ppo_engine.jobs import control
from ppo_engine.jobs.life import Life
from ppo_engine.jobs.videos import Video, register_video, video_path
from ppo_engine.presets import build_config


@pytest.fixture
def asked(monkeypatch):
    """The films that were asked for; no process comes of it."""
    found = []
    monkeypatch.setattr(last_film, "request_video", lambda runs, run_id, update: found.append((run_id, update)))
    return found


@pytest.fixture
def waiting(runs):
    """A short run that has been written and waits before its first update."""
    return control.launch(runs, build_config("CartPole-v1", "quick", seed=1, total_timesteps=512), start=False)


def train(feed):
    feed.view.registry.change(feed.run_id, desired="run")
    assert Life(feed.view.folder).run() == 0


def look(feed):
    for _ in range(SELDOM):
        feed.refresh()


def filmed(feed, update):
    path = video_path(feed.view.folder, update)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"film")
    register_video(Video(update, path, 9.0, 9))
    look(feed)


def test_a_run_seen_to_its_end_is_looked_at_until_its_last_film(waiting, asked, monkeypatch):
    feed = Feed(waiting)
    look(feed)
    assert feed.live and not last_film.awaited(feed)
    train(feed)
    look(feed)
    assert feed.status.name == "finished" and feed.last_update == 2
    filmed(feed, 1)
    assert last_film.awaited(feed) and not asked  # the supervisor films what it saw end
    filmed(feed, 2)
    assert not last_film.awaited(feed)
    feed.films.pop()
    now = time.monotonic()
    monkeypatch.setattr(last_film.time, "monotonic", lambda: now + last_film.ASK_AFTER + 1)
    assert last_film.awaited(feed) and last_film.awaited(feed) and asked == [(waiting, 2)]
    monkeypatch.setattr(last_film.time, "monotonic", lambda: now + last_film.PATIENCE + 1)
    assert not last_film.awaited(feed)


def test_the_film_of_a_run_that_ended_unseen_is_asked_for_once(waiting, asked):
    train(Feed(waiting))
    feed = Feed(waiting)
    look(feed)
    assert last_film.awaited(feed) and last_film.awaited(feed) and asked == [(waiting, 2)]


def test_a_run_without_an_update_has_no_film_to_wait_for(waiting, asked, runs):
    control.stop(runs, waiting)
    feed = Feed(waiting)
    look(feed)
    assert feed.status.name == "stopped" and not last_film.awaited(feed) and not asked
