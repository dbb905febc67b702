"""Films of several policies: ordered once, made whole, progress told, and blended so that the ghost shines through."""

from __future__ import annotations

import json
import os

import imageio
import numpy as np
import pytest

from ppo_engine.jobs import control
from ppo_engine.jobs.film_orders import (
    STALE,
    Moment,
    film,
    film_name,
    lapse,
    order_path,
    read_order,
    request_film,
    write_order,
)  # fmt: skip
from ppo_engine.jobs.filming import Filming
from ppo_engine.jobs.folders import UnknownRun
from ppo_engine.jobs.ghosts import Flight, behind, blend, label, render_film
from ppo_engine.jobs.registry import Registry
from ppo_engine.jobs.renderer import render_video
from ppo_engine.jobs.store import Batch, Store
from ppo_engine.trainer import Trainer


@pytest.fixture
def filmed(written, pole, monkeypatch):
    """A run that has kept the policies after update 0 and update 6; nobody starts a supervisor."""
    monkeypatch.setattr("ppo_engine.jobs.film_orders.ensure_supervisor", lambda runs: None)
    folder = written()
    store = Store(folder)
    with Trainer(pole) as trainer:
        store.commit(Batch(snapshot=trainer.snapshot()))
        for _ in range(6):
            trainer.update()
        store.commit(Batch(snapshot=trainer.snapshot(), snapshot_update=6))
    store.close()
    return folder


def pair(folder):
    return [Moment(folder.run_id, 6, "Clipped"), Moment(folder.run_id, 0, "first")]


def test_a_ghost_film_from_order_to_video(filmed):
    runs, moments = filmed.runs, pair(filmed)
    assert film(runs, "ghost", moments).state == "none"
    request_film(runs, "ghost", moments)
    request_film(runs, "ghost", moments)
    assert film(runs, "ghost", moments).state == "asked"
    assert Registry(runs).take_video_wishes() == [(filmed.run_id, film_name("ghost", moments))], "ordered once"
    render_film(filmed, film_name("ghost", moments))
    made = film(runs, "ghost", moments)
    assert made.state == "ready" and made.share == 1.0 and [m["update"] for m in made.shown] == [6, 0]
    singles = [render_video(filmed, update) for update in (6, 0)]
    assert [(float(m["ret"]), m["length"]) for m in made.shown] == [(v.ret, v.length) for v in singles], "same start"
    reader = imageio.get_reader(made.path)
    assert reader.count_frames() == max(v.length for v in singles) // 2 + 1
    assert reader.get_meta_data()["size"] == (600, 400) and reader.get_meta_data()["codec"] == "h264"
    request_film(runs, "ghost", moments)
    assert not Registry(runs).take_video_wishes(), "what is ready is not made again"


def test_a_time_lapse_is_made_of_one_piece_a_moment(filmed):
    runs, moments = filmed.runs, lapse(filmed.run_id, 6, pieces=3)
    assert [m.update for m in moments] == [0, 3, 6] and len(lapse(filmed.run_id, 2)) == 3
    request_film(runs, "lapse", moments)
    render_film(filmed, film_name("lapse", moments))
    made = film(runs, "lapse", moments)
    assert [m["update"] for m in made.shown] == [0, 0, 6], "the nearest policy kept before the moment"
    frames = sum(min(60, m["length"] // 2 + 1) for m in made.shown)
    assert imageio.get_reader(made.path).count_frames() == frames


def test_the_renderer_serves_films_in_turn_with_videos(filmed, monkeypatch):
    request_film(filmed.runs, "ghost", pair(filmed))
    filming = Filming(filmed.runs)
    filming.running([])
    written = []

    class Renderer:
        stdin = type("In", (), {"write": staticmethod(written.append), "flush": staticmethod(lambda: None)})()
        stdout = type("Out", (), {"fileno": staticmethod(lambda: 0), "read": staticmethod(lambda: b"")})()
        poll = staticmethod(lambda: None)

    monkeypatch.setattr("ppo_engine.jobs.filming.start_detached", lambda *a, **k: Renderer())
    monkeypatch.setattr(os, "set_blocking", lambda *a: None)
    assert filming.look()
    assert written == [f"{film_name('ghost', pair(filmed))} {filmed.path.absolute()}\n".encode()]


def test_what_went_wrong_is_one_sentence_and_can_be_asked_again(filmed, pole):
    runs = filmed.runs
    empty = control.launch(runs, pole, start=False)
    moments = [Moment(filmed.run_id, 6, "Clipped"), Moment(empty, 0, "none")]
    request_film(runs, "ghost", moments)
    with pytest.raises(LookupError):
        render_film(filmed, film_name("ghost", moments))
    failed = film(runs, "ghost", moments)
    assert failed.state == "failed" and failed.error == (
        f"It could not be filmed: run {empty} has kept no parameters yet"
    )
    request_film(runs, "ghost", moments)
    assert film(runs, "ghost", moments).state == "asked"
    path = order_path(filmed, film_name("ghost", moments))
    os.utime(path, (0, path.stat().st_mtime - STALE - 1))
    assert film(runs, "ghost", moments).error == "It was not finished; ask for it again."
    with pytest.raises(UnknownRun):
        request_film(runs, "ghost", [Moment("0" * 26, 1, "gone")])
    write_order(path, {"kind": "ghost", "moments": "?", "state": "ready"})
    assert read_order(path) is None and film(runs, "ghost", moments).state == "none"
    path.write_text(json.dumps({"kind": "other"}))
    assert read_order(path) is None


def test_the_ghost_shines_through_and_the_solid_one_covers_it():
    background = np.full((4, 6, 3), 255, np.uint8)
    solid, ghost = background.copy(), background.copy()
    solid[0, 0], ghost[0, 1], ghost[0, 0] = 0, 0, 100
    mixed = blend(solid, ghost, background, share=0.4)
    assert mixed[0, 0].tolist() == [0, 0, 0], "where both are, the solid one is seen"
    assert mixed[0, 1].tolist() == [153, 153, 153], "0.6 · 255 + 0.4 · 0"
    assert (mixed[1:] == 255).all()
    assert blend(solid, ghost, None, share=0.5)[0, 1].tolist() == [127, 127, 127]
    moved = np.zeros_like(background)
    assert blend(moved, ghost, background, share=0.5)[3, 3].tolist() == [127] * 3, "the camera moved: plain mixture"


def test_the_background_is_found_without_the_agents(filmed):
    flights = [Flight(filmed.runs, moment) for moment in pair(filmed)]
    lengths = [flight.whole()["length"] for flight in flights]
    found = behind(flights, lengths)
    first = flights[0].frame()
    assert found.shape == first.shape and [flight.length for flight in flights] == [0, 0]
    assert (found[:150] == 255).mean() > 0.95, "the sky over a pole is white"
    assert (label(first, ["A", "B"])[:40].mean() < 130) and (label(first, ["A"])[60:] == first[60:]).all()
    for flight in flights:
        flight.env.close()
