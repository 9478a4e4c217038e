"""Humanoid, as Gymnasium's Humanoid-v5: a body of 17 motors walks forward, and must not fall."""

from __future__ import annotations

import numpy as np

from hebbax.tasks.groups import Group, motors
from hebbax.tasks.gymnasium_assets import gymnasium_model
from hebbax.tasks.task import Task
from hebbax.types import Array, Noise, Simulation
from hebbax.worlds.mujoco.make_world import mujoco

_CONTROL_RANGE = 0.4
_FORWARD_REWARD = 1.25  # a m/s
_CONTROL_COST = 0.1
_CONTACT_COST = 5e-7
_HIGHEST_CONTACT_COST = 10.0
_HEALTHY_REWARD = 5.0  # a tick
_LOWEST, _HIGHEST = 1.0, 2.0  # m, of the torso
_RESET_NOISE = 0.01
_POSITIONS = 24
_START = np.array([0.0, 0.0, 1.4, 1.0, *[0.0] * 20])  # upright; the noise leaves the quaternion without unit length
_FREE_JOINT = 6  # the first degrees of freedom, which no motor moves
_MASS = 9  # column of cinert: kg


def _reset(noise: Noise) -> tuple[Array, Array, Array]:
    # Gymnasium draws velocities from a uniform distribution too here: the rest of the numbers.
    qpos = _START + _RESET_NOISE * noise.uniform[:_POSITIONS]
    return qpos, _RESET_NOISE * noise.uniform[_POSITIONS:], np.zeros(0)


def _observe(simulation: Simulation, memory: Array) -> Array:
    return np.concatenate(
        (
            simulation.qpos[2:],
            simulation.qvel,
            simulation.cinert[1:].ravel(),  # the first body is the world
            simulation.cvel[1:].ravel(),
            simulation.qfrc_actuator[_FREE_JOINT:],
            simulation.cfrc_ext[1:].ravel(),
        )
    )


def _actuate(action: Array, simulation: Simulation, memory: Array) -> Array:
    return _CONTROL_RANGE * action


def _outcome(
    before: Simulation, simulation: Simulation, action: Array, memory: Array, period: float
) -> tuple[tuple[Array, ...], Array, Array]:
    mass = simulation.cinert[:, _MASS]
    moved = np.sum(mass * (simulation.xipos[:, 0] - before.xipos[:, 0])) / np.sum(mass)  # m, of the centre of mass
    healthy = (simulation.qpos[2] > _LOWEST) & (simulation.qpos[2] < _HIGHEST)
    contact_cost = np.minimum(_CONTACT_COST * np.sum(np.square(simulation.cfrc_ext)), _HIGHEST_CONTACT_COST)
    control_cost = _CONTROL_COST * np.sum(np.square(simulation.ctrl))
    terms = _FORWARD_REWARD * moved / period, _HEALTHY_REWARD * healthy, -control_cost, -contact_cost
    return terms, np.logical_not(healthy), memory


def humanoid() -> Task:
    """Return the task: 348 observations, 17 torques, 67 Hz.

    An action in [-1, 1] is the whole range of a motor: Gymnasium's own actions are 0.4 times as large. The reward is
    1.25 times the speed of the centre of mass (m/s), plus 5 while healthy, less 0.1 |control|² and 5e-7 |contact
    forces|², which counts 10 at most. It terminates when the torso leaves 1 to 2 m.
    """
    return Task(
        name="humanoid",
        robot="Humanoid",
        world=mujoco(gymnasium_model("humanoid.xml"), substeps=5, contact_forces=True),
        observation=(
            Group("torso height", 1, "m"),
            Group("torso orientation", 4, "1"),  # a quaternion
            Group("joint angles", 17, "rad"),
            Group("torso velocity", 3, "m/s"),
            Group("torso angular velocity", 3, "rad/s"),
            Group("joint velocities", 17, "rad/s"),
            Group("body inertias", 130, "kg·m², kg·m and kg"),  # 13 bodies, 10 numbers each
            Group("body velocities", 78, "rad/s and m/s"),  # 13 bodies: angular, linear
            Group("joint torques", 17, "N·m"),
            Group("contact forces", 78, "N·m and N"),  # 13 bodies: torque, force
        ),
        action=motors(
            {
                "abdomen y": "40 N·m",
                "abdomen z": "40 N·m",
                "abdomen x": "40 N·m",
                "right hip x": "40 N·m",
                "right hip z": "40 N·m",
                "right hip y": "120 N·m",
                "right knee": "80 N·m",
                "left hip x": "40 N·m",
                "left hip z": "40 N·m",
                "left hip y": "120 N·m",
                "left knee": "80 N·m",
                "right shoulder 1": "10 N·m",
                "right shoulder 2": "10 N·m",
                "right elbow": "10 N·m",
                "left shoulder 1": "10 N·m",
                "left shoulder 2": "10 N·m",
                "left elbow": "10 N·m",
            }
        ),
        reset=_reset,
        observe=_observe,
        actuate=_actuate,
        outcome=_outcome,
        compares=("xipos",),
        reward=("forward", "survive", "control", "contact"),
        termination="the torso leaves 1 to 2 m",
        gymnasium_id="Humanoid-v5",
    )
