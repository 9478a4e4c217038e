"""Which tiles of the road the car touches, as Box2D's sensors feel it at the start of a step.

Source: b2CollidePolygon, b2Distance and b2Contact of Box2D 2.3; `FrictionDetector` of Gymnasium 1.4.0.
"""

from __future__ import annotations

import math

import numpy as np

from hebbax.compiling.compiler import exact
from hebbax.worlds.car.columns import COSINE, DRIVEN, FELT, PX, PY, ROAD, SINE, UNTOUCHED
from hebbax.worlds.car.shape import HULL_POINTS, HULL_STARTS, WHEEL_POINTS
from hebbax.worlds.car.track import X, Y

_REACH = 0.02  # m, twice the radius of Box2D's polygons
_FAR = 14.0  # m, from the hull's origin: 2.95 to the car's farthest corner, and a tile's from its own point
_WHEELS, _TILE, POINTS = 20, 36, 40
"""Rows of `points` [POINTS, 2]: corners of the hull's polygons, then of four wheels, then of one tile."""


@exact
def _gap(points, p, n, q, m):
    """Return the largest separation of two convex polygons along the normals of the first.

    Polygons are counter-clockwise rows of `points`, given by their first and how many they are.
    """
    widest = -1e30
    for i in range(n):
        a, b = p + i, p + (i + 1 if i + 1 < n else 0)
        nx, ny = points[b, 1] - points[a, 1], points[a, 0] - points[b, 0]
        size = math.sqrt(nx * nx + ny * ny)
        if size == 0.0:
            continue
        least = 1e30
        for k in range(q, q + m):
            least = min(least, (points[k, 0] - points[a, 0]) * nx + (points[k, 1] - points[a, 1]) * ny)
        widest = max(widest, least / size)
        if widest > 1.5 * _REACH:
            break
    return widest


@exact
def _nearest(points, p, n, q, m):
    """Return the squared distance (m²) of the corners of one polygon from the sides of another."""
    nearest = 1e30
    for i in range(p, p + n):
        for k in range(m):
            a, b = q + k, q + (k + 1 if k + 1 < m else 0)
            dx, dy = points[b, 0] - points[a, 0], points[b, 1] - points[a, 1]
            x, y = points[i, 0] - points[a, 0], points[i, 1] - points[a, 1]
            t = max(0.0, min(1.0, (x * dx + y * dy) / (dx * dx + dy * dy)))
            nearest = min(nearest, (x - t * dx) * (x - t * dx) + (y - t * dy) * (y - t * dy))
    return nearest


@exact
def _touches(points, p, n, q, m):
    """Whether two convex polygons are as close as sensors feel."""
    gap = _gap(points, p, n, q, m)
    if gap > _REACH:
        return False
    gap = max(gap, _gap(points, q, m, p, n))
    if gap > _REACH:
        return False
    if gap <= 0.0:
        return True
    most = _REACH + 1.2e-6  # half of the slop of b2Distance
    return min(_nearest(points, p, n, q, m), _nearest(points, q, m, p, n)) <= most * most


@exact
def _place_car(pose, points):
    """Write the corners of hull and wheels."""
    for row in range(_TILE):
        k = 0 if row < _WHEELS else 1 + (row - _WHEELS) // 4
        if k == 0:
            x, y = HULL_POINTS[row, 0], HULL_POINTS[row, 1]
        else:
            x, y = WHEEL_POINTS[(row - _WHEELS) % 4, 0], WHEEL_POINTS[(row - _WHEELS) % 4, 1]
        s, c = np.float64(pose[k, SINE]), np.float64(pose[k, COSINE])
        points[row, 0] = c * x - s * y + pose[k, PX]
        points[row, 1] = s * x + c * y + pose[k, PY]


@exact
def _place_tile(road, tiles, t, points):
    """Write the corners of a tile, counter-clockwise: from its own point it reaches back to the one before."""
    before = t - 1 if t > 0 else tiles - 1
    points[_TILE, 0], points[_TILE, 1] = road[t, 0], road[t, 1]
    points[_TILE + 1, 0], points[_TILE + 1, 1] = road[before, 0], road[before, 1]
    points[_TILE + 2, 0], points[_TILE + 2, 1] = road[before, 2], road[before, 3]
    points[_TILE + 3, 0], points[_TILE + 3, 1] = road[t, 2], road[t, 3]
    area = 0.0
    for i in range(_TILE, _TILE + 4):
        j = i + 1 if i + 1 < POINTS else _TILE
        area += points[i, 0] * points[j, 1] - points[i, 1] * points[j, 0]
    if area < 0.0:  # where the road's end meets its beginning
        for d in range(2):
            points[_TILE + 1, d], points[_TILE + 3, d] = points[_TILE + 3, d], points[_TILE + 1, d]


@exact
def _hull_touches(points):
    for h in range(4):
        first = HULL_STARTS[h]
        if _touches(points, _TILE, 4, first, HULL_STARTS[h + 1] - first):
            return True
    return False


@exact
def feel_tiles(track, road, tiles, pose, wheel, touched, points):
    """Write which wheels are on the road and which tiles are touched; return newly visited tiles, whether 0 is one.

    Args:
        track: of which X and Y are the places of the tiles' points (m), float64 [MOST_TILES, 4].
        road: left and right edge there, float64 [MOST_TILES, 4].
        tiles: how many there are.
        pose: of the bodies; see `columns`.
        wheel: whose column ROAD is written.
        touched: UNTOUCHED, FELT or DRIVEN, float64 [MOST_TILES].
        points: room, float64 [POINTS, 2].
    """
    _place_car(pose, points)
    fresh, first = 0, False
    for k in range(4):
        wheel[k, ROAD] = 0.0
    for t in range(tiles):
        dx, dy = track[t, X] - pose[0, PX], track[t, Y] - pose[0, PY]
        if dx * dx + dy * dy > _FAR * _FAR:
            continue
        _place_tile(road, tiles, t, points)
        for k in range(4):
            if _touches(points, _TILE, 4, _WHEELS + 4 * k, 4):
                wheel[k, ROAD] = 1.0
                if touched[t] != DRIVEN:
                    touched[t] = DRIVEN
                    fresh += 1
                    first = first or t == 0
        if touched[t] == UNTOUCHED and _hull_touches(points):
            touched[t] = FELT
    return fresh, first
