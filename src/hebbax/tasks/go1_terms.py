"""What a Go1 can be rewarded or punished for, by the tick: the terms of published rewards, without their weights.

Sources: Dittrich, van Diggelen and Floreano, ICRA 2026 (`han`); MuJoCo Playground's Go1 joystick tasks (Zakka et al.,
2025), from which most of these come.
"""

from __future__ import annotations

import numpy as np

from hebbax.compiling.compiler import compiled
from hebbax.tasks.go1 import FIRST_JOINT, HOME
from hebbax.types import Array, Simulation

FEET = 4
SWING = 2 * FEET
"""Numbers of `follow_swings`: how long each foot has been in the air (s), and how high it came (m)."""

_FOOT_HEIGHT = 0.1  # m, to which feet should swing
_AIR_TIME = 0.1  # s, that feet should swing at least
_SOFT = 0.95  # share of a joint's range within which it should stay
_STRONGEST = 28.44  # N·m, by which torques are divided before their fourth power
_GAIN = 50.0  # N·m/rad, of the servos
_TORQUE_LIMITS = np.array([23.7, 23.7, 35.55] * 4)  # N·m
_LOW = np.array([-0.863, -0.686, -2.818] * 4)
_HIGH = np.array([0.863, 4.501, -0.888] * 4)
_POSE = np.array([1.0, 1.0, 0.1] * 4)  # weights of hip, thigh and calf


@compiled
def tracking(error: Array, spread: float) -> Array:
    """Return 1 where nothing is wrong, and less with the squared error."""
    return np.exp(-error / spread)


@compiled
def tilt(qpos: Array) -> Array:
    """Return the squared sine of the angle between the trunk's axis and the vertical."""
    leaning = 2 * (qpos[4] * qpos[4] + qpos[5] * qpos[5])
    return 1 - np.square(1 - leaning)


@compiled
def energy(simulation: Simulation) -> Array:
    """Return the power of all joints at the end of a tick without regard to sign, W, as published."""
    return np.sum(np.abs(simulation.qvel[FIRST_JOINT - 1 :] * simulation.qfrc_actuator[FIRST_JOINT - 1 :]))


@compiled
def work(before: Simulation, simulation: Simulation) -> Array:
    """Return the work of all joints in a tick without regard to sign, J.

    Of each joint by the mean of its torques at the start and the end of the tick: a servo does most at the start, of
    which `energy` sees nothing. 0.92 to 0.96 of the work of all physics steps in the gaits of the shipped Go1s.
    """
    begun = _GAIN * (simulation.ctrl - before.qpos[FIRST_JOINT:])
    begun = np.minimum(np.maximum(begun, -_TORQUE_LIMITS), _TORQUE_LIMITS)
    turned = simulation.qpos[FIRST_JOINT:] - before.qpos[FIRST_JOINT:]
    return np.sum(np.abs(0.5 * (begun + simulation.qfrc_actuator[FIRST_JOINT - 1 :]) * turned))


@compiled
def torques(simulation: Simulation) -> tuple[Array, Array, Array]:
    """Return Euclidean plus absolute sum (N·m), squared sum (N²·m²), and the sum of fourth powers of shares."""
    torque = simulation.qfrc_actuator[FIRST_JOINT - 1 :]
    squared = np.sum(np.square(torque))
    fourth = np.sum(np.square(np.square(torque / _STRONGEST)))
    return np.sqrt(squared) + np.sum(np.abs(torque)), squared, fourth


@compiled
def pose(qpos: Array) -> Array:
    """Return 1 in the home pose, and less with the distance from it."""
    return np.exp(-np.sum(_POSE * np.square(qpos[FIRST_JOINT:] - HOME)))


@compiled
def beyond_limits(qpos: Array) -> Array:
    """Return by how much joints are outside of the middle 95 % of their ranges, rad."""
    middle, half = (_LOW + _HIGH) / 2, _SOFT * (_HIGH - _LOW) / 2
    return np.sum(np.maximum(np.abs(qpos[FIRST_JOINT:] - middle) - half, 0.0))


@compiled
def feet(before: Simulation, simulation: Simulation, period: Array) -> tuple[Array, Array, Array]:
    """Return which feet bear weight [4], how high they are [4] (m), and how fast along the ground [4] (m/s).

    Their centres, whose speed is the mean over the tick; published ones come from a sensor at its end.
    """
    on = simulation.sensordata[:FEET] > 0
    moved = (simulation.site_xpos[:FEET] - before.site_xpos[:FEET]) / period
    return on, simulation.site_xpos[:FEET, 2], np.sqrt(np.square(moved[:, 0]) + np.square(moved[:, 1]))


@compiled
def slip(on: Array, speeds: Array) -> Array:
    """Return the squared speeds of feet that bear weight, m²/s²."""
    return np.sum(np.square(speeds) * on)


@compiled
def clearance(heights: Array, speeds: Array) -> Array:
    """Return how far from 0.1 m feet are that move, m·√(m/s)."""
    return np.sum(np.abs(heights - _FOOT_HEIGHT) * np.sqrt(speeds))


@compiled
def follow_swings(on: Array, heights: Array, memory: Array, period: Array) -> tuple[Array, Array, Array]:
    """Return what is told of feet that touch down: their height and time in the air; and the memory [SWING] after it.

    The height is (peak / 0.1 m − 1)², the time that beyond 0.1 s, each summed over the feet.
    """
    air, peak = memory[:FEET], np.maximum(memory[FEET:], heights)
    landed = on & (air > 0)
    height = np.sum(np.square(peak / _FOOT_HEIGHT - 1) * landed)
    time = np.sum((air - _AIR_TIME) * landed)
    flying = 1.0 - on
    return height, time, np.concatenate(((air + period) * flying, peak * flying))


@compiled
def moved_forward(before: Simulation, simulation: Simulation) -> Array:
    """Return how far the trunk came along x, m."""
    return simulation.qpos[0] - before.qpos[0]
