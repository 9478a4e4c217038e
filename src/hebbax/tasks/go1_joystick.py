"""A Unitree Go1 follows a joystick, as in MuJoCo Playground: on the flat, and on rough ground."""

from __future__ import annotations

import numpy as np

from hebbax.compiling.compiler import compiled
from hebbax.tasks.attitude import along_own_axes
from hebbax.tasks.go1 import (
    FIRST_JOINT,
    HOME,
    ROUGH,
    TARGETS,
    born,
    go1_world,
    is_upside_down,
    observed,
    proprioception,
    targets,
)
from hebbax.tasks.go1_terms import (
    beyond_limits,
    clearance,
    energy,
    feet,
    follow_swings,
    pose,
    slip,
    tilt,
    torques,
    tracking,
)
from hebbax.tasks.groups import Group
from hebbax.tasks.task import Task
from hebbax.types import Array, Noise, Simulation
from hebbax.worlds.mujoco.world import MujocoWorld

_JOINTS = {
    "stiffness": 35.0,  # N·m/rad, of every joint
    "damping": 0.5,  # N·m·s/rad
    "dry_friction": (0.3, 0.3, 1.0),  # N·m, of a leg's hip, thigh and calf
}
_FLAT_FRICTION = 0.6

_FASTEST = np.array([1.5, 0.8, 1.2])  # of a command: m/s along the trunk, m/s to its left, rad/s to its left
_ASKED = np.array([0.9, 0.25, 0.5])  # chance that a new command asks for each of these
_KEPT = 0.5  # chance that a part of the command stays as it is
_PATIENCE = 5.0  # s, the mean time from one command to the next
_STILL = 0.01  # size of a command below which the robot is to stand

_PLACE, _YAW, _VELOCITY = 0.5, 3.14, 0.5  # m; rad; m/s and rad/s: how far a birth is from the middle
_SPREAD = 0.25  # m²/s² and rad²/s², of following the command

_ACTION, _SWING, _COMMAND, _WAIT = slice(0, 12), slice(12, 20), slice(20, 23), 23
_MEMORY = 24


@compiled
def _share(uniform: Array) -> Array:
    return 0.5 * (uniform + 1.0)  # of [-1, 1)


@compiled
def _wait(uniform: Array) -> Array:
    """Return a time until the next command, s: exponential."""
    return -_PATIENCE * np.log(1.0 - _share(uniform))


@compiled
def _command(uniform: Array) -> Array:
    """Return a command [3] from six numbers in [-1, 1): how fast, and whether at all."""
    return _FASTEST * uniform[:3] * (_share(uniform[3:6]) < _ASKED)


@compiled
def _sum(terms: tuple[Array, ...]) -> Array:
    total = 0.0
    for term in terms:
        total += term
    return total


def _reset(noise: Noise) -> tuple[Array, Array, Array]:
    draws = noise.uniform
    qpos, qvel = born(_PLACE * draws[0], _PLACE * draws[1], _YAW * draws[2], _VELOCITY * draws[3:9])
    rest = np.array((_wait(draws[15]),))
    return qpos, qvel, np.concatenate((np.zeros(20), _command(draws[9:15]), rest))


@compiled
def _local_velocity(simulation: Simulation) -> Array:
    return along_own_axes(simulation.qpos, simulation.qvel[:3])


def _observe(simulation: Simulation, memory: Array) -> Array:
    body = observed(_local_velocity(simulation), simulation.qpos, simulation.qvel)
    return np.concatenate((body, memory[_ACTION], memory[_COMMAND]))


def _actuate(action: Array, simulation: Simulation, memory: Array) -> Array:
    return targets(action)


def _outcome(
    before: Simulation, simulation: Simulation, action: Array, memory: Array, period: float, noise: Noise
) -> tuple[tuple[Array, ...], Array, Array]:
    qpos, qvel, command = simulation.qpos, simulation.qvel, memory[_COMMAND]
    velocity, fell = _local_velocity(simulation), is_upside_down(simulation)
    error = np.square(command[0] - velocity[0]) + np.square(command[1] - velocity[1])
    torque, _, _ = torques(simulation)
    on, heights, speeds = feet(before, simulation, period)
    swing_height, air_time, swings = follow_swings(on, heights, memory[_SWING], period)
    moving = np.sum(np.square(command)) > _STILL * _STILL
    away = np.sum(np.abs(qpos[FIRST_JOINT:] - HOME))
    terms = (
        period * 1.0 * tracking(error, _SPREAD),
        period * 0.5 * tracking(np.square(command[2] - qvel[5]), _SPREAD),
        -period * 0.5 * np.square(qvel[2]),
        -period * 0.05 * (np.square(qvel[3]) + np.square(qvel[4])),
        -period * 5.0 * tilt(qpos),
        -period * 1.0 * beyond_limits(qpos),
        period * 0.5 * pose(qpos),
        -period * 1.0 * fell,
        -period * 1.0 * away * (1.0 - moving),
        -period * 2e-4 * torque,
        -period * 0.01 * np.sum(np.square(action - memory[_ACTION])),
        -period * 1e-3 * energy(simulation),
        -period * 2.0 * clearance(heights, speeds),
        -period * 0.2 * swing_height * moving,
        -period * 0.1 * slip(on, speeds) * moving,
        period * 0.1 * air_time * moving,
    )
    wait, draws = memory[_WAIT] - period, noise.uniform
    due = 1.0 * (wait <= 0)
    anew = due * (_share(draws[6:9]) >= _KEPT)
    asked = (1.0 - anew) * command + anew * _command(draws)
    rest = np.array((due * _wait(draws[9]) + (1.0 - due) * wait,))
    return (*terms, np.maximum(-_sum(terms), 0.0)), fell, np.concatenate((action, swings, asked, rest))


REWARD = (
    *("velocity", "turning", "vertical-speed", "rolling", "tilt", "joint-limits", "pose", "fall", "standing-still"),
    *("torque", "action-change", "energy", "foot-clearance", "foot-height", "foot-slip", "foot-air-time"),
    "floor",  # what a tick's reward lacks to 0: the published one is never below
)


def go1_joystick() -> Task:
    """Return the task: 48 observations, 12 targets of joints within 0.5 rad of the home pose, 50 Hz.

    A command asks for a velocity along the trunk's axes and for turning, and changes every five seconds on average. The
    reward has the published terms with their weights, and a tick's is never below 0. It terminates upside down. Joints
    are softer than those of `go1_walk` and have dry friction, as published.

    The velocity is that of the trunk's origin, where the published one is that of an IMU 7 cm away; and the last action
    is the one that has just been taken, where the published observation still has the one before.

    Source: MuJoCo Playground, Zakka et al., 2025.
    """
    return _joystick("go1_joystick", go1_world(**_JOINTS, friction=_FLAT_FRICTION))


def go1_joystick_rough() -> Task:
    """Return `go1_joystick` on ground of random heights, 5 cm from peak to trough."""
    return _joystick("go1_joystick_rough", go1_world(**_JOINTS, **ROUGH))


def _joystick(name: str, world: MujocoWorld) -> Task:
    command = (Group("speed command", 2, "m/s"), Group("turning command", 1, "rad/s"))
    return Task(
        name=name,
        robot="Go1",
        world=world,
        observation=(*proprioception("velocity"), Group("last action", 12, "1", -1, 1), *command),
        action=TARGETS,
        reset=_reset,
        observe=_observe,
        actuate=_actuate,
        outcome=_outcome,
        compares=("site_xpos",),
        memory_size=_MEMORY,
        noise_size=10,
        reward=REWARD,
        termination="the trunk is upside down",
    )
