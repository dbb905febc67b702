"""CarRacing drawn late shows Gymnasium's pixels, rewards and endings, bit for bit."""

from __future__ import annotations

import gymnasium
import numpy as np
import pytest
from gymnasium.envs.box2d import car_racing

from ppo_engine import slim_racing
from ppo_engine.envs import make_bare, make_env
from ppo_engine.pixels import grey
from ppo_engine.slim_racing import drawn_late


@pytest.fixture
def pair(monkeypatch):
    """Gymnasium's own car, one drawn late, and what draws it."""
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    theirs, ours = (gymnasium.make("CarRacing-v3", disable_env_checker=True).unwrapped for _ in range(2))
    return theirs, ours, drawn_late(ours)


def compare(theirs, ours, late, action, look=True):
    """One step of both; whether it was the last."""
    seen, *told = theirs.step(action)
    nothing, *same = ours.step(action)
    assert nothing is None and told == same
    if look:
        frame = late.frame()
        np.testing.assert_array_equal(seen, frame)
        np.testing.assert_array_equal(grey(seen), grey(frame))
    return told[1]


def test_every_frame_is_the_original(pair):
    theirs, ours, late = pair
    rng, on_grass = np.random.default_rng(0), 0
    for seed, frames in ((3, 250), (4, 120)):
        first = theirs.reset(seed=seed)[0]
        np.testing.assert_array_equal(first, ours.reset(seed=seed)[0])
        for number in range(frames):
            if number % 25 == 0:
                # Straight on, until the first bend leads onto the grass; then turns, skids and the brake.
                turn = [0.0, 1.0, 0.0] if number < 75 else rng.uniform([-1, 0, 0], [1, 1, 0.4])
                action = np.array(turn, np.float32)
            # A frame that nobody looks at leaves no trace in the next.
            compare(theirs, ours, late, action, look=number % 3 > 0)
            on_grass += not any(wheel.tiles for wheel in ours.car.wheels)
    assert on_grass > 20
    assert theirs.np_random.bit_generator.state == ours.np_random.bit_generator.state


def test_the_end_of_the_playing_field_is_the_original(pair, monkeypatch):
    theirs, ours, late = pair
    theirs.reset(seed=3), ours.reset(seed=3)
    x, y = ours.car.hull.position
    # A field that ends a few car lengths from the start: its edge comes into the picture, then the car leaves it.
    monkeypatch.setattr(car_racing, "PLAYFIELD", max(abs(x), abs(y)) + 12)
    for number in range(400):
        swerve = np.array([1.0 if number > 60 else 0.0, 1.0 if number < 60 else 0.2, 0.0], np.float32)
        if compare(theirs, ours, late, swerve, look=number % 4 == 0):
            break
    else:
        pytest.fail("the car never left the field")
    np.testing.assert_array_equal(theirs.reset()[0], ours.reset()[0])


def test_held_frames_are_not_drawn_and_the_agent_sees_the_same(monkeypatch):
    drawn = []
    own = slim_racing.DrawnLate.frame
    monkeypatch.setattr(slim_racing.DrawnLate, "frame", lambda self: drawn.append(1) or own(self))
    ours = make_bare("CarRacing-v3")
    monkeypatch.setattr(slim_racing, "COMPARED_WITH", "another release")
    theirs = make_bare("CarRacing-v3")
    rng = np.random.default_rng(1)
    np.testing.assert_array_equal(theirs.reset(seed=5)[0], ours.reset(seed=5)[0])
    for _ in range(25):
        action = rng.uniform([-1, 0, 0], [1, 1, 0.1]).astype(np.float32)
        (seen, *told), (again, *same) = theirs.step(action), ours.step(action)
        np.testing.assert_array_equal(seen, again)
        assert told == same
    assert len(drawn) == 26, "one drawing a step and one a reset, none by the other release's"


def test_a_film_shows_what_gymnasium_draws(monkeypatch):
    ours = make_env("CarRacing-v3", render_mode="rgb_array")
    monkeypatch.setattr(slim_racing, "COMPARED_WITH", "another release")
    theirs = make_env("CarRacing-v3", render_mode="rgb_array")
    ours.reset(seed=1), theirs.reset(seed=1)
    for _ in range(12):
        seen, again = (env.step(np.array([0.3, 1.0, 0.0], np.float32))[0] for env in (theirs, ours))
        np.testing.assert_array_equal(seen, again)
        np.testing.assert_array_equal(theirs.render(), ours.render())
    assert ours.render().shape == (400, 600, 3)
    assert drawn_late(theirs.unwrapped) is None and drawn_late(make_bare("CartPole-v1").unwrapped) is None
