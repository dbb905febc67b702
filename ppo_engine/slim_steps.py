"""The lander's, the walker's and the pole's steps with the Python around the physics trimmed, the same bit for bit.

Gymnasium's own ``step`` spends up to half its time beside the physics: space checks, NumPy on single numbers, two
calls where one does. Physics calls, their order and the arithmetic are Gymnasium's; the tests compare every observation
and reward with the original's. Only the Gymnasium release they were compared with is replaced, any other steps itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

COMPARED_WITH = "1.4.0"
FPS, SCALE = 50, 30.0
HALF_WIDTH, HALF_HEIGHT = 600 / SCALE / 2, 400 / SCALE / 2


def step_of(env: Any) -> Callable[[Any], tuple]:
    """A step function for ``env`` (unwrapped, not rendering): a trimmed one where there is one, else its own."""
    import gymnasium

    build = TRIMMED.get(type(env).__name__)
    own = env.render_mode is not None or gymnasium.__version__ != COMPARED_WITH
    if build is None or own or any(getattr(env, option, usual) != usual for option, usual in USUAL.items()):
        return env.step
    return build(env)


def _pole_step(env: Any) -> Callable[[Any], tuple]:
    # NumPy's own sine and cosine, which need not be the C library's to the last bit.
    sin, cos, array, float32 = np.sin, np.cos, np.array, np.float32
    push, gravity, tau, length = env.force_mag, env.gravity, env.tau, env.length
    pole, both, moment = env.masspole, env.total_mass, env.polemass_length
    side, tip = env.x_threshold, env.theta_threshold_radians
    nothing: dict = {}

    def step(action: Any) -> tuple:
        state = env.state
        x, speed, angle, turn = state if type(state) is tuple else state.tolist()
        cosine, sine = float(cos(angle)), float(sin(angle))
        temp = ((push if action == 1 else -push) + moment * (turn * turn) * sine) / both
        bend = (gravity * sine - cosine * temp) / (length * (4.0 / 3.0 - pole * (cosine * cosine) / both))
        pull = temp - moment * bend * cosine / both
        x, speed = x + tau * speed, speed + tau * pull
        angle, turn = angle + tau * turn, turn + tau * bend
        env.state = state = (x, speed, angle, turn)
        terminated = x < -side or x > side or angle < -tip or angle > tip
        return array(state, float32), 1.0, terminated, False, nothing

    return step


def _lander_step(env: Any) -> Callable[[Any], tuple]:
    main_y, main_power, side_away, side_height, side_power = 4 / SCALE, 13.0, 12 / SCALE, 14 / SCALE, 0.6
    continuous, sin, cos, sqrt = env.continuous, math.sin, math.cos, math.sqrt
    nothing: dict = {}

    def step(action: Any) -> tuple:
        lander, legs = env.lander, env.legs
        angle = lander.angle
        tip_x, tip_y = sin(angle), cos(angle)
        side_x, side_y = -tip_y, tip_x
        spread = env.np_random.random(2).tolist()
        first, second = (-1.0 + 2.0 * spread[0]) / SCALE, (-1.0 + 2.0 * spread[1]) / SCALE
        if continuous:
            throttle, turn = min(max(float(action[0]), -1.0), 1.0), min(max(float(action[1]), -1.0), 1.0)
            main = (throttle + 1.0) * 0.5 if throttle > 0.0 else 0.0
            side = min(max(abs(turn), 0.5), 1.0) if abs(turn) > 0.5 else 0.0
            direction = 1.0 if turn > 0 else -1.0
        else:
            main, side, direction = float(action == 2), float(action in (1, 3)), action - 2
        if main:
            ox = tip_x * (main_y + 2 * first) + side_x * second
            oy = -tip_y * (main_y + 2 * first) - side_y * second
            x, y = lander.position
            lander.ApplyLinearImpulse((-ox * main_power * main, -oy * main_power * main), (x + ox, y + oy), True)
        if side:
            ox = tip_x * first + side_x * (3 * second + direction * side_away)
            oy = -tip_y * first - side_y * (3 * second + direction * side_away)
            x, y = lander.position
            place = (x + ox - tip_x * 17 / SCALE, y + oy + tip_y * side_height)
            lander.ApplyLinearImpulse((-ox * side_power * side, -oy * side_power * side), place, True)
        env.world.Step(1.0 / FPS, 180, 60)
        (x, y), (speed_x, speed_y), angle = lander.position, lander.linearVelocity, lander.angle
        x, y = (x - HALF_WIDTH) / HALF_WIDTH, (y - (env.helipad_y + 18 / SCALE)) / HALF_HEIGHT
        speed_x, speed_y = speed_x * HALF_WIDTH / FPS, speed_y * HALF_HEIGHT / FPS
        left, right = 1.0 if legs[0].ground_contact else 0.0, 1.0 if legs[1].ground_contact else 0.0
        observation = np.array(
            (x, y, speed_x, speed_y, angle, 20.0 * lander.angularVelocity / FPS, left, right), np.float32
        )
        shaping = -100 * sqrt(x * x + y * y) - 100 * sqrt(speed_x * speed_x + speed_y * speed_y)
        shaping = shaping - 100 * abs(angle) + 10 * left + 10 * right
        reward = shaping - env.prev_shaping
        env.prev_shaping = shaping
        reward -= main * 0.30
        reward -= side * 0.03
        terminated = False
        if env.game_over or abs(x) >= 1.0:
            terminated, reward = True, -100
        if not lander.awake:
            terminated, reward = True, 100
        return observation, reward, terminated, False, nothing

    return step


def _walker_step(env: Any) -> Callable[[Any], tuple]:
    reach = [(math.sin(1.5 * i / 10.0) * 160 / SCALE, math.cos(1.5 * i / 10.0) * 160 / SCALE) for i in range(10)]
    top_speed = np.array([4, 6, 4, 6], np.float32)
    price = 0.00035 * 80
    goal = (200 - 10) * (14 / SCALE)
    nothing: dict = {}

    def step(action: np.ndarray) -> tuple:
        hull, joints, legs, lidar, world = env.hull, env.joints, env.legs, env.lidar, env.world
        effort = np.minimum(np.abs(action), np.float32(1))
        speeds, torques = (top_speed * np.sign(action)).tolist(), (80 * effort).tolist()
        for joint, speed, torque in zip(joints, speeds, torques, strict=True):
            joint.motorSpeed = speed
            joint.maxMotorTorque = torque
        world.Step(1.0 / FPS, 180, 60)
        position, velocity = hull.position, hull.linearVelocity
        x, y = position
        for ray, (ahead, below) in zip(lidar, reach, strict=True):
            ray.fraction = 1.0
            ray.p1 = position
            ray.p2 = end = (x + ahead, y - below)
            world.RayCast(ray, position, end)
        angle = hull.angle
        state = [
            angle, 2.0 * hull.angularVelocity / FPS,
            0.3 * velocity.x * 20.0 / FPS, 0.3 * velocity.y * (400 / SCALE) / FPS,
            joints[0].angle, joints[0].speed / 4, joints[1].angle + 1.0, joints[1].speed / 6,
            1.0 if legs[1].ground_contact else 0.0,
            joints[2].angle, joints[2].speed / 4, joints[3].angle + 1.0, joints[3].speed / 6,
            1.0 if legs[3].ground_contact else 0.0,
            *[ray.fraction for ray in lidar],
        ]  # fmt: skip
        env.scroll = x - 600 / SCALE / 5
        shaping = 130 * x / SCALE - 5.0 * abs(angle)
        # Gymnasium's reward turns into float32 at the first motor's price; so does this one.
        reward: Any = np.float32(shaping - env.prev_shaping)
        env.prev_shaping = shaping
        for cost in price * effort:
            reward -= cost
        terminated = False
        if env.game_over or x < 0:
            terminated, reward = True, -100
        if x > goal:
            terminated = True
        return np.array(state, dtype=np.float32), reward, terminated, False, nothing

    return step


USUAL = {"enable_wind": False, "hardcore": False, "kinematics_integrator": "euler", "_sutton_barto_reward": False}
TRIMMED = {"LunarLander": _lander_step, "BipedalWalker": _walker_step, "CartPoleEnv": _pole_step}
