"""Box2D's step for one hull and four wheels on revolute joints with motors and limits, in float32.

Every operation comes in Box2D's own order, so that states are the same bits. Source: b2Island, b2RevoluteJoint of
Box2D 2.3, as Gymnasium 1.4.0 calls them: 180 velocity and at most 60 position passes, no gravity, no damping.
"""

from __future__ import annotations

import math

from hebbax.compiling.compiler import exact
from hebbax.worlds.car.columns import (
    ANGLE,
    COSINE,
    CX,
    CY,
    FREE,
    JX,
    JY,
    JZ,
    LIMIT,
    MOTOR,
    PX,
    PY,
    REST,
    SINE,
    TURN,
    VX,
    VY,
)
from hebbax.worlds.car.joint import (
    hold_at_limit,
    hold_together,
    limit_at,
    measure,
    turn_back,
    turn_by,
    turn_motor,
    warm_start,
)
from hebbax.worlds.car.shape import (
    ANCHORS,
    CENTRE_X,
    CENTRE_Y,
    HULL_INVERSE_INERTIA,
    HULL_INVERSE_MASS,
    WHEEL_INVERSE_MASS,
    F,
)

VELOCITY_PASSES, POSITION_PASSES = 180, 60
BLOCK = 4
"""Velocity passes between two looks at whether they repeat: a cycle of 1, 2 or 4 has come round, and it divides 180."""

_DT = F(1.0 / 50)
_LINEAR_SLOP = F(0.005)
_ANGULAR_SLOP = F(2.0) / F(180.0) * F(3.14159265359)
_MOST_MOVE, _MOST_TURN = F(2.0), F(0.5) * F(3.14159265359)  # m and rad a step
_SLOW_MOVE, _SLOW_TURN = F(0.01) * F(0.01), _ANGULAR_SLOP * _ANGULAR_SLOP
_SLEEPY = F(0.5)  # s at rest, after which it falls asleep
_ZERO, _ONE = F(0.0), F(1.0)


@exact
def place_bodies(body, pose):
    """Write where the origins of all bodies are, from their centres of mass."""
    for k in range(5):
        s, c = F(math.sin(body[k, ANGLE])), F(math.cos(body[k, ANGLE]))
        pose[k, SINE], pose[k, COSINE] = s, c
        pose[k, PX], pose[k, PY] = body[k, CX], body[k, CY]
        if k == 0:
            x, y = turn_by(s, c, CENTRE_X, CENTRE_Y)
            pose[0, PX], pose[0, PY] = body[0, CX] - x, body[0, CY] - y


@exact
def _begin_joint(k, s, c, hull, body, joint, geometry):
    """Measure a joint, see whether it is at a limit, and start it warm; return the hull's velocities."""
    measure(k, s, c, geometry)
    angle = F(body[k + 1, ANGLE] - body[0, ANGLE])
    limit = limit_at(angle)
    if limit == FREE or joint[k, LIMIT] != limit:
        joint[k, JZ] = _ZERO
    joint[k, LIMIT] = limit
    return warm_start(k, hull, body, joint, geometry)


@exact
def _pass(hull, body, joint, speed, geometry, added, p):
    """Make one velocity pass over all joints, and note in row `p` of `added` what it adds to their impulses.

    Takes and returns the hull's velocities, which every joint changes: in an array each would wait for the one before.
    """
    for k in range(3, -1, -1):
        hull = turn_motor(k, hull, body, joint, speed, geometry)
        if joint[k, LIMIT] == FREE:
            hull, ix, iy = hold_together(k, hull, body, geometry)
        else:
            hull, ix, iy = hold_at_limit(k, hull, body, joint, geometry)
        joint[k, JX] += ix
        joint[k, JY] += iy
        added[p, k, 0], added[p, k, 1] = ix, iy
    return hull


@exact
def _repeats(body, joint, seen):
    """Whether all that a pass reads is as it was when this was last called."""
    same = True
    for k in range(5):
        for d in range(3):
            same = same and seen[k, d] == body[k, VX + d]
            seen[k, d] = body[k, VX + d]
    for k in range(4):
        same = same and seen[k, 3] == joint[k, JZ] and seen[k, 4] == joint[k, MOTOR]
        seen[k, 3], seen[k, 4] = joint[k, JZ], joint[k, MOTOR]
    return same


