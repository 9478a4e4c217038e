"""A Unitree Go1 walks ahead, as in *Hebbian Attractor Networks*: on the flat, and on rough ground."""

from __future__ import annotations

import numpy as np

from hebbax.compiling.compiler import compiled
from hebbax.tasks.attitude import along_own_axes
from hebbax.tasks.go1 import (
    ROUGH,
    TARGETS,
    born,
    go1_world,
    has_fallen,
    observed,
    proprioception,
    targets,
    yaw_of,
)
from hebbax.tasks.go1_terms import (
    SWING,
    beyond_limits,
    clearance,
    energy,
    feet,
    follow_swings,
    moved_forward,
    pose,
    slip,
    tilt,
    torques,
    tracking,
)
from hebbax.tasks.task import Task
from hebbax.types import Array, Noise, Simulation
from hebbax.worlds.mujoco.world import MujocoWorld

_SPEED = 2.0  # m/s, to be walked at
_SPEED_SPREAD = _SPEED**2 / (-2 * np.log(0.05))  # m²/s²; a robot that stands gets 0.0025
_HEADING_WEIGHT, _HEADING_SPREAD = 0.2, 2.0  # rad²
FAST_ENOUGH = 1.0  # m/s, beyond which going forward pays no more
_COMMAND_SPREAD = 0.25  # m²/s² and rad²/s²
AHEAD = 0.5  # rad², beyond which a heading is no longer ahead
ACTIONS = 12

_PLACE, _YAW, _VELOCITY = 0.2, np.pi / 6, 0.2  # m; rad; m/s and rad/s: how far a birth is from the middle


def reset(noise: Noise) -> tuple[Array, Array, Array]:
    """Return a birth near the home pose, and a memory of the last action and of the feet."""
    draws = noise.uniform
    qpos, qvel = born(_PLACE * draws[0], _PLACE * draws[1], _YAW * draws[2], _VELOCITY * draws[3:9])
    return qpos, qvel, np.zeros(ACTIONS + SWING)


def observe(simulation: Simulation, memory: Array) -> Array:
    """Return `proprioception`, with the velocity along the axes of the world."""
    return observed(simulation.qvel[:3], simulation.qpos, simulation.qvel)


def actuate(action: Array, simulation: Simulation, memory: Array) -> Array:
    """Return the targets of the joints."""
    return targets(action)


@compiled
def off_course(qpos: Array) -> Array:
    """Return how far the heading is from +x: 0 to 1."""
    return 1.0 - np.exp(-np.square(yaw_of(qpos)) / AHEAD)


@compiled
def _command_errors(simulation: Simulation) -> tuple[Array, Array]:
    """Return the squared errors of the velocity along the trunk's axes, and of turning."""
    velocity, turning = along_own_axes(simulation.qpos, simulation.qvel[:3]), simulation.qvel[5]
    return np.square(_SPEED - velocity[0]) + np.square(velocity[1]), np.square(turning)


def outcome(
    before: Simulation, simulation: Simulation, action: Array, memory: Array, period: float
) -> tuple[tuple[Array, ...], Array, Array]:
    """Return the terms of the reward and those of shaping, whether it fell, and the memory."""
    qpos, qvel, fell = simulation.qpos, simulation.qvel, has_fallen(simulation)
    yaw, moved = yaw_of(qpos), moved_forward(before, simulation)
    torque, squared_torque, fourth_torque = torques(simulation)
    on, heights, speeds = feet(before, simulation, period)
    swing_height, air_time, swings = follow_swings(on, heights, memory[ACTIONS:], period)
    velocity_error, turning_error = _command_errors(simulation)
    terms = (
        period * np.exp(-np.square(qvel[0] - _SPEED) / _SPEED_SPREAD),
        period * _HEADING_WEIGHT * np.exp(-np.square(yaw) / _HEADING_SPREAD),
        moved,
        np.minimum(moved, period * FAST_ENOUGH),
        period * (1.0 - fell),
        period * off_course(qpos),
        period * np.abs(qvel[1]),
        period * np.square(qvel[1]),
        period * tracking(velocity_error, _COMMAND_SPREAD),
        period * tracking(turning_error, _COMMAND_SPREAD),
        period * np.square(qvel[2]),
        period * (np.square(qvel[3]) + np.square(qvel[4])),
        period * tilt(qpos),
        period * torque,
        period * squared_torque,
        period * fourth_torque,
        period * np.sum(np.square(action)),
        period * np.sum(np.square(action - memory[:ACTIONS])),
        period * energy(simulation),
        period * pose(qpos),
        period * beyond_limits(qpos),
        period * slip(on, speeds),
        period * clearance(heights, speeds),
        period * swing_height,
        period * air_time,
        period * (1.0 * fell),
    )
    return terms, fell, np.concatenate((action, swings))


