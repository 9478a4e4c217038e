"""The random track: a closed road around the middle of the field, and the kerbs of its bends.

Source: `_create_track` of Gymnasium 1.4.0, envs/box2d/car_racing.py, in its order of operations.
"""

from __future__ import annotations

import math

import numpy as np

from hebbax.compiling.compiler import exact

SCALE = 6.0
RADIUS = 900 / SCALE  # m, of the field that the track lies in
STEP = 21 / SCALE  # m, from one tile to the next
TURN_RATE = 0.31  # rad a tile, at most
HALF_WIDTH = 40 / SCALE  # m, of the road
KERB_WIDTH = 8 / SCALE  # m
KERB_RUN = 4  # tiles that bend alike before there is a kerb
CHECKPOINTS = 12
DRAWS = 2 * CHECKPOINTS
"""Random numbers that one attempt at a track takes."""

MOST_TILES = 512
"""Room for a track. Of 300 seeds none has more than 366; what needs more counts as an attempt that failed."""

ONWARD = 32
"""Tiles by which a track is written on beyond its end, so that what looks ahead need not know where that is."""

MOST_STEPS = 2500  # on the way around
ALPHA, HEADING, X, Y = range(4)
"""Columns of a path and of a track: angle about the middle of the field, heading of the road (rad), and place (m)."""

NO_SIDE = 10
"""A kerb beside a straight tile: Gymnasium draws it as a line along the middle of the road."""


@exact
def _place_checkpoints(draws, first, points):
    """Draw what the road passes, from numbers in [0, 1): its angle about the middle, and where it is."""
    for c in range(CHECKPOINTS):
        at = first + 2 * c
        angle = 2 * math.pi * c / CHECKPOINTS + (2 * math.pi * 1 / CHECKPOINTS) * draws[at % draws.shape[0]]
        radius = RADIUS / 3 + (RADIUS - RADIUS / 3) * draws[(at + 1) % draws.shape[0]]
        if c == 0:
            angle, radius = 0.0, 1.5 * RADIUS
        if c == CHECKPOINTS - 1:
            angle, radius = 2 * math.pi * c / CHECKPOINTS, 1.5 * RADIUS
        points[c, 0], points[c, 1], points[c, 2] = angle, radius * math.cos(angle), radius * math.sin(angle)


@exact
def _next_goal(points, goal, alpha):
    """Return the first checkpoint from `goal` on that is not passed at an angle, and that angle, whole turns less."""
    while True:
        for _ in range(CHECKPOINTS):
            if alpha <= points[goal % CHECKPOINTS, 0]:
                return goal, alpha
            goal += 1
            if goal % CHECKPOINTS == 0:
                break
        alpha -= 2 * math.pi


@exact
def _steer(heading, ahead):
    """Return a heading after a step, where the next checkpoint is `ahead` to the right."""
    if ahead > 0.3:
        heading -= min(TURN_RATE, abs(0.001 * ahead))
    if ahead < -0.3:
        heading += min(TURN_RATE, abs(0.001 * ahead))
    return heading


@exact
def _walk(points, path):
    """Go from checkpoint to checkpoint for five laps, or as many steps as there may be; return how many were made."""
    x, y, heading = 1.5 * RADIUS, 0.0, 0.0
    goal, laps, count, beyond = 0, 0, 0, False
    while True:
        alpha = math.atan2(y, x)
        if beyond and alpha > 0:
            laps, beyond = laps + 1, False
        if alpha < 0:
            beyond = True
            alpha += 2 * math.pi
        goal, alpha = _next_goal(points, goal, alpha)
        at = goal % CHECKPOINTS
        right_x, right_y = math.cos(heading), math.sin(heading)
        ahead = right_x * (points[at, 1] - x) + right_y * (points[at, 2] - y)
        while heading - alpha > 1.5 * math.pi:
            heading -= 2 * math.pi
        while heading - alpha < -1.5 * math.pi:
            heading += 2 * math.pi
        before = heading
        heading = _steer(heading, ahead * SCALE)
        x += -right_y * STEP
        y += right_x * STEP
        path[count, ALPHA], path[count, HEADING] = alpha, before * 0.5 + heading * 0.5
        path[count, X], path[count, Y] = x, y
        count += 1
        if laps > 4 or count == MOST_STEPS:
            return count


@exact
def _cut_lap(path, count, track):
    """Write the last full lap between crossings of the start; return its tiles, 0 where there is none that closes."""
    start = 2 * math.pi * (-0.5) / CHECKPOINTS
    last, first, i = -1, -1, count
    while first == -1:
        i -= 1
        if i == 0:
            return 0
        if path[i, ALPHA] > start and path[i - 1, ALPHA] <= start:
            if last == -1:
                last = i
            else:
                first = i
    tiles = last - 1 - first
    if tiles < 1 or tiles > track.shape[0] - ONWARD:
        return 0
    for i in range(tiles):
        for k in range(4):
            track[i, k] = path[first + i, k]
    dx = math.cos(track[0, HEADING]) * (track[0, X] - track[tiles - 1, X])
    dy = math.sin(track[0, HEADING]) * (track[0, Y] - track[tiles - 1, Y])
    return 0 if math.sqrt(dx * dx + dy * dy) > STEP else tiles


@exact
def _mark_kerbs(track, tiles, hard, kerb):
    """Write the kerb beside each tile: 0 none, 1 white, 2 red, its side in the sign, +1 being the right.

    One without a side is NO_SIDE times that.
    """
    for i in range(tiles):
        bends, side = True, 0.0
        for k in range(KERB_RUN):
            turn = track[(i - k) % tiles, HEADING] - track[(i - k - 1) % tiles, HEADING]
            bends = bends and abs(turn) > TURN_RATE * 0.2
            side += np.sign(turn)
        hard[i] = 1.0 if bends and abs(side) == KERB_RUN else 0.0
    for i in range(tiles):
        for k in range(KERB_RUN):
            hard[(i - k) % tiles] = max(hard[(i - k) % tiles], hard[i])
    for i in range(tiles):
        turn = track[(i - 1) % tiles, HEADING] - track[i, HEADING]
        side = np.sign(turn) if turn != 0.0 else 1.0 * NO_SIDE
        kerb[i] = hard[i] * side * (1.0 if i % 2 == 0 else 2.0)


@exact
def make_track(draws, first, points, path, hard, track, kerb):
    """Make a track from numbers in [0, 1); return how many tiles it has, 0 where the attempt failed.

    Args:
        draws: float64, at least DRAWS.
        first: index of the first of DRAWS numbers, which go on at the front of `draws` where these end.
        points: room, float64 [CHECKPOINTS, 3].
        path: room, float64 [MOST_STEPS, 4].
        hard: room, float64 [MOST_TILES].
        track: what is written, float64 [MOST_TILES, 4]; its columns are ALPHA, HEADING, X, Y.
        kerb: what is written, float64 [MOST_TILES]; see `_mark_kerbs`.
    """
    _place_checkpoints(draws, first, points)
    tiles = _cut_lap(path, _walk(points, path), track)
    if tiles > 0:
        _mark_kerbs(track, tiles, hard, kerb)
    return tiles


@exact
def edge_of(track, i, side):
    """Return a point at the edge of the road: `side` to the right of the middle (m)."""
    heading = track[i, HEADING]
    return track[i, X] + side * math.cos(heading), track[i, Y] + side * math.sin(heading)
