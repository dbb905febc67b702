"""Films several policies from one start: a ghost beside a solid agent, or a time lapse of one run's updates."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ppo_engine.envs import describe
from ppo_engine.jobs.film_orders import Moment, order_path, read_order, write_order
from ppo_engine.jobs.folders import RunFolder
from ppo_engine.jobs.movies import MOST_FRAMES, START_SEED, movie, stride, unfinished
from ppo_engine.jobs.pictures import picture_of, with_pictures
from ppo_engine.jobs.view import RunView
from ppo_engine.policy import Policy

GHOST = 0.42  # how much of the ghost is seen
PIECE = 60  # frames of one moment in a time lapse
FAR = 30  # grey levels that tell an agent from what lies behind it
LOOKS = 9  # frames of each episode from which the background is guessed
MOVED = 0.3  # a larger share of a frame than this is no agent: the camera moves
SAY_EVERY = 10
PANEL, TEXT, FAINT = (16, 18, 24), (240, 240, 244), (170, 174, 184)


class Flight:
    """One policy's episode with its likeliest actions from the start that all films share."""

    def __init__(self, runs: Any, moment: Moment):
        view = RunView(runs, moment.run_id)
        found = view.moment(moment.update)
        if found is None:
            raise LookupError(f"run {moment.run_id} has kept no parameters yet")
        self.update, snapshot = found
        self.moment, self.info = moment, describe(view.config.env_id)
        self.policy = Policy(view.config, snapshot)
        self.stride = stride(self.info.fps)
        self.env = with_pictures(view.config.env_id)
        self.reset()

    def reset(self) -> None:
        """Back to the start."""
        self.observation, _ = self.env.reset(seed=START_SEED)
        self.ret, self.length, self.done = 0.0, 0, False

    def frame(self) -> np.ndarray:
        """The picture now, cut to even sides as the video format needs."""
        picture = picture_of(self.env)
        if picture is None:
            raise LookupError(f"{self.info.title} draws no picture")
        return picture[: picture.shape[0] // 2 * 2, : picture.shape[1] // 2 * 2]

    def advance(self, steps: int = 0) -> None:
        """So many steps (0: to the next frame), or fewer if the episode ends: then it stays as it is."""
        for _ in range(steps or self.stride):
            if self.done:
                return
            action = self.policy.act(self.observation, deterministic=True)
            if not self.info.discrete:
                action = np.clip(action, self.env.action_space.low, self.env.action_space.high)  # type: ignore
            self.observation, reward, terminated, truncated, _ = self.env.step(action)
            self.ret, self.length = self.ret + float(reward), self.length + 1
            self.done = bool(terminated or truncated)

    def whole(self) -> dict[str, Any]:
        """Plays the episode to its end without a picture: its return and length; then back to the start."""
        while not self.done:
            self.advance()
        told = {**self.moment._asdict(), "update": self.update, "ret": str(self.ret), "length": self.length}
        self.reset()
        return told


def blend(solid: np.ndarray, ghost: np.ndarray, background: np.ndarray | None, share: float = GHOST) -> np.ndarray:
    """Two frames ``(H, W, 3)`` uint8 as one: the ghost's agent shines through, the solid one covers it.

    What differs from ``background`` is agent. Without one, or where so much differs that the camera must have moved,
    both pictures are mixed as they are: share · ghost + (1 − share) · solid.
    """
    mixed = (1 - share) * solid.astype(np.float32) + share * ghost
    if background is None:
        return mixed.astype(np.uint8)
    of_solid, of_ghost = (_differs(frame, background) for frame in (solid, ghost))
    if max(of_solid.mean(), of_ghost.mean()) > MOVED:
        return mixed.astype(np.uint8)
    under = background.astype(np.float32)
    under[of_ghost] = (1 - share) * under[of_ghost] + share * ghost[of_ghost]
    under[of_solid] = solid[of_solid]
    return under.astype(np.uint8)


def _differs(frame: np.ndarray, background: np.ndarray) -> np.ndarray:
    return np.abs(frame.astype(np.int16) - background).max(axis=2) > FAR


def behind(flights: list[Flight], lengths: list[int]) -> np.ndarray:
    """What lies behind the agents: the median picture of some moments of all episodes; they are reset afterwards."""
    pictures = []
    for flight, length in zip(flights, lengths, strict=True):
        for _ in range(LOOKS):
            pictures.append(flight.frame())
            flight.advance(max(1, length // LOOKS))
        flight.reset()
    return np.median(np.stack(pictures), axis=0).astype(np.uint8)


def label(frame: np.ndarray, lines: list[str]) -> np.ndarray:
    """The frame with lines of text on a dark strip at its top; the second and later ones are fainter."""
    font = ImageFont.load_default(size=14)
    height = min(len(lines) * 19 + 8, frame.shape[0])
    strip = Image.fromarray((frame[:height] * 0.3 + np.array(PANEL) * 0.7).astype(np.uint8))
    draw = ImageDraw.Draw(strip)
    for row, line in enumerate(lines):
        draw.text((9, 4 + 19 * row), line, TEXT if row == 0 else FAINT, font)
    frame = frame.copy()
    frame[:height] = np.asarray(strip)
    return frame


def _ghost(flights: list[Flight], told: list[dict[str, Any]]) -> Iterator[tuple[np.ndarray, float]]:
    lengths = [found["length"] for found in told]
    background = behind(flights, lengths)
    frames = min(MOST_FRAMES, max(lengths) // flights[0].stride + 1)
    for index in range(frames):
        words = [
            f"{how}  {flight.moment.title}, update {flight.update}   return {flight.ret:.0f}"
            + (f", over after {flight.length} steps" if flight.done else "")
            for how, flight in zip(("solid", "ghost"), flights, strict=True)
        ]
        yield label(blend(flights[0].frame(), flights[1].frame(), background), words), (index + 1) / frames
        for flight in flights:
            flight.advance()


def _lapse(flights: list[Flight], told: list[dict[str, Any]]) -> Iterator[tuple[np.ndarray, float]]:
    pieces = [min(PIECE, found["length"] // flights[0].stride + 1) for found in told]
    drawn = 0
    for number, (flight, found, frames) in enumerate(zip(flights, told, pieces, strict=True)):
        ret = float(found["ret"])
        words = f"{number + 1} of {len(flights)}   update {flight.update}   whole episode's return {ret:.0f}"
        for _ in range(frames):
            drawn += 1
            yield label(flight.frame(), [words]), drawn / sum(pieces)
            flight.advance()


def render_film(folder: RunFolder, name: str) -> None:
    """Make the film that was ordered under ``name``, telling every few frames how far it is.

    Raises LookupError when there is no such order or no policy to film, ValueError when a config cannot be read.
    """
    path = order_path(folder, name)
    order = read_order(path)
    if order is None:
        raise LookupError(f"no film {name} was ordered")
    told = {**order, "moments": [moment._asdict() for moment in order["moments"]]}
    flights: list[Flight] = []
    try:
        flights = [Flight(folder.runs, moment) for moment in order["moments"]]
        shown = [flight.whole() for flight in flights]
        frames = {"ghost": _ghost, "lapse": _lapse}[order["kind"]](flights, shown)
        video = path.with_suffix(".mp4")
        with movie(video, flights[0].info.fps / flights[0].stride) as reel:
            for number, (frame, share) in enumerate(frames):
                reel.append_data(frame)
                if number % SAY_EVERY == 0:
                    write_order(path, {**told, "state": "filming", "share": share})
        os.replace(unfinished(video), video)
        write_order(path, {**told, "state": "ready", "share": 1.0, "shown": shown})
    except Exception as error:
        if path.parent.is_dir():
            write_order(path, {**told, "state": "failed", "error": f"It could not be filmed: {error}"})
        raise
    finally:
        for flight in flights:
            flight.env.close()