REWARD = ("speed", "heading")

SHAPING = {
    "distance": "metres along x",
    "forward": "metres along x, of which those count that are not beyond 1 m/s",
    "alive": "seconds without a fall",
    "heading-error": "1 − exp(−2 yaw²)",
    "side-speed": "speed along y, m/s",
    "side-speed-squared": "the same squared; the published code pays for it, at 0.1, where it means a cost",
    "velocity-tracking": "exp(−4 e²) of the error e of the velocity along the trunk's axes",
    "turning-tracking": "exp(−4 e²) of the error e of turning about the vertical",
    "vertical-speed-squared": "m²/s²",
    "rolling": "squared angular velocities about x and y, rad²/s²",
    "tilt": "squared sine of the angle between the trunk's axis and the vertical",
    "torque": "Euclidean plus absolute sum, N·m",
    "torque-squared": "N²·m²",
    "torque-fourth": "fourth powers of torques by 28.44 N·m",
    "action": "squared actions",
    "action-change": "squared changes of actions",
    "energy": "power of all joints, W",
    "pose": "exp(−distance from the home pose)",
    "joint-limits": "rad outside of the middle 95 % of the ranges",
    "foot-slip": "squared speeds of feet that bear weight",
    "foot-clearance": "how far moving feet are from 0.1 m",
    "foot-height": "(peak / 0.1 m − 1)² of feet that touch down",
    "foot-air-time": "time in the air beyond 0.1 s of feet that touch down",
    "fall": "1 where a life ends by it",
}
"""Terms that a run may weigh in its fitness, each a second's worth in a second, and what they are."""

WALKS = "reward_terms.forward>=2.5"  # m in a life of 200 ticks, which is 4 s

LEARN_TO_WALK = {"after": 0, "weights": {"speed": 0.0, "heading": 0.0, "forward": 1.0, "action": -0.01}}
"""First of all forward: what pays for posture or costs effort from the start teaches it to stand, or to dive."""


def go1_walk() -> Task:
    """Return the task: 33 observations, 12 targets of joints within 0.5 rad of the home pose, 50 Hz.

    The reward is that of the paper: each second 1 for walking at 2 m/s and 0.2 for the heading, at most 24 in a life of
    20 s. It terminates at a fall. Births are up to 0.2 m and 30 degrees off, and up to 0.2 m/s and rad/s fast.

    Source: Dittrich, van Diggelen and Floreano, ICRA 2026.
    """
    return _walk("go1_walk", go1_world())


def go1_walk_rough() -> Task:
    """Return `go1_walk` on ground of random heights, 5 cm from peak to trough."""
    return _walk("go1_walk_rough", go1_world(**ROUGH))


def _walk(name: str, world: MujocoWorld) -> Task:
    """Return a task of this page in a world."""
    return Task(
        name=name,
        robot="Go1",
        world=world,
        observation=proprioception("velocity"),
        action=TARGETS,
        reset=reset,
        observe=observe,
        actuate=actuate,
        outcome=outcome,
        compares=("qpos", "site_xpos"),
        memory_size=ACTIONS + SWING,
        reward=REWARD,
        shaping=tuple(SHAPING),
        termination="the trunk is below 0.15 m, or tilted by more than 60 degrees",
        training_ticks=200,
        training_phases=(LEARN_TO_WALK, {"after": WALKS}),
    )