@exact
def _solve_velocities(hull, body, joint, speed, geometry, seen, added):
    """Have the effect of 180 velocity passes, with the hull's velocities before; return how many were really made.

    A pass is a function of velocities and of the impulses of motors and limits. Once these are what they were a block
    ago, all later blocks repeat the last one. Only the impulses along x and y still drift, which no pass reads: the
    same increments are added in the same order, so the bits are those of 180 passes.
    """
    made = 0
    while made < VELOCITY_PASSES:
        for p in range(BLOCK):
            hull = _pass(hull, body, joint, speed, geometry, added, p)
        made += BLOCK
        body[0, VX], body[0, VY], body[0, TURN] = hull
        if _repeats(body, joint, seen) and made > BLOCK:
            for _ in range((VELOCITY_PASSES - made) // BLOCK):
                for p in range(BLOCK):
                    for k in range(4):
                        joint[k, JX] += added[p, k, 0]
                        joint[k, JY] += added[p, k, 1]
            break
    return made


@exact
def _move(body):
    """Move all bodies by their velocities, which are cut where they are more than a step allows."""
    for k in range(5):
        mx, my, turned = _DT * body[k, VX], _DT * body[k, VY], _DT * body[k, TURN]
        moved = mx * mx + my * my
        if moved > _MOST_MOVE * _MOST_MOVE:
            ratio = _MOST_MOVE / F(math.sqrt(moved))
            body[k, VX] *= ratio
            body[k, VY] *= ratio
        if turned * turned > _MOST_TURN * _MOST_TURN:
            body[k, TURN] *= _MOST_TURN / abs(turned)
        body[k, CX] += _DT * body[k, VX]
        body[k, CY] += _DT * body[k, VY]
        body[k, ANGLE] += _DT * body[k, TURN]


@exact
def _solve_position(k, body, joint):
    """Make one position pass over a joint; return whether its errors were small."""
    angular = _ZERO
    if joint[k, LIMIT] != FREE:
        angular = turn_back(k, body, joint)
    s, c = F(math.sin(body[0, ANGLE])), F(math.cos(body[0, ANGLE]))
    rx, ry = turn_by(s, c, ANCHORS[k, 0], ANCHORS[k, 1])
    dx, dy = body[k + 1, CX] - body[0, CX] - rx, body[k + 1, CY] - body[0, CY] - ry
    k11 = HULL_INVERSE_MASS + WHEEL_INVERSE_MASS + HULL_INVERSE_INERTIA * ry * ry
    k12 = -HULL_INVERSE_INERTIA * rx * ry
    k22 = HULL_INVERSE_MASS + WHEEL_INVERSE_MASS + HULL_INVERSE_INERTIA * rx * rx
    inverse = k11 * k22 - k12 * k12
    if inverse != _ZERO:
        inverse = _ONE / inverse
    ix, iy = -(inverse * (k22 * dx - k12 * dy)), -(inverse * (k11 * dy - k12 * dx))
    body[0, CX] -= HULL_INVERSE_MASS * ix
    body[0, CY] -= HULL_INVERSE_MASS * iy
    body[0, ANGLE] -= HULL_INVERSE_INERTIA * (rx * iy - ry * ix)
    body[k + 1, CX] += WHEEL_INVERSE_MASS * ix
    body[k + 1, CY] += WHEEL_INVERSE_MASS * iy
    return F(math.sqrt(dx * dx + dy * dy)) <= _LINEAR_SLOP and angular <= _ANGULAR_SLOP


@exact
def _solve_positions(body, joint):
    """Pull the joints together; return whether that succeeded."""
    for _ in range(POSITION_PASSES):
        solved = True
        for k in range(3, -1, -1):
            solved = _solve_position(k, body, joint) and solved
        if solved:
            return True
    return False


@exact
def _fall_asleep(body, solved):
    """Take all velocities away once the car has been slow for long enough; the next motor speed wakes it."""
    shortest = _SLEEPY
    for k in range(5):
        vx, vy, turn = body[k, VX], body[k, VY], body[k, TURN]
        if turn * turn > _SLOW_TURN or vx * vx + vy * vy > _SLOW_MOVE:
            body[k, REST] = _ZERO
        else:
            body[k, REST] += _DT
        shortest = min(shortest, body[k, REST])
    if shortest >= _SLEEPY and solved:
        for k in range(5):
            body[k, VX], body[k, VY], body[k, TURN], body[k, REST] = _ZERO, _ZERO, _ZERO, _ZERO


@exact
def solve(body, pose, joint, speed, force, geometry, seen, added):
    """Step the car by 0.02 s; return how many velocity passes were made.

    Args:
        body: float32 [5, 7]; see `columns`, as of pose and joint.
        pose: float32 [5, 4].
        joint: float32 [4, 5].
        speed: of the motors (rad/s), float32 [4].
        force: on the wheels (N), float32 [4, 2].
        geometry: room, float32 [4, GEOMETRY].
        seen: room, float32 [5, 5].
        added: room, float32 [BLOCK, 4, 2].
    """
    for k in range(4):
        body[k + 1, VX] += _DT * (WHEEL_INVERSE_MASS * force[k, 0])
        body[k + 1, VY] += _DT * (WHEEL_INVERSE_MASS * force[k, 1])
    s, c = F(math.sin(body[0, ANGLE])), F(math.cos(body[0, ANGLE]))
    hull = body[0, VX], body[0, VY], body[0, TURN]
    for k in range(3, -1, -1):  # the order in which Box2D's search finds the joints
        hull = _begin_joint(k, s, c, hull, body, joint, geometry)
    made = _solve_velocities(hull, body, joint, speed, geometry, seen, added)
    _move(body)
    solved = _solve_positions(body, joint)
    place_bodies(body, pose)
    _fall_asleep(body, solved)
    return made
