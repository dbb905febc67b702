"""CarRacing drawn only when a frame is looked at, and then only what is in the picture: the same pixels, bit for bit.

Nearly all of Gymnasium's step is drawing: every tile of the whole track at 1000 × 800 pixels, also in frames that a
frame skip throws away. Physics, rewards and every drawing call that leaves a mark are Gymnasium's own; the tests
compare both. Only the Gymnasium release they were compared with is treated so, any other draws by itself.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ppo_engine.slim_steps import COMPARED_WITH

# Pixels beyond the picture's edge that an anti-aliased outline may still reach from, with room to spare.
MARGIN = 4
BAR = 5 / 40


def drawn_late(env: Any) -> DrawnLate | None:
    """``env`` (unwrapped) drawn late, or None if it is not one that can be or if it is shown in a window."""
    import gymnasium

    known = type(env).__name__ == "CarRacing" and gymnasium.__version__ == COMPARED_WITH
    return DrawnLate(env) if known and env.render_mode in (None, "rgb_array") else None


class DrawnLate:
    """Takes over ``env``'s drawing: its ``step`` shows None, its ``reset`` and its ``render`` show a frame as ever.

    ``frame()`` is what the last ``step`` would have shown.
    """

    def __init__(self, env: Any):
        from gymnasium.envs.box2d import car_racing
        from pygame import Surface

        self._env, self._sizes = env, car_racing
        self._size = car_racing.WINDOW_W, car_racing.WINDOW_H
        self._canvas = Surface(self._size)
        cell, starts = car_racing.GRASS_DIM, range(-20, 20, 2)
        self._grass = [_patch(cell * x, cell * y, cell) for x in starts for y in starts]
        self._grass_corners = _corners(self._grass)
        self._road: Any = None
        self._road_corners = self._grass_corners
        self._written = ""
        self._writing: Any = None
        self._score, self._theirs = 0.0, env._render
        env._render = self._note

    def _note(self, mode: str) -> np.ndarray | None:
        """In place of ``env._render``: draws the first frame of an episode, and keeps the score that a later one shows,
        since ``step`` goes on to change it."""
        if mode != "state_pixels":
            return self._theirs(mode)
        self._score = self._env.reward
        return self.frame() if self._env.t <= 1.5 / self._sizes.FPS else None

    def frame(self) -> np.ndarray:
        """The picture ``(96, 96, 3)`` of bytes as ``env`` shows it after its last step."""
        import pygame

        env, sizes, (width, height) = self._env, self._sizes, self._size
        angle = -env.car.hull.angle
        zoom = 0.1 * sizes.SCALE * max(1 - env.t, 0) + sizes.ZOOM * sizes.SCALE * min(env.t, 1)
        x, y = env.car.hull.position
        moved = pygame.math.Vector2((-x * zoom, -y * zoom)).rotate_rad(angle)
        shift = (width / 2 + moved[0], height / 4 + moved[1])
        env.surf = self._canvas
        self._draw_ground(zoom, shift, angle)
        env.car.draw(env.surf, zoom, shift, angle, False)
        env.surf = pygame.transform.flip(env.surf, False, True)
        env._render_indicators(width, height)
        self._write_score(env.surf)
        return env._create_image_array(env.surf, (sizes.STATE_W, sizes.STATE_H))

    def _draw_ground(self, zoom: float, shift: tuple[float, float], angle: float) -> None:
        env, place = self._env, (zoom, shift, angle)
        if self._inside(*place):
            env.surf.fill(env.bg_color)
        else:
            env.surf.fill(0)
            end = self._sizes.PLAYFIELD
            field = [(end, end), (end, -end), (-end, -end), (-end, end)]
            env._draw_colored_polygon(env.surf, field, env.bg_color, *place, clip=False)
        if self._road is not env.road_poly:
            self._road, self._road_corners = env.road_poly, _corners([poly for poly, _ in env.road_poly])
        for index in self._visible(self._grass_corners, *place):
            env._draw_colored_polygon(env.surf, self._grass[index], env.grass_color, *place)
        for index in self._visible(self._road_corners, *place):
            poly, colour = self._road[index]
            env._draw_colored_polygon(env.surf, poly, [int(part) for part in colour], *place)

    def _inside(self, zoom: float, shift: tuple[float, float], angle: float) -> bool:
        """Whether the whole picture lies within the playing field, so that the field's colour fills it."""
        cos, sin, end = math.cos(angle), math.sin(angle), self._sizes.PLAYFIELD - MARGIN / zoom
        for corner in ((0, 0), (self._size[0], 0), (0, self._size[1]), self._size):
            across, up = (corner[0] - shift[0]) / zoom, (corner[1] - shift[1]) / zoom
            if max(abs(cos * across + sin * up), abs(cos * up - sin * across)) > end:
                return False
        return True

    def _visible(self, corners: np.ndarray, zoom: float, shift: tuple[float, float], angle: float) -> list[int]:
        """Which polygons of ``corners`` ``(2, 4, P)`` may leave a mark: not those outside, or behind the bar below."""
        cos, sin = zoom * math.cos(angle), zoom * math.sin(angle)
        across = cos * corners[0] - sin * corners[1] + shift[0]
        up = sin * corners[0] + cos * corners[1] + shift[1]
        (width, height), lowest = self._size, BAR * self._size[1]
        seen = (across.max(0) >= -MARGIN) & (across.min(0) <= width + MARGIN)
        seen &= (up.max(0) >= lowest - MARGIN) & (up.min(0) <= height + MARGIN)
        return np.flatnonzero(seen).tolist()

    def _write_score(self, surface: Any) -> None:
        """The score in the corner; the same few digits are set again only when they change."""
        import pygame

        digits = f"{self._score:04.0f}"
        if digits != self._written or self._writing is None:
            pygame.font.init()
            font = pygame.font.Font(pygame.font.get_default_font(), 42)
            self._written, self._writing = digits, font.render(digits, True, (255, 255, 255), (0, 0, 0))
        box = self._writing.get_rect()
        box.center = (60, self._size[1] - self._size[1] * 2.5 / 40.0)
        surface.blit(self._writing, box)


def _patch(x: float, y: float, side: float) -> list[tuple[float, float]]:
    return [(x + side, y), (x, y), (x, y + side), (x + side, y + side)]


def _corners(polygons: list[Any]) -> np.ndarray:
    """Corners as ``(2, 4, P)``."""
    return np.array(polygons, float).transpose(2, 1, 0).copy()
