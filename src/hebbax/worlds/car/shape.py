"""The car's numbers: polygons, masses and joints, each rounded as Box2D rounds it.

Source: Gymnasium 1.4.0, envs/box2d/car_dynamics.py; b2PolygonShape and b2Body of Box2D 2.3.
"""

from __future__ import annotations

import numpy as np

F = np.float32

SIZE = 0.02
ENGINE_POWER = 100000000 * SIZE * SIZE
WHEEL_INERTIA = 4000 * SIZE * SIZE
FRICTION_LIMIT = 1000000 * SIZE * SIZE
STIFFNESS = 205000 * SIZE * SIZE
WHEEL_RADIUS = 27 * SIZE  # m
WHEEL_HALF_WIDTH = 14 * SIZE  # m
WHEEL_AT = np.array([(-55, 80), (55, 80), (-55, -82), (55, -82)]) * SIZE
"""Where the wheels are, m from the hull's origin: front-left, front-right, rear-left, rear-right; forward is +y."""

_HULL = (
    ((-60, 130), (60, 130), (60, 110), (-60, 110)),
    ((-15, 120), (15, 120), (20, 20), (-20, 20)),
    ((25, 20), (50, -10), (50, -40), (20, -90), (-20, -90), (-50, -40), (-50, -10), (-25, 20)),
    ((-50, -120), (50, -120), (50, -90), (-50, -90)),
)
_WHEEL = ((-14, 27), (14, 27), (14, -27), (-14, -27))


def _ordered(polygon: tuple[tuple[int, int], ...]) -> np.ndarray:
    """Return vertices as Box2D keeps them: float32, counter-clockwise from the rightmost, the lowest of these."""
    points = np.array([(x * SIZE, y * SIZE) for x, y in polygon]).astype(F)
    centre = points.mean(0)
    points = points[np.argsort(np.arctan2(points[:, 1] - centre[1], points[:, 0] - centre[0]))]
    start = min(range(len(points)), key=lambda i: (-points[i, 0], points[i, 1]))
    return np.roll(points, -start, axis=0)


def _mass(points: np.ndarray, density: np.float32) -> tuple[np.float32, ...]:
    """Return mass, centre and inertia about the origin of a polygon, in Box2D's order of operations."""
    sx = sy = F(0)
    for x, y in points:
        sx, sy = sx + x, sy + y
    inverse = F(1) / F(len(points))
    sx, sy = sx * inverse, sy * inverse
    third, area, inertia, cx, cy = F(1) / F(3), F(0), F(0), F(0), F(0)
    for (ax, ay), (bx, by) in zip(points - (sx, sy), np.roll(points, -1, axis=0) - (sx, sy), strict=True):
        cross = ax * by - ay * bx
        triangle = F(0.5) * cross
        area = area + triangle
        share = triangle * third
        cx, cy = cx + share * (ax + bx), cy + share * (ay + by)
        squares = (ax * ax + bx * ax + bx * bx) + (ay * ay + by * ay + by * by)
        inertia = inertia + F(0.25) * third * cross * squares
    mass = density * area
    inverse = F(1) / area
    cx, cy = cx * inverse, cy * inverse
    gx, gy = cx + sx, cy + sy
    return mass, gx, gy, density * inertia + mass * ((gx * gx + gy * gy) - (cx * cx + cy * cy))


def _body(polygons: list[np.ndarray], density: float) -> tuple[np.float32, ...]:
    """Return inverse mass, inverse inertia about the centre of mass, and that centre, of a body."""
    mass = x = y = inertia = F(0)
    for points in reversed(polygons):  # the last fixture is the head of Box2D's list
        m, gx, gy, i = _mass(points, F(density))
        mass, inertia = mass + m, inertia + i
        x, y = x + m * gx, y + m * gy
    inverse = F(1) / mass
    x, y = x * inverse, y * inverse
    return inverse, F(1) / (inertia - mass * (x * x + y * y)), x, y


_HULL_POLYGONS = [_ordered(polygon) for polygon in _HULL]
HULL_STARTS = np.array([0, *np.cumsum([len(polygon) for polygon in _HULL])])
"""Where each polygon of the hull begins in HULL_POINTS, and where the last one ends."""

HULL_POINTS = np.concatenate(_HULL_POLYGONS).astype(np.float64)
WHEEL_POINTS = _ordered(_WHEEL).astype(np.float64)
HULL_INVERSE_MASS, HULL_INVERSE_INERTIA, CENTRE_X, CENTRE_Y = _body(_HULL_POLYGONS, 1.0)
WHEEL_INVERSE_MASS, WHEEL_INVERSE_INERTIA, *_ = _body([_ordered(_WHEEL)], 0.1)  # about its origin
ANCHORS = np.array([(F(x) - CENTRE_X, F(y) - CENTRE_Y) for x, y in WHEEL_AT], F)
"""Where the joints are on the hull, from its centre of mass."""
