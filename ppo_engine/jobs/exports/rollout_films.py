"""One rollout, or up to four side by side in step from one start, frame by frame with their numbers on the picture."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import numpy as np  # noqa: E402  (the video driver is chosen before anything can import pygame)
from PIL import Image, ImageDraw, ImageFont  # noqa: E402

from ppo_engine.jobs.exports.formats import CannotExport, Tell  # noqa: E402
from ppo_engine.jobs.film_orders import Moment as Named  # noqa: E402
from ppo_engine.jobs.folders import RunFolder  # noqa: E402
from ppo_engine.jobs.ghosts import Flight  # noqa: E402
from ppo_engine.jobs.groups import check_group  # noqa: E402
from ppo_engine.jobs.movies import movie, unfinished  # noqa: E402
from ppo_engine.jobs.overlay import Moment, Overlay  # noqa: E402
from ppo_engine.jobs.peek import glance  # noqa: E402
from ppo_engine.jobs.pictures import picture_of  # noqa: E402
from ppo_engine.knobs import ConfigError  # noqa: E402
from ppo_engine.objectives import OBJECTIVES  # noqa: E402

MOST_FRAMES = 750  # half a minute of a lander
HELD = 1.5  # seconds for which the last frame stands
HEAD, GAP, LARGEST = 36, 4, 20
PAPER, TEXT, FAINT = (16, 18, 24), (240, 240, 244), (170, 174, 184)
LETTERS = "ABCD"
# The objectives' own colours, as everywhere; TRPO's is that of the text.
COLOURS = {
    "ppo_clip": (0, 114, 178), "surrogate": (213, 94, 0), "ppo_kl": (204, 121, 167), "ppo_kl_adaptive": (0, 158, 115),
    "policy_gradient": (230, 159, 0), "reinforce": (230, 159, 0),
}  # fmt: skip


class Side(NamedTuple):
    """One of the policies that are filmed: its flight, what writes its numbers, and what stands above it."""

    flight: Flight
    overlay: Overlay
    title: str
    colour: tuple[int, int, int]


def film(folders: Sequence[RunFolder], path: Path, update: int | None, tell: Tell, quality: int) -> float:
    """Write the film of these runs' policies after ``update`` (None: the newest) to ``path``; frames a second.

    ``quality`` is x264's constant rate factor: less is better. Raises CannotExport for runs that cannot be filmed, or
    not side by side, and OSError.
    """
    try:
        check_group(folders[0].runs, [folder.run_id for folder in folders])
        sides = _sides(folders, update)
    except (ConfigError, LookupError) as error:
        raise CannotExport(str(error)) from error
    try:
        fps = sides[0].flight.info.fps / sides[0].flight.stride
        with movie(path, fps, quality) as reel:
            for frame, share in frames(sides, round(HELD * fps)):
                reel.append_data(frame)
                tell(share)
        os.replace(unfinished(path), path)
        return fps
    finally:
        unfinished(path).unlink(missing_ok=True)
        for side in sides:
            side.flight.env.close()


def _sides(folders: Sequence[RunFolder], update: int | None) -> list[Side]:
    sides = []
    for letter, folder in zip(LETTERS, folders, strict=False):
        newest = glance(folder.database).update
        if update is not None and not 0 <= update <= newest:
            raise ConfigError("update", update, f"between 0 and {newest}, the newest of run {folder.run_id}")
        flight = Flight(folder.runs, Named(folder.run_id, newest if update is None else update, ""))
        config, space = flight.policy.config, flight.env.action_space
        bounds = None if flight.info.discrete else (space.low, space.high)  # type: ignore[attr-defined]
        overlay = Overlay(f"update {flight.update}", flight.info.action_names, bounds)
        title = f"{OBJECTIVES[config.objective].title} · seed {config.seed}"
        title = f"{letter}  {title}" if len(folders) > 1 else f"{config.env_id} · {title}"
        sides.append(Side(flight, overlay, title, COLOURS.get(config.objective, TEXT)))
    return sides


def frames(sides: Sequence[Side], held: int) -> Iterator[tuple[np.ndarray, float]]:
    """The film's frames ``(H, W, 3)`` uint8, each with the share that is done.

    All sides start from the same state and have made as many steps at every frame; whoever's episode is over holds its
    last picture, and at the end everybody does for ``held`` more frames.
    """
    longest = max(side.flight.whole()["length"] for side in sides)
    count = min(MOST_FRAMES, -(-longest // sides[0].flight.stride) + 1) + held
    shown = [picture(side) for side in sides]
    for number in range(count):
        yield beside(shown), (number + 1) / count
        for at, side in enumerate(sides):
            if not side.flight.done and number + 1 < count - held:
                side.flight.advance()
                shown[at] = picture(side)


def picture(side: Side) -> np.ndarray:
    """One side now: its heading, and under it the environment's picture with the numbers."""
    flight = side.flight
    action = flight.policy.act(flight.observation, deterministic=True)
    chosen = int(action) if side.overlay.bounds is None and np.ndim(action) == 0 and not flight.done else -1
    seen, policy = flight.observation, flight.policy
    now = Moment(flight.length, flight.ret, policy.value(seen), policy.distribution(seen), chosen)
    below = side.overlay.draw(picture_of(flight.env), now)
    head = Image.new("RGB", (below.shape[1], HEAD), PAPER)
    draw, over = ImageDraw.Draw(head), f"over after {flight.length} steps"
    font = _as_large_as_fits(f"{side.title}   {over}", below.shape[1] - 24)
    draw.rectangle((0, 0, 5, HEAD), fill=side.colour)
    draw.text((14, HEAD / 2), side.title, TEXT, font, anchor="lm")
    if flight.done:
        draw.text((below.shape[1] - 8, HEAD / 2), over, FAINT, font, anchor="rm")
    return np.vstack([np.asarray(head), below])


def _as_large_as_fits(line: str, room: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    for size in range(LARGEST, 12, -1):
        font = ImageFont.load_default(size=size)
        if font.getlength(line) <= room:
            break
    return font


def beside(shown: Sequence[np.ndarray]) -> np.ndarray:
    """Pictures of one size as one: two in a row, three or four in two rows; its sides are even."""
    if len(shown) == 1:
        return shown[0]
    rows = [list(shown[at : at + 2]) for at in range(0, len(shown), 2)]
    height, width = shown[0].shape[:2]
    stage = np.empty((len(rows) * (height + GAP) - GAP, 2 * width + GAP, 3), np.uint8)
    stage[:] = PAPER
    for down, row in enumerate(rows):
        for across, one in enumerate(row):
            top, left = down * (height + GAP), across * (width + GAP)
            stage[top : top + height, left : left + width] = one
    return stage
