"""One revolute joint of a wheel: its motor, its point and its limit. The wheel's own lever arm is zero.

Source: b2RevoluteJoint of Box2D 2.3, in its order of operations.
"""

from __future__ import annotations

from hebbax.compiling.compiler import exact
from hebbax.worlds.car.columns import ANGLE, AT_LOWER, AT_UPPER, FREE, JX, JY, JZ, LIMIT, MOTOR, TURN, VX, VY
from hebbax.worlds.car.shape import (
    ANCHORS,
    HULL_INVERSE_INERTIA,
    HULL_INVERSE_MASS,
    SIZE,
    WHEEL_INVERSE_INERTIA,
    WHEEL_INVERSE_MASS,
    F,
)

_MA, _MB, _IA, _IB = HULL_INVERSE_MASS, WHEEL_INVERSE_MASS, HULL_INVERSE_INERTIA, WHEEL_INVERSE_INERTIA
_LOWER, _UPPER = F(-0.4), F(0.4)  # rad
_MOST_MOTOR = F(1.0 / 50) * F(180 * 900 * SIZE * SIZE)  # N·m·s
_ANGULAR_SLOP = F(2.0) / F(180.0) * F(3.14159265359)
_MOST_CORRECTION = F(8.0) / F(180.0) * F(3.14159265359)  # rad
_ZERO, _ONE = F(0.0), F(1.0)

RX, RY, K11, K12, K22, INVERSE, K13, K23, TURN_MASS, K33, INVERSE3, GEOMETRY = range(12)
"""Columns of `geometry` [4, GEOMETRY]: lever arm of the hull, the matrix of the constraint, inverse determinants."""


@exact
def turn_by(s, c, x, y):
    """Return a vector turned by an angle of this sine and cosine."""
    return c * x - s * y, s * x + c * y


@exact
def limit_at(angle):
    """Return FREE, AT_LOWER or AT_UPPER."""
    if angle <= _LOWER:
        return AT_LOWER
    return AT_UPPER if angle >= _UPPER else FREE


@exact
def measure(k, s, c, geometry):
    """Write the geometry of a joint, of a hull turned by an angle of this sine and cosine."""
    rx, ry = turn_by(s, c, ANCHORS[k, 0], ANCHORS[k, 1])
    k11, k12, k13 = _MA + _MB + ry * ry * _IA, -ry * rx * _IA, -ry * _IA
    k22, k23, k33 = _MA + _MB + rx * rx * _IA, rx * _IA, _IA + _IB
    c1, c2, c3 = k22 * k33 - k23 * k23, k23 * k13 - k12 * k33, k12 * k23 - k22 * k13
    geometry[k, RX], geometry[k, RY] = rx, ry
    geometry[k, K11], geometry[k, K12], geometry[k, K22] = k11, k12, k22
    geometry[k, K13], geometry[k, K23], geometry[k, K33] = k13, k23, k33
    geometry[k, INVERSE], geometry[k, TURN_MASS] = _ONE / (k11 * k22 - k12 * k12), _ONE / k33
    geometry[k, INVERSE3] = _ONE / (k11 * c1 + k12 * c2 + k13 * c3)


@exact
def turn_motor(k, hull, body, joint, speed, geometry):
    """Turn hull and wheel against each other towards the motor's speed; return the hull's velocities."""
    vx, vy, turn = hull
    old = joint[k, MOTOR]
    impulse = -geometry[k, TURN_MASS] * (body[k + 1, TURN] - turn - speed[k])
    joint[k, MOTOR] = max(-_MOST_MOTOR, min(old + impulse, _MOST_MOTOR))
    impulse = joint[k, MOTOR] - old
    body[k + 1, TURN] += _IB * impulse
    return vx, vy, turn - _IA * impulse


@exact
def _apart(k, hull, body, geometry):
    """Return how fast the two points of a joint move apart (m/s)."""
    vx, vy, turn = hull
    return body[k + 1, VX] - vx - (-turn * geometry[k, RY]), body[k + 1, VY] - vy - (turn * geometry[k, RX])


@exact
def _push(k, hull, body, geometry, ix, iy):
    """Apply an impulse to the points of a joint; return the hull's velocities, and how much of it turns the hull."""
    vx, vy, turn = hull
    body[k + 1, VX] += _MB * ix
    body[k + 1, VY] += _MB * iy
    return (vx - _MA * ix, vy - _MA * iy, turn), geometry[k, RX] * iy - geometry[k, RY] * ix


