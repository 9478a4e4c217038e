"""The Unitree Go1: its pose, what it senses and how it is born, which all its tasks share."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from hebbax.compiling.compiler import compiled
from hebbax.tasks.groups import Group
from hebbax.types import Array, Simulation
from hebbax.worlds.mujoco.make_world import mujoco
from hebbax.worlds.mujoco.variants import variant
from hebbax.worlds.mujoco.world import MujocoWorld

MODEL = Path(__file__).parents[1] / "models" / "go1.xml"
SUBSTEPS = 5  # of 0.004 s: 50 Hz

LEGS = ("front-right", "front-left", "rear-right", "rear-left")
"""In the order of joints, motors, feet and observations; each has a hip, a thigh and a calf."""

HOME = np.array([0.1, 0.9, -1.8, -0.1, 0.9, -1.8, 0.1, 0.9, -1.8, -0.1, 0.9, -1.8])
"""Of the joints, rad."""

HEIGHT = 0.2945
"""Of the trunk in the home pose, m, where the feet just touch: published keyframes have them 1.7 cm in the ground."""

ACTION_SCALE = 0.5
"""Of an action of 1, rad from the home pose."""

FIRST_JOINT = 7  # of qpos; of qvel one less
TARGETS = tuple(Group(f"{leg} leg", 3, "share of 0.5 rad from the home pose: hip, thigh, calf", -1, 1) for leg in LEGS)
"""What moves it: targets of its joints."""

_LOWEST = 0.15  # m, of the trunk
_TILTED = 0.5  # cosine of the angle between the trunk's axis and the vertical


ROUGHNESS = 0.05  # m, from peak to trough
_ROUGH_FRICTION = 1.0


ROUGH = {"roughness": ROUGHNESS, "friction": _ROUGH_FRICTION}
"""How the model is changed for rough ground."""


def go1_world(**changes: Any) -> MujocoWorld:
    """Return the world of a Go1, in which its keyframe `home` is the pose of birth; changes are those of `variant`."""
    return mujoco(partial(variant, MODEL, **changes) if changes else MODEL, substeps=SUBSTEPS)


@compiled
def down_in_trunk(qpos: Array) -> Array:
    """Return the direction of gravity [3] along the trunk's axes."""
    w, x, y, z = qpos[3], qpos[4], qpos[5], qpos[6]
    return np.array((2 * (w * y - x * z), -2 * (y * z + w * x), 2 * (x * x + y * y) - 1))


@compiled
def yaw_of(qpos: Array) -> Array:
    """Return the heading of the trunk, rad from +x towards +y."""
    w, x, y, z = qpos[3], qpos[4], qpos[5], qpos[6]
    return np.arctan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))


@compiled
def is_upside_down(simulation: Simulation) -> Array:
    """Return whether the trunk's upward axis points downwards, where published tasks end."""
    qpos = simulation.qpos
    return qpos[4] * qpos[4] + qpos[5] * qpos[5] > 0.5


@compiled
def has_fallen(simulation: Simulation) -> Array:
    """Return whether the trunk is below 0.15 m, or tilted by more than 60 degrees.

    Published tasks end where the trunk is upside down; a robot that crawls on its belly would walk by that.
    """
    qpos = simulation.qpos
    return (qpos[2] < _LOWEST) | (1 - 2 * (qpos[4] * qpos[4] + qpos[5] * qpos[5]) < _TILTED)


@compiled
def targets(action: Array) -> Array:
    """Return the targets of the joints, rad."""
    return HOME + ACTION_SCALE * action


def proprioception(velocity: str) -> tuple[Group, ...]:
    """Return the groups of 33 observations that all Go1s have; `velocity` says along whose axes the first is."""
    return (
        Group(velocity, 3, "m/s"),
        Group("angular velocity", 3, "rad/s"),  # of the trunk, along its axes
        Group("gravity direction", 3, "1", -1, 1),  # along the trunk's axes
        Group("joint angles", 12, "rad"),  # from the home pose
        Group("joint velocities", 12, "rad/s"),
    )


@compiled
def born(x: Array, y: Array, yaw: Array, velocity: Array) -> tuple[Array, Array]:
    """Return qpos and qvel of a Go1 in the home pose at a place (m), a heading (rad) and a velocity [6]."""
    qpos = np.concatenate((np.array((x, y, HEIGHT, np.cos(yaw / 2), 0.0, 0.0, np.sin(yaw / 2))), HOME))
    return qpos, np.concatenate((velocity, np.zeros(12)))


@compiled
def observed(velocity: Array, qpos: Array, qvel: Array) -> Array:
    """Return `proprioception` with a velocity [3]."""
    return np.concatenate(
        (velocity, qvel[3:6], down_in_trunk(qpos), qpos[FIRST_JOINT:] - HOME, qvel[FIRST_JOINT - 1 :])
    )
