"""What is written onto a video's frames: the update, the return so far, V(s), and what the policy is about to do."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont

# Large enough to be read ten metres away from a film that fills half of a projected picture.
WIDTH, MARGIN, LINE, SIZE = 226, 8, 25, 23
# The bars of a policy: how long, how far apart with names of which size; more than a few stand closer.
BAR, BARS, CLOSER, FEW = 68, (25, 23), (17, 13), 4
PANEL, TEXT, FAINT, BLUE, ORANGE = (16, 18, 24), (240, 240, 244), (196, 200, 208), (86, 180, 233), (230, 159, 0)
OPACITY = 0.78
LOWEST, MOST_COVERED = 240, 0.3
NO_BOUND, REACH = 1e6, 3.0
NO_PICTURE = "This environment draws no picture."


class Moment(NamedTuple):
    """One frame's numbers. ``policy`` is the action probabilities, or the pair (mean, std) for continuous actions."""

    step: int
    ret: float
    value: float
    policy: np.ndarray | tuple[np.ndarray, np.ndarray]
    action: int


class Overlay:
    """Draws onto the frames of one episode; the panel lies at the upper left, or beside a small one."""

    def __init__(self, title: str, action_names: tuple[str, ...], bounds: tuple[np.ndarray, np.ndarray] | None):
        self.title, self.bounds = title, bounds
        self.names = tuple(name.replace("−", "-") for name in action_names)  # the font has no minus sign
        self.apart, size = BARS if len(action_names) <= FEW else CLOSER
        self.font, self.small = ImageFont.load_default(size=SIZE), ImageFont.load_default(size=size)
        self.height = MARGIN + 4 * LINE + 4 + len(action_names) * self.apart

    def draw(self, frame: np.ndarray | None, moment: Moment) -> np.ndarray:
        """The frame ``(H, W, 3)`` uint8 with the panel on it, cut to even sides as the video format needs.

        A frame lower than 240 pixels is enlarged by a whole number; None stands for an environment without pictures.
        """
        frame = self._place(self._blank() if frame is None else frame)
        frame = frame[: frame.shape[0] // 2 * 2, : frame.shape[1] // 2 * 2].copy()
        height, width = min(self.height, frame.shape[0]), min(WIDTH, frame.shape[1])
        below = frame[:height, :width].astype(np.float32)
        panel = Image.fromarray((below * (1 - OPACITY) + np.array(PANEL, np.float32) * OPACITY).astype(np.uint8))
        self._write(ImageDraw.Draw(panel), moment)
        frame[:height, :width] = np.asarray(panel)
        return frame

    def _blank(self) -> np.ndarray:
        picture = Image.new("RGB", (2 * WIDTH, LOWEST), PANEL)
        ImageDraw.Draw(picture).text((WIDTH, LOWEST - 2 * MARGIN), NO_PICTURE, FAINT, self.small, anchor="mm")
        return np.asarray(picture)

    def _place(self, frame: np.ndarray) -> np.ndarray:
        """The frame as large as it needs to be, with room at its left where the panel would cover too much of it."""
        larger = -(-LOWEST // frame.shape[0])
        frame = frame.repeat(larger, 0).repeat(larger, 1)
        height, width = frame.shape[:2]
        if self.height <= height and self.height * WIDTH <= MOST_COVERED * height * width:
            return frame
        stage = np.empty((max(height, self.height), WIDTH + width, 3), np.uint8)
        stage[:] = PANEL
        stage[:height, WIDTH:] = frame
        return stage

    def _write(self, draw: ImageDraw.ImageDraw, moment: Moment) -> None:
        lines = (self.title, f"return {moment.ret:.1f}", f"V(s) {moment.value:.1f}", f"step {moment.step}")
        for row, line in enumerate(lines):
            name, _, number = line.partition(" ") if row else (line, "", "")
            middle = MARGIN + row * LINE + LINE / 2 - 3
            draw.text((MARGIN, middle), name, TEXT if row == 0 else FAINT, self.font, anchor="lm")
            draw.text((WIDTH - MARGIN, middle), number, TEXT, self.font, anchor="rm")
        for index, name in enumerate(self.names):
            self._bar(draw, MARGIN + 4 * LINE + index * self.apart, name, index, moment)

    def _bar(self, draw: ImageDraw.ImageDraw, top: int, name: str, index: int, moment: Moment) -> None:
        left, right, low_edge = WIDTH - MARGIN - BAR, WIDTH - MARGIN, top + self.apart - 5
        shown = self._fitting(name, left - 2 * MARGIN)
        draw.text((MARGIN, (top + low_edge) / 2), shown, FAINT, self.small, anchor="lm")
        draw.rectangle((left, top, right, low_edge), outline=(120, 124, 134))
        if not isinstance(moment.policy, tuple):
            chosen = index == moment.action
            end = left + 1 + round(float(moment.policy[index]) * (BAR - 2))
            draw.rectangle((left + 1, top + 1, end, low_edge - 1), fill=ORANGE if chosen else BLUE)
            return
        low, high = self._span(index)
        mean, deviation = float(moment.policy[0][index]), float(moment.policy[1][index])

        def place(value: float) -> int:
            return left + 1 + round((min(max(value, low), high) - low) / (high - low) * (BAR - 2))

        draw.rectangle((place(mean - deviation), top + 3, place(mean + deviation), low_edge - 3), fill=BLUE)
        draw.rectangle((place(mean) - 1, top + 1, place(mean) + 1, low_edge - 1), fill=ORANGE)

    def _fitting(self, name: str, room: int) -> str:
        """The name, or as much of it as has room beside its bar."""
        if self.small.getlength(name) <= room:
            return name
        while name and self.small.getlength(name + ".") > room:
            name = name[:-1]
        return name + "."

    def _span(self, index: int) -> tuple[float, float]:
        """From where to where the bar of a number reaches: its bounds, or ±3 where there are none worth the name."""
        assert self.bounds is not None
        low, high = float(self.bounds[0][index]), float(self.bounds[1][index])
        low = low if abs(low) < NO_BOUND else min(-REACH, high - REACH)
        high = high if abs(high) < NO_BOUND else max(REACH, low + REACH)
        return low, high if high > low else low + 1.0