@exact
def warm_start(k, hull, body, joint, geometry):
    """Apply the impulses of the step before; return the hull's velocities."""
    (vx, vy, turn), lever = _push(k, hull, body, geometry, joint[k, JX], joint[k, JY])
    body[k + 1, TURN] += _IB * (joint[k, MOTOR] + joint[k, JZ])
    return vx, vy, turn - _IA * (lever + joint[k, MOTOR] + joint[k, JZ])


@exact
def hold_together(k, hull, body, geometry):
    """Stop the points of a joint within its limits from moving apart; return the hull's velocities and the impulse."""
    dx, dy = _apart(k, hull, body, geometry)
    k11, k12, k22, inverse = geometry[k, K11], geometry[k, K12], geometry[k, K22], geometry[k, INVERSE]
    ix, iy = inverse * (k22 * -dx - k12 * -dy), inverse * (k11 * -dy - k12 * -dx)
    (vx, vy, turn), lever = _push(k, hull, body, geometry, ix, iy)
    return (vx, vy, turn - _IA * lever), ix, iy


@exact
def _solve33(k, geometry, dx, dy, dw):
    """Return the impulse that stops points and angle of a joint, by Cramer's rule."""
    k11, k12, k22 = geometry[k, K11], geometry[k, K12], geometry[k, K22]
    k13, k23, k33, inverse = geometry[k, K13], geometry[k, K23], geometry[k, K33], geometry[k, INVERSE3]
    c1, c2, c3 = k22 * k33 - k23 * k23, k23 * k13 - k12 * k33, k12 * k23 - k22 * k13
    ix = -(inverse * (dx * c1 + dy * c2 + dw * c3))
    c1, c2, c3 = dy * k33 - dw * k23, dw * k13 - dx * k33, dx * k23 - dy * k13
    iy = -(inverse * (k11 * c1 + k12 * c2 + k13 * c3))
    c1, c2, c3 = k22 * dw - k23 * dy, k23 * dx - k12 * dw, k12 * dy - k22 * dx
    return ix, iy, -(inverse * (k11 * c1 + k12 * c2 + k13 * c3))


@exact
def hold_at_limit(k, hull, body, joint, geometry):
    """Stop the points of a joint at a limit from moving apart, and it from going on; return as `hold_together` does."""
    dx, dy = _apart(k, hull, body, geometry)
    ix, iy, iz = _solve33(k, geometry, dx, dy, body[k + 1, TURN] - hull[2])
    z = joint[k, JZ]
    total = z + iz
    if (joint[k, LIMIT] == AT_LOWER and total < _ZERO) or (joint[k, LIMIT] == AT_UPPER and total > _ZERO):
        k11, k12, k22, inverse = geometry[k, K11], geometry[k, K12], geometry[k, K22], geometry[k, INVERSE]
        hx, hy = -dx + z * geometry[k, K13], -dy + z * geometry[k, K23]
        ix, iy, iz = inverse * (k22 * hx - k12 * hy), inverse * (k11 * hy - k12 * hx), -z
        total = _ZERO
    joint[k, JZ] = total
    (vx, vy, turn), lever = _push(k, hull, body, geometry, ix, iy)
    body[k + 1, TURN] += _IB * iz
    return (vx, vy, turn - _IA * (lever + iz)), ix, iy


@exact
def turn_back(k, body, joint):
    """Turn hull and wheel back towards the limit; return how far they were beyond it (rad)."""
    angle = F(body[k + 1, ANGLE] - body[0, ANGLE])
    if joint[k, LIMIT] == AT_LOWER:
        beyond = F(angle - _LOWER)
        correction = max(-_MOST_CORRECTION, min(beyond + _ANGULAR_SLOP, _ZERO))
        error = -beyond
    else:
        beyond = F(angle - _UPPER)
        correction = max(_ZERO, min(beyond - _ANGULAR_SLOP, _MOST_CORRECTION))
        error = beyond
    impulse = -(_ONE / (_IA + _IB)) * correction
    body[0, ANGLE] -= _IA * impulse
    body[k + 1, ANGLE] += _IB * impulse
    return error
