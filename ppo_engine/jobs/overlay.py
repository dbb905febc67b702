"""What is written onto a video's frames: the update, the return so far, V(s), and what the policy is about to do."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont

WIDTH, MARGIN, LINE, BAR = 186, 8, 17, 74
PANEL, TEXT, FAINT, BLUE, ORANGE = (16, 18, 24), (240, 240, 244), (150, 154, 164), (86, 180, 233), (230, 159, 0)
OPACITY = 0.72
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
        self.title, self.names, self.bounds = title, action_names, bounds
        self.font = ImageFont.load_default(size=13)
        self.small = ImageFont.load_default(size=11)
        self.height = 2 * MARGIN + LINE * (4 + len(action_names)) - 2

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
        lines = (self.title, f"return {moment.ret:9.1f}", f"V(s)   {moment.value:9.1f}", f"step   {moment.step:9d}")
        for row, line in enumerate(lines):
            name, _, number = line.partition(" ") if row else (line, "", "")
            top = MARGIN + row * LINE - 3
            draw.text((MARGIN, top), name, TEXT if row == 0 else FAINT, self.font)
            draw.text((WIDTH - MARGIN, top), number.strip(), TEXT, self.font, anchor="ra")
        for index, name in enumerate(self.names):
            self._bar(draw, MARGIN + (4 + index) * LINE, name, index, moment)

    def _bar(self, draw: ImageDraw.ImageDraw, top: int, name: str, index: int, moment: Moment) -> None:
        draw.text((MARGIN, top - 1), name, FAINT, self.small)
        left, right = WIDTH - MARGIN - BAR, WIDTH - MARGIN
        draw.rectangle((left, top, right, top + 10), outline=(90, 94, 104))
        if not isinstance(moment.policy, tuple):
            chosen = index == moment.action
            end = left + 1 + round(float(moment.policy[index]) * (BAR - 2))
            draw.rectangle((left + 1, top + 1, end, top + 9), fill=ORANGE if chosen else BLUE)
            return
        low, high = self._span(index)
        mean, deviation = float(moment.policy[0][index]), float(moment.policy[1][index])

        def place(value: float) -> int:
            return left + 1 + round((min(max(value, low), high) - low) / (high - low) * (BAR - 2))

        draw.rectangle((place(mean - deviation), top + 3, place(mean + deviation), top + 7), fill=BLUE)
        draw.rectangle((place(mean) - 1, top + 1, place(mean) + 1, top + 9), fill=ORANGE)

    def _span(self, index: int) -> tuple[float, float]:
        """From where to where the bar of a number reaches: its bounds, or ±3 where there are none worth the name."""
        assert self.bounds is not None
        low, high = float(self.bounds[0][index]), float(self.bounds[1][index])
        low = low if abs(low) < NO_BOUND else min(-REACH, high - REACH)
        high = high if abs(high) < NO_BOUND else max(REACH, low + REACH)
        return low, high if high > low else low + 1.0
