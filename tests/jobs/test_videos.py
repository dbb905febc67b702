"""Videos: playable, of even size, published only when whole, made beside the training and not by it."""

from __future__ import annotations

import json
import subprocess
import sys

import imageio
import numpy as np
import pytest

from ppo_engine.config import TrainConfig
from ppo_engine.envs import ENVIRONMENTS, describe
from ppo_engine.jobs import control
from ppo_engine.jobs.overlay import BAR, MARGIN, WIDTH, Moment, Overlay
from ppo_engine.jobs.renderer import MOST_FRAMES, render_video
from ppo_engine.jobs.store import Batch, Store
from ppo_engine.jobs.videos import list_videos
from ppo_engine.jobs.view import RunView
from ppo_engine.trainer import Trainer
from tests.jobs.killing import wait_until

STAGE_WIDTH = 470


@pytest.mark.parametrize("env_id", ["CartPole-v1", "Pendulum-v1", "LunarLander-v3", "Acrobot-v1"])
def test_a_video_can_be_played_and_its_size_is_even(written, env_id):
    config = TrainConfig(env_id=env_id, n_envs=2, n_steps=16, batch_size=16)
    folder = written(config)
    store = Store(folder)
    with Trainer(config) as trainer:
        store.commit(Batch(snapshot=trainer.snapshot()))
    store.close()
    video = render_video(folder)
    assert list_videos(folder) == [video] == RunView(folder.runs, folder.run_id).videos()
    assert video.update == 0 and video.length > 0 and np.isfinite(video.ret)
    reader = imageio.get_reader(video.path)
    width, height = reader.get_meta_data()["size"]
    assert width % 2 == 0 and height % 2 == 0 and width >= 500
    assert reader.get_meta_data()["codec"] == "h264" and "yuv420p" in reader.get_meta_data()["pix_fmt"]
    assert reader.count_frames() == min(MOST_FRAMES, video.length // 2 + 1 + video.length % 2)
    data = video.path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat"), "a browser must be able to begin before the end has come"
    assert not list(folder.videos.glob("*tmp*"))


def test_the_same_policy_gives_the_same_episode(written, pole):
    folder = written()
    with Trainer(pole) as trainer:
        store = Store(folder)
        store.commit(Batch(snapshot=trainer.snapshot()))
        store.close()
    assert render_video(folder) == render_video(folder, 0)


def test_a_video_without_its_file_or_with_a_damaged_note_is_not_listed(written):
    folder = written()
    (folder.videos / "00000001.mp4").write_bytes(b"x")
    (folder.videos / "00000002.json").write_text(json.dumps({"update": 2, "ret": "1.0", "length": 3}))
    (folder.videos / "00000003.json").write_text("{")
    (folder.videos / "00000003.mp4").write_bytes(b"x")
    assert list_videos(folder) == []


def test_frames_of_odd_size_are_cut_to_even_and_keep_the_rest(written):
    frame = np.full((401, 601, 3), 200, np.uint8)
    overlay = Overlay("update 3", ("left", "right"), None)
    drawn = overlay.draw(frame, Moment(4, 1.0, -2.0, np.array([0.25, 0.75]), 1))
    assert drawn.shape == (400, 600, 3) and (drawn[200:, 300:] == 200).all() and (drawn[:40, :40] < 120).any()
    bounds = np.array([-1.0, -1.0]), np.array([1.0, 1.0])
    wild = (np.array([np.nan_to_num(np.inf), -5.0]), np.array([1e9, 0.0]))
    assert Overlay("update 3", ("a", "b"), bounds).draw(frame, Moment(4, np.nan, np.inf, wild, -1)).shape == drawn.shape


@pytest.mark.parametrize("env_id", ENVIRONMENTS)
def test_the_numbers_on_a_film_can_be_read_from_the_back_of_a_room(env_id):
    info = describe(env_id)
    names = info.action_names
    overlay = Overlay("update 147", names, None)
    # On the stage at 1280x720 a film is STAGE_WIDTH wide; 18 px there is what ten metres need.
    assert overlay.font.size * STAGE_WIDTH / 600 >= 18
    whole = Moment(1000, -1234.5, -123.4, np.full(len(names), 1 / len(names)), 0)
    clear = overlay.draw(np.zeros((400, 600, 3), np.uint8), whole)
    assert clear.shape == (400, 600, 3), "the panel lies on the picture"
    for name in overlay.names:
        assert "−" not in name and overlay._fitting(name, WIDTH - BAR - 3 * MARGIN) == name, "no name is cut"
    assert overlay.height * WIDTH < 0.25 * 400 * 600, "most of the picture stays free"


def test_there_is_nothing_to_film_before_the_first_parameters(written):
    with pytest.raises(LookupError):
        render_video(written())


def test_a_running_run_is_filmed_and_a_wish_is_granted(runs, lander):
    run_id = control.launch(runs, lander)
    view = RunView(runs, run_id)
    wait_until(lambda: view.videos())
    wait_until(lambda: view.state == "finished")
    wait_until(lambda: view.videos()[-1].update == view.progress().update)
    control.request_video(runs, run_id, 10)
    wait_until(lambda: 10 in [video.update for video in view.videos()])
    log = runs / "renderer.log"
    assert not log.exists() or log.read_text() == ""


def test_the_renderer_as_a_command(written):
    folder = written()
    with Trainer(RunView(folder.runs, folder.run_id).config) as trainer:
        store = Store(folder)
        store.commit(Batch(snapshot=trainer.snapshot()))
        store.close()
    command = [sys.executable, "-m", "ppo_engine.jobs.renderer", str(folder.path), "--update", "0"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "00000000.mp4: return" in done.stdout
