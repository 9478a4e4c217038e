"""What tyres do to the car: `Car.step` of Gymnasium 1.4.0, envs/box2d/car_dynamics.py, in its order of operations."""

from __future__ import annotations

import math

import numpy as np

from hebbax.compiling.compiler import exact
from hebbax.worlds.car.columns import (
    ANGLE,
    BRAKE,
    COSINE,
    GAS,
    OMEGA,
    PHASE,
    ROAD,
    SINE,
    STEER,
    VX,
    VY,
)
from hebbax.worlds.car.shape import ENGINE_POWER, FRICTION_LIMIT, STIFFNESS, WHEEL_INERTIA, WHEEL_RADIUS, F

PERIOD = 1.0 / 50  # s
_GRASS = 0.6  # of the friction of the road


@exact
def press(wheel, control, drag):
    """Take up steering, gas and brake; gas rises by 0.1 a tick at most, and no brake is below its drag [4]."""
    wheel[0, STEER] = -control[0]
    wheel[1, STEER] = -control[0]
    gas = min(max(control[1], 0.0), 1.0)
    for k in range(2, 4):
        wheel[k, GAS] += min(gas - wheel[k, GAS], 0.1)
    for k in range(4):
        wheel[k, BRAKE] = max(control[2], drag[k]) if drag[k] > 0.0 else control[2]


@exact
def _spin(wheel, k, power):
    """Return how fast a wheel turns (rad/s) after engine, of which a share of the power is left, and brake."""
    omega = wheel[k, OMEGA]
    omega += PERIOD * (ENGINE_POWER * power) * wheel[k, GAS] / WHEEL_INERTIA / (abs(omega) + 5.0)
    brake = wheel[k, BRAKE]
    if brake >= 0.9:
        return 0.0
    if brake > 0:
        omega += -np.sign(omega) * min(15 * brake, abs(omega))
    return omega


@exact
def roll(body, pose, wheel, grip, power, speed, force):
    """Turn the wheels, and write motor speeds [4] (rad/s) and forces [4, 2] (N) of the wheels, both float32.

    `grip` and `power` [4] are what is left of each wheel's friction and of the engine's power; 1 changes no bit.
    """
    for k in range(4):
        turn = wheel[k, STEER] - np.float64(F(body[k + 1, ANGLE] - body[0, ANGLE]))
        speed[k] = F(np.sign(turn) * min(50.0 * abs(turn), 3.0))
        s, c = np.float64(pose[k + 1, SINE]), np.float64(pose[k + 1, COSINE])
        vx, vy = np.float64(body[k + 1, VX]), np.float64(body[k + 1, VY])
        omega = _spin(wheel, k, power[k])
        wheel[k, PHASE] += omega * PERIOD
        along = (-(-s * vx + c * vy) + omega * WHEEL_RADIUS) * STIFFNESS
        across = -(c * vx + s * vy) * STIFFNESS
        size = math.sqrt(along * along + across * across)
        limit = grip[k] * (FRICTION_LIMIT * 1.0 if wheel[k, ROAD] > 0.0 else FRICTION_LIMIT * _GRASS)
        if abs(size) > limit:
            along = along / size * limit
            across = across / size * limit
        wheel[k, OMEGA] = omega - PERIOD * along * WHEEL_RADIUS / WHEEL_INERTIA
        force[k, 0], force[k, 1] = F(across * c + along * -s), F(across * s + along * c)
