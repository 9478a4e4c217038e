"""CarRacing with the road as numbers instead of pixels: a car is to drive round a random track."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hebbax.errors import HebbaxError, is_number
from hebbax.tasks.groups import Group
from hebbax.tasks.task import Task
from hebbax.types import Array
from hebbax.worlds.car.columns import ANGLE, COSINE, OMEGA, OVER, PX, PY, REWARD, SINE, TURN, VX, VY
from hebbax.worlds.car.track import HEADING, X, Y
from hebbax.worlds.car.world import Car, car

_AHEAD = np.array([2, 4, 7, 10, 14, 18])  # tiles of 3.5 m
PATIENCE = 20
"""Ticks in a row that may have less than no reward."""

_LOW, _HIGH = np.array([-1.0, 0.0, 0.0]), np.ones(3)


def observe(state: Car, memory: Array) -> Array:
    """Return how the car moves, where it is on the road, and where the road goes, as seen from the car."""
    body, track = state.body, state.track
    s, c, x, y = state.pose[0, SINE], state.pose[0, COSINE], state.pose[0, PX], state.pose[0, PY]
    vx, vy = body[0, VX], body[0, VY]
    dx, dy = track[:, X] - x, track[:, Y] - y
    nearest = np.argmin(dx * dx + dy * dy)
    heading = track[nearest, HEADING]
    away = body[0, ANGLE] - heading
    left = dx[nearest] * np.cos(heading) + dy[nearest] * np.sin(heading)  # by which the car is left of the middle
    moves = np.array((c * vy - s * vx, -c * vx - s * vy, body[0, TURN], body[1, ANGLE] - body[0, ANGLE]))
    place = np.array((left, np.arctan2(np.sin(away), np.cos(away))))
    ahead_x, ahead_y = dx[nearest + _AHEAD], dy[nearest + _AHEAD]
    road = c * ahead_y - s * ahead_x, -c * ahead_x - s * ahead_y
    return np.concatenate((moves, state.wheel[:, OMEGA], place, road[0], road[1]))


def actuate(action: Array, state: Car, memory: Array) -> Array:
    """Return steering and pedals: a pedal is pressed by what is above zero."""
    return np.minimum(np.maximum(action, _LOW), _HIGH)


def ends_after(patience: float) -> Callable[..., Any]:
    """Return the `outcome` of lives that end when so many ticks in a row, and one more, had less than no reward.

    Raises HebbaxError for what is no number of at least 0; np.inf is one.
    """
    if not (is_number(patience) and patience >= 0):
        raise HebbaxError(f"patience={patience!r}: expected a number of ticks of at least 0; nearest valid: 0")

    def outcome(before: Car, state: Car, action: Array, memory: Array) -> tuple[Array, Array, Array]:
        reward = state.score[REWARD]
        without = (memory[0] + 1.0) * (reward < 0.0)
        return reward, (state.score[OVER] > 0.0) | (without > patience), np.array((without,))

    return outcome


def end_of(patience: float) -> str:
    """Return when such lives end, in words."""
    if np.isinf(patience):
        return "all tiles are visited, or the car leaves the field"
    return f"all tiles are visited, the car leaves the field, or the last {int(patience) + 1} rewards were all negative"


def car_racing_state(patience: float = PATIENCE) -> Task:
    """Return the task: 22 observations, steering and two pedals, 50 Hz, at most 20 s.

    The reward is Gymnasium's: -0.1 a tick, and 1000 over the number of tiles for each tile that a wheel touches first;
    -100 instead at the tick that leaves the field. Every life has a track of its own. It terminates when all tiles are
    visited, when the car leaves the field, and, as Najarro and Risi published, when more ticks than `patience` in a row
    had a negative reward; `car_racing_state(np.inf)` has no such end.

    Sources: CarRacing-v3 of Gymnasium 1.4.0; Najarro and Risi, NeurIPS 2020, and its published code.
    """
    return Task(
        name="car_racing_state",
        robot="Car",
        world=car(),
        observation=(
            Group("velocity", 2, "m/s"),  # forwards and to the left
            Group("turning", 1, "rad/s"),  # to the left
            Group("steering", 1, "rad"),  # of the front wheels, to the left
            Group("wheel speeds", 4, "rad/s"),  # front-left, front-right, rear-left, rear-right
            Group("offset", 1, "m"),  # from the middle of the road to the left
            Group("heading", 1, "rad", -np.pi, np.pi),  # from the road's to the left
            Group("road ahead", len(_AHEAD), "m"),  # of the road's middle, 7 to 63 m further on: forwards
            Group("road to the left", len(_AHEAD), "m"),
        ),
        action=(
            Group("steering", 1, "share of 0.4 rad to the right", -1, 1),
            Group("gas", 1, "share of full gas, none below 0", -1, 1),
            Group("brake", 1, "share of the brake, none below 0", -1, 1),
        ),
        observe=observe,
        actuate=actuate,
        outcome=ends_after(patience),
        compares=(),
        memory_size=1,
        termination=end_of(patience),
    )
