"""The renderer: makes one video of a run's policy at low priority, never in the training process.

``python -m ppo_engine.jobs.renderer RUN_FOLDER [--update N]`` makes one; with ``--serve`` it reads lines
``UPDATE RUN_FOLDER`` (-1: the newest; a name: the film ordered under it) and answers each with its processor seconds
so far, until its input ends.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

os.environ["SDL_VIDEODRIVER"] = "dummy"

import numpy as np  # noqa: E402  (the video driver is chosen before anything can import pygame)

from ppo_engine.envs import describe  # noqa: E402
from ppo_engine.jobs.folders import RunFolder  # noqa: E402
from ppo_engine.jobs.ghosts import render_film  # noqa: E402
from ppo_engine.jobs.movies import MOST_FRAMES, START_SEED, movie, stride, unfinished  # noqa: E402
from ppo_engine.jobs.overlay import Moment, Overlay  # noqa: E402
from ppo_engine.jobs.pictures import picture_of, with_pictures  # noqa: E402
from ppo_engine.jobs.priority import step_back  # noqa: E402
from ppo_engine.jobs.videos import Video, register_video, video_path  # noqa: E402
from ppo_engine.jobs.view import RunView  # noqa: E402
from ppo_engine.policy import Policy  # noqa: E402

NICE = 5


def render_video(folder: RunFolder, update: int | None = None) -> Video:
    """Play one episode with the most likely actions from the fixed start, and publish it as a video.

    Every 2nd step is a frame, or every one where a film would have fewer than 12 a second, and at most 250 are drawn;
    the return and length told are those of the whole episode. Raises LookupError while no parameters are kept and
    ValueError when the config cannot be read.
    """
    view = RunView(folder.runs, folder.run_id)
    moment = view.moment(update)
    if moment is None:
        raise LookupError(f"run {folder.run_id} has no parameters yet")
    number, snapshot = moment
    path = video_path(folder, number)
    config = view.config
    policy, info = Policy(config, snapshot), describe(config.env_id)
    env = with_pictures(config.env_id)
    try:
        bounds = None if info.discrete else (env.action_space.low, env.action_space.high)  # type: ignore[attr-defined]
        overlay = Overlay(f"update {number}", info.action_names, bounds)
        every = stride(info.fps)
        with movie(path, info.fps / every) as reel:
            ret, length = _play(env, policy, overlay, reel, every)
    finally:
        env.close()
    os.replace(unfinished(path), path)
    video = Video(number, path, ret, length)
    register_video(video)
    return video


def _play(env: Any, policy: Policy, overlay: Overlay, movie: Any, every: int) -> tuple[float, int]:
    observation, _ = env.reset(seed=START_SEED)
    ret, length, frames, done = 0.0, 0, 0, False
    while not done:
        action = policy.act(observation, deterministic=True)
        if length % every == 0 and frames < MOST_FRAMES:
            chosen = int(action) if overlay.bounds is None and np.ndim(action) == 0 else -1
            now = Moment(length, ret, policy.value(observation), policy.distribution(observation), chosen)
            movie.append_data(overlay.draw(picture_of(env), now))
            frames += 1
        if overlay.bounds is not None:
            action = np.clip(action, *overlay.bounds)
        observation, reward, terminated, truncated, _ = env.step(action)
        ret, length, done = ret + float(reward), length + 1, terminated or truncated
    if frames < MOST_FRAMES:
        last = Moment(length, ret, policy.value(observation), policy.distribution(observation), -1)
        movie.append_data(overlay.draw(picture_of(env), last))
    return ret, length


def _serve() -> int:
    for line in sys.stdin:
        what, _, path = line.strip().partition(" ")
        try:
            if what.lstrip("-").isdigit():
                render_video(RunFolder.at(path), None if int(what) < 0 else int(what))
            else:
                render_film(RunFolder.at(path), what)
        except Exception as error:  # a run may be deleted while it is filmed, and the next order must not suffer for it
            print(f"{path}: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
        print(sum(os.times()[:4]), flush=True)
    return 0


def main(arguments: list[str]) -> int:
    """Render as told on the command line; an exit status."""
    parser = argparse.ArgumentParser(prog="python -m ppo_engine.jobs.renderer")
    parser.add_argument("folder", nargs="?", help="the run's folder")
    parser.add_argument("--update", type=int, help="which moment to film (default: the newest)")
    parser.add_argument("--serve", action="store_true", help="read orders from standard input")
    chosen = parser.parse_args(arguments)
    step_back(NICE)
    np.seterr(all="ignore")
    if chosen.serve:
        return _serve()
    if not chosen.folder:
        parser.error("name a run's folder")
    video = render_video(RunFolder.at(chosen.folder), chosen.update)
    print(f"{video.path}: return {video.ret:.1f} in {video.length} steps")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
