"""The ant of PyBullet, on which Najarro and Risi evolved plastic networks, in MuJoCo and a model of ours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from hebbax.compiling.compiler import compiled
from hebbax.tasks.attitude import roll_pitch_yaw
from hebbax.tasks.groups import Group, motors
from hebbax.tasks.task import Task
from hebbax.types import Array, Noise, Simulation
from hebbax.worlds.mujoco.make_world import mujoco

_MODEL = Path(__file__).parents[1] / "models" / "quadruped.xml"
_SUBSTEPS = 4  # of 4.125 ms
LEGS = ("front-left", "rear-left", "rear-right", "front-right")
"""In the order of joints, motors, feet and observations, which is the published one; each has a hip and an ankle."""

_TARGET = 1000.0  # m along x
_PARTS = 22  # of which the published place is the mean: torso, 20 links, and the floor, which is at the origin
METRES_PER_REWARD = (_PARTS / (_PARTS - 1)) * 0.0165
"""How far the ant has come, m, for a reward of 1: the floor counts as a part that stands still."""

_HEIGHT = 0.75  # m, of the torso at birth
_BENT = np.radians(30.0) + 0.1  # rad, by which ankles are bent at birth, 0.1 more or less
# PyBullet starts them straight, 30 degrees outside of their ranges. There nothing happens; in MuJoCo the limits throw
# them at once, to 1.7 rad.
_START = np.array([0, 0, _HEIGHT, 1, 0, 0, 0, 0, _BENT, 0, -_BENT, 0, -_BENT, 0, _BENT])
_JOINT_NOISE = 0.1  # rad
_HIP, _ANKLE = np.radians(40.0), np.radians((30.0, 100.0))
_MIDDLE = np.array([0, _ANKLE.mean(), 0, -_ANKLE.mean(), 0, -_ANKLE.mean(), 0, _ANKLE.mean()])
_HALF_RANGE = np.array([_HIP, (_ANKLE[1] - _ANKLE[0]) / 2] * 4)

_VELOCITY, _JOINT_VELOCITY = 0.3, 0.1  # factors of what is observed
_MOST = 5.0  # of any observation

_LOWEST = 0.26  # m, of the torso
_TILTED = 0.5  # cosine of the angle between the torso's axis and the vertical
_FAST_ENOUGH = 1.0  # m/s, beyond which going forward pays no more
_AT_LIMIT = 0.99  # share of half the range


@compiled
def born(noise: Noise) -> tuple[Array, Array]:
    """Return qpos and qvel at rest in the air, joints up to 0.1 rad off."""
    return _START + np.concatenate((np.zeros(7), _JOINT_NOISE * noise.uniform[7:15])), np.zeros(14)


def reset(noise: Noise) -> tuple[Array, Array, Array]:
    """Return a birth, and a memory of four feet in the air."""
    qpos, qvel = born(noise)
    return qpos, qvel, np.zeros(4)


@compiled
def _place(xpos: Array, xipos: Array) -> tuple[Array, Array]:
    """Return x and y of the published place, m: the mean over 22 parts.

    A leg's five links are its base, a hip and an ankle without mass, and an upper and a lower part, each by its centre
    of mass. Bases and hips lie about the torso's middle, so that their mean is there.
    """
    x = 9 * xpos[1, 0] + np.sum(xipos[2:10, 0]) + np.sum(xpos[3:10:2, 0])
    y = 9 * xpos[1, 1] + np.sum(xipos[2:10, 1]) + np.sum(xpos[3:10:2, 1])
    return x / _PARTS, y / _PARTS


@compiled
def _nearer(before: Simulation, simulation: Simulation) -> Array:
    """Return by how much the published place has come nearer to the target, m.

    Written as a difference of squares: that of two distances of 1,000 m would be lost in single precision.
    """
    x0, y0 = _place(before.xpos, before.xipos)
    x1, y1 = _place(simulation.xpos, simulation.xipos)
    distances = np.sqrt(np.square(_TARGET - x0) + np.square(y0)) + np.sqrt(np.square(_TARGET - x1) + np.square(y1))
    return ((x1 - x0) * (2 * _TARGET - x0 - x1) + (y0 - y1) * (y0 + y1)) / distances


@compiled
def _scaled(qpos: Array) -> Array:
    """Return the joints [8] so that their limits are at -1 and 1."""
    return (qpos[7:15] - _MIDDLE) / _HALF_RANGE


@compiled
def has_fallen(qpos: Array) -> Array:
    """Return whether the torso is at 0.26 m or lower, or leans by more than 60 degrees.

    The height is the published test, of a simulator in which limp legs give way until the torso lies on the ground. In
    MuJoCo the limits of the joints hold it at 0.36 m, and only an ant that topples comes down.
    """
    return (qpos[2] <= _LOWEST) | (1 - 2 * (qpos[4] * qpos[4] + qpos[5] * qpos[5]) < _TILTED)


def observe(simulation: Simulation, memory: Array) -> Array:
    """Return the published observation; the memory begins with the contacts of the feet one tick ago."""
    qpos, qvel = simulation.qpos, simulation.qvel
    roll, pitch, yaw = roll_pitch_yaw(qpos)
    x, y = _place(simulation.xpos, simulation.xipos)
    target = np.arctan2(-y, _TARGET - x) - yaw
    cosine, sine = np.cos(yaw), np.sin(yaw)
    torso = np.array(
        (
            qpos[2] - _HEIGHT,
            np.sin(target),
            np.cos(target),
            _VELOCITY * (cosine * qvel[0] + sine * qvel[1]),
            _VELOCITY * (cosine * qvel[1] - sine * qvel[0]),
            _VELOCITY * qvel[2],
            roll,
            pitch,
        )
    )
    joints = np.stack((_scaled(qpos), _JOINT_VELOCITY * qvel[6:14]), 1)
    seen = np.concatenate((torso, joints.ravel(), memory[:4]))
    return np.minimum(np.maximum(seen, -_MOST), _MOST)


def actuate(action: Array, simulation: Simulation, memory: Array) -> Array:
    """Return the torques, shares of 250 N·m."""
    return action


@compiled
def touching(simulation: Simulation) -> Array:
    """Return which feet [4] touch the ground, 0 or 1."""
    return 1.0 * (simulation.sensordata[:4] > 0.0)


@compiled
def terms(before: Simulation, simulation: Simulation, action: Array, period: float) -> tuple[Array, ...]:
    """Return the term of the reward and those of shaping."""
    nearer = _nearer(before, simulation)
    distance = _PARTS / (_PARTS - 1) * nearer
    qpos, speeds = simulation.qpos, _JOINT_VELOCITY * simulation.qvel[6:14]
    electricity = -2.0 * np.mean(np.abs(action * speeds)) - 0.1 * np.mean(np.square(action))
    return (
        nearer / period,
        distance,
        np.minimum(distance, period * _FAST_ENOUGH),
        1.0 * has_fallen(qpos),
        1.0 - 2.0 * (qpos[2] <= _LOWEST),
        electricity,
        -0.1 * np.sum(np.abs(_scaled(qpos)) > _AT_LIMIT),
    )


def outcome(
    before: Simulation, simulation: Simulation, action: Array, memory: Array, period: float
) -> tuple[tuple[Array, ...], Array, Array]:
    """Return the terms of the reward and those of shaping, whether it fell, and the contacts before this tick."""
    return terms(before, simulation, action, period), has_fallen(simulation.qpos), touching(before)


def observation_groups() -> tuple[Group, ...]:
    """Return the groups of 28 observations."""
    joints = [f"{leg} {joint}" for leg in LEGS for joint in ("hip", "ankle")]
    return (
        Group("height", 1, "m", -_MOST, _MOST),  # above that at birth
        Group("target direction", 2, "1", -1, 1),  # sine and cosine of the angle from the heading to the target
        Group("velocity", 3, "10/3 m/s", -_MOST, _MOST),  # forwards, to the left and upwards, by the heading
        Group("roll and pitch", 2, "rad", -_MOST, _MOST),
        *(
            group
            for joint in joints
            for group in (
                Group(f"{joint} angle", 1, "half its range, from the middle", -_MOST, _MOST),
                Group(f"{joint} velocity", 1, "10 rad/s", -_MOST, _MOST),
            )
        ),
        Group("foot contacts", 4, "1", 0, 1),  # of the tick before, in the order of the legs
    )


def action_groups() -> tuple[Group, ...]:
    """Return the groups of 8 torques."""
    return motors({f"{leg} {joint}": "250 N·m" for leg in LEGS for joint in ("hip", "ankle")})


SHAPING = {
    "distance": "metres towards the target: 0.0165 · 22 / 21 of the reward",
    "forward": "the same, of which those count that are not beyond 1 m/s",
    "fall": "1 where the torso is at 0.26 m or lower or leans by more than 60 degrees",
    "alive": "1 a tick, -1 with the torso at 0.26 m or lower",
    "electricity": "-2 mean |a · 0.1 q̇| - 0.1 mean a², of actions a and velocities q̇ of the joints",
    "joints-at-limit": "-0.1 for each joint in the last 0.5 % of its range on either side",
}
"""Terms that a run may weigh in its fitness. The last three, each 1 times, make the reward PyBullet's."""

