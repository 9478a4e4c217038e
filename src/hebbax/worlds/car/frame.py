"""One frame of `CarRacing.step` of Gymnasium 1.4.0: the car, the tiles that it touches, reward and end."""

from __future__ import annotations

import math

from hebbax.compiling.compiler import exact
from hebbax.worlds.car.columns import (
    ANGLE,
    BEFORE,
    CX,
    CY,
    LAP,
    OVER,
    PX,
    PY,
    REWARD,
    SHOWN,
    TIME,
    TOTAL,
    VISITED,
)
from hebbax.worlds.car.joint import turn_by
from hebbax.worlds.car.sensing import feel_tiles
from hebbax.worlds.car.shape import CENTRE_X, CENTRE_Y, WHEEL_AT, F
from hebbax.worlds.car.solver import place_bodies, solve
from hebbax.worlds.car.track import HEADING, X, Y
from hebbax.worlds.car.tyres import PERIOD, roll

FIELD = 2000 / 6.0  # m, from the middle to the edge
_LAP_SHARE = 0.95  # of the tiles, which are a lap once tile 0 is newly visited


@exact
def put_car(track, body, pose):
    """Put a car at rest on the first tile; `body` is zeros."""
    heading, x, y = F(track[0, HEADING]), F(track[0, X]), F(track[0, Y])
    dx, dy = turn_by(F(math.sin(heading)), F(math.cos(heading)), CENTRE_X, CENTRE_Y)
    body[0, CX], body[0, CY], body[0, ANGLE] = dx + x, dy + y, heading
    for k in range(4):
        # Not turned with the car: Gymnasium leaves that to the joints, which pull the wheels into place.
        body[k + 1, CX], body[k + 1, CY] = F(track[0, X] + WHEEL_AT[k, 0]), F(track[0, Y] + WHEEL_AT[k, 1])
        body[k + 1, ANGLE] = heading
    place_bodies(body, pose)
    pose[0, PX], pose[0, PY] = x, y


@exact
def move(fixed, moving, condition, room):
    """Move the car by a frame, and count the tiles that it visits for the first time.

    `condition` is the grip of the wheels and the power of the engine (`tyres.roll`).
    """
    track, road, tiles = fixed
    body, pose, joint, wheel, touched, score = moving
    speed, force, points, geometry, seen, added = room
    grip, power = condition
    roll(body, pose, wheel, grip, power, speed, force)
    fresh, first = feel_tiles(track, road, tiles, pose, wheel, touched, points)
    for _ in range(fresh):
        score[TOTAL] += 1000.0 / tiles
        score[VISITED] += 1.0
    if first and score[VISITED] / tiles > _LAP_SHARE:
        score[LAP] = 1.0
    solve(body, pose, joint, speed, force, geometry, seen, added)
    score[TIME] += PERIOD
    score[SHOWN] = score[TOTAL]  # Gymnasium draws before it takes the tenth off


@exact
def judge(tiles, pose, score):
    """Write the reward of a frame that was driven, and whether it was the last."""
    score[TOTAL] -= 0.1
    score[REWARD] = score[TOTAL] - score[BEFORE]
    score[BEFORE] = score[TOTAL]
    score[OVER] = 1.0 if score[VISITED] == tiles or score[LAP] > 0.0 else 0.0
    if abs(pose[0, PX]) > FIELD or abs(pose[0, PY]) > FIELD:
        score[OVER], score[REWARD] = 1.0, -100.0
