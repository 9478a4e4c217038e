"""What stands where in the arrays of the car's state."""

from __future__ import annotations

CX, CY, ANGLE, VX, VY, TURN, REST = range(7)
"""`body` [5, 7]: centre of mass (m), angle (rad), their velocities, time at rest (s); row 0 is the hull."""

PX, PY, SINE, COSINE = range(4)
"""`pose` [5, 4]: where each body's origin is (m), and how it is turned."""

JX, JY, JZ, MOTOR, LIMIT = range(5)
"""`joint` [4, 5]: impulses along x and y, at the limit, of the motor; FREE, AT_LOWER or AT_UPPER."""

FREE, AT_LOWER, AT_UPPER = 0.0, 1.0, 2.0

GAS, BRAKE, STEER, PHASE, OMEGA, ROAD = range(6)
"""`wheel` [4, 6]: pedals, the angle to be steered to (rad), how it is turned (rad), rad/s, 1 on the road."""

TIME, TOTAL, BEFORE, VISITED, LAP, SHOWN, REWARD, OVER = range(8)
"""`score` [8]: s, sum of rewards, that sum a tick ago, tiles visited, 1 once a lap is complete, the sum that the
picture shows, reward of the last tick, 1 when the life is over."""

UNTOUCHED, FELT, DRIVEN = 0.0, 1.0, 2.0
"""`tiles` [MOST_TILES]: whether anything of the car touched a tile, and whether a wheel did, which visits it."""