_WALK = {"progress": 0.0, "forward": 1.0, "fall": -2.0}  # m
_PHASES = (
    {"after": 0, "ticks": 400, "weights": _WALK},
    {"after": "reward_terms.forward>=3", "weights": _WALK},
    {"after": "reward_terms.forward>=9", "weights": {"progress": 0.0, "distance": 1.0, "fall": -2.0}},
)
"""Progress alone teaches a leap at birth, and a cost of falling alone to stand still; so at first speed is capped."""


def quadruped() -> Task:
    """Return the task: 28 observations, 8 torques of up to 250 N·m, 60.6 Hz, at most 16.5 s.

    The reward is what is published as distance: metres towards a target 1,000 m ahead, 21/22 of them, over 0.0165 s. It
    terminates at a fall. An ant is born in the air and falls on its legs. Weighs 182 kg.

    Sources: Najarro and Risi, NeurIPS 2020; AntBulletEnv-v0 of PyBullet 3.2.7.
    """
    return quadruped_task(
        name="quadruped",
        reset=reset,
        outcome=outcome,
        memory_size=4,
        termination="the torso is at 0.26 m or lower, or leans by more than 60 degrees",
        training_phases=_PHASES,
    )


def quadruped_task(outcome: Callable[..., Any], **fields: Any) -> Task:
    """Return a task of this robot, with what its lives are like besides."""
    return Task(
        robot="BulletAnt",
        world=mujoco(_MODEL, substeps=_SUBSTEPS),
        observation=observation_groups(),
        action=action_groups(),
        observe=observe,
        actuate=actuate,
        outcome=outcome,
        compares=("xpos", "xipos", "sensordata"),
        reward=("progress",),
        shaping=tuple(SHAPING),
        **fields,
    )
