"""Ant, as Gymnasium's Ant-v5: four legs run forward on a plane, with or without feeling what they touch."""

from __future__ import annotations

import dataclasses

import numpy as np

from hebbax.tasks.groups import Group, motors
from hebbax.tasks.gymnasium_assets import gymnasium_model
from hebbax.tasks.task import Task
from hebbax.types import Array, Noise, Simulation
from hebbax.worlds.mujoco.make_world import mujoco

_CONTROL_COST = 0.5
_CONTACT_COST = 5e-4
_STRONGEST_FELT = 1.0  # N, N·m
_HEALTHY_REWARD = 1.0  # a tick
_LOWEST, _HIGHEST = 0.2, 1.0  # m, of the torso
_RESET_NOISE = 0.1
_POSITIONS, _VELOCITIES = 15, 14
_START = np.array([0.0, 0.0, 0.75, 1.0, *[0.0] * 11])  # upright; the noise leaves the quaternion without unit length
_TORSO = 1


def reset(noise: Noise) -> tuple[Array, Array, Array]:
    """Return the birth of an ant: upright, with noise in all coordinates and velocities."""
    qpos = _START + _RESET_NOISE * noise.uniform[:_POSITIONS]
    return qpos, _RESET_NOISE * noise.normal[:_VELOCITIES], np.zeros(0)


def _observe(simulation: Simulation, memory: Array) -> Array:
    felt = np.clip(simulation.cfrc_ext[1:], -_STRONGEST_FELT, _STRONGEST_FELT)  # the first body is the world
    return np.concatenate((simulation.qpos[2:], simulation.qvel, felt.ravel()))


def observe_proprioceptive(simulation: Simulation, memory: Array) -> Array:
    """Return PROPRIOCEPTION: all positions but those in the plane, and all velocities."""
    return np.concatenate((simulation.qpos[2:], simulation.qvel))


def actuate(action: Array, simulation: Simulation, memory: Array) -> Array:
    """Return the action as it is."""
    return action


def _outcome(
    before: Simulation, simulation: Simulation, action: Array, memory: Array, period: float
) -> tuple[tuple[Array, ...], Array, Array]:
    forward = (simulation.xpos[_TORSO, 0] - before.xpos[_TORSO, 0]) / period
    height = simulation.qpos[2]
    healthy = (height >= _LOWEST) & (height <= _HIGHEST)
    felt = np.clip(simulation.cfrc_ext, -_STRONGEST_FELT, _STRONGEST_FELT)
    control, contact = _CONTROL_COST * np.sum(np.square(action)), _CONTACT_COST * np.sum(np.square(felt))
    return (forward, _HEALTHY_REWARD * healthy, -control, -contact), np.logical_not(healthy), memory


PROPRIOCEPTION = (
    Group("torso height", 1, "m"),
    Group("torso orientation", 4, "1"),  # a quaternion
    Group("joint angles", 8, "rad"),
    Group("torso velocity", 3, "m/s"),
    Group("torso angular velocity", 3, "rad/s"),
    Group("joint velocities", 8, "rad/s"),
)
"""What the ant feels from within, in the order of an observation."""

# In the order of the motors, not of the joints. Names are Gymnasium's, whose front is +y; forward is +x.
_LEGS = ("back-right", "front-left", "front-right", "back-left")
MOTORS = motors({f"{leg} {joint}": "150 N·m" for leg in _LEGS for joint in ("hip", "ankle")})
"""What moves it, in the order of an action."""


def ant() -> Task:
    """Return the task: 105 observations, 8 torques in [-1, 1], 20 Hz.

    The observation ends with the contact forces on 13 bodies, clipped to ±1. The reward is speed (m/s), plus 1 while
    healthy, less 0.5 |action|² and 0.0005 |clipped contact forces|². It terminates when the torso leaves 0.2 to 1 m.
    """
    return Task(
        name="ant",
        robot="Ant",
        world=mujoco(gymnasium_model("ant.xml"), substeps=5, contact_forces=True),
        observation=(
            *PROPRIOCEPTION,
            Group("contact forces", 78, "N·m and N", -_STRONGEST_FELT, _STRONGEST_FELT),  # 13 bodies: torque, force
        ),
        action=MOTORS,
        reset=reset,
        observe=_observe,
        actuate=actuate,
        outcome=_outcome,
        compares=("xpos",),
        reward=("forward", "survive", "control", "contact"),
        termination="the torso leaves 0.2 to 1 m",
        gymnasium_id="Ant-v5",
    )


def ant_proprioceptive() -> Task:
    """Return `ant` without contact forces in its 27 observations; the reward is the same."""
    return dataclasses.replace(
        ant(),
        name="ant_proprioceptive",
        observation=PROPRIOCEPTION,
        observe=observe_proprioceptive,
        gymnasium_options={"include_cfrc_ext_in_observation": False},
    )
