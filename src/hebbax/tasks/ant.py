"""Ant, as Gymnasium's Ant-v5: four legs run forward on a plane, with or without feeling what they touch."""

from __future__ import annotations

import dataclasses

import numpy as np

from hebbax.tasks.gymnasium_assets import gymnasium_model
from hebbax.tasks.task import Task
from hebbax.types import Array, Noise, Simulation

_CONTROL_PERIOD = 0.05  # s
_CONTROL_COST = 0.5
_CONTACT_COST = 5e-4
_STRONGEST_FELT = 1.0  # N, N·m
_HEALTHY_REWARD = 1.0  # a tick
_LOWEST, _HIGHEST = 0.2, 1.0  # m, of the torso
_RESET_NOISE = 0.1
_POSITIONS, _VELOCITIES = 15, 14
_START = np.array([0.0, 0.0, 0.75, 1.0, *[0.0] * 11])  # upright; the noise leaves the quaternion without unit length
_TORSO = 1


def _birth(noise: Noise) -> tuple[Array, Array, Array]:
    qpos = _START + _RESET_NOISE * noise.uniform[:_POSITIONS]
    return qpos, _RESET_NOISE * noise.normal[:_VELOCITIES], np.zeros(0)


def _observe(simulation: Simulation, memory: Array) -> Array:
    felt = np.clip(simulation.cfrc_ext[1:], -_STRONGEST_FELT, _STRONGEST_FELT)  # the first body is the world
    return np.concatenate((simulation.qpos[2:], simulation.qvel, felt.ravel()))


def _observe_proprioceptive(simulation: Simulation, memory: Array) -> Array:
    return np.concatenate((simulation.qpos[2:], simulation.qvel))


def _actuate(action: Array, simulation: Simulation, memory: Array) -> Array:
    return action


def _outcome(before: Simulation, simulation: Simulation, action: Array, memory: Array) -> tuple[Array, Array, Array]:
    forward = (simulation.xpos[_TORSO, 0] - before.xpos[_TORSO, 0]) / _CONTROL_PERIOD
    height = simulation.qpos[2]
    healthy = (height >= _LOWEST) & (height <= _HIGHEST)
    felt = np.clip(simulation.cfrc_ext, -_STRONGEST_FELT, _STRONGEST_FELT)
    costs = _CONTROL_COST * np.sum(np.square(action)) + _CONTACT_COST * np.sum(np.square(felt))
    return forward + _HEALTHY_REWARD * healthy - costs, np.logical_not(healthy), memory


def ant() -> Task:
    """Return the task: 105 observations, 8 torques in [-1, 1], 20 Hz.

    The observation ends with the contact forces on 13 bodies, clipped to ±1. The reward is speed (m/s), plus 1 while
    healthy, less 0.5 |action|² and 0.0005 |clipped contact forces|². It terminates when the torso leaves 0.2 to 1 m.
    """
    return Task(
        name="ant",
        robot="Ant",
        model_path=gymnasium_model("ant.xml"),
        substeps=5,
        observation_size=105,
        action_size=8,
        birth=_birth,
        observe=_observe,
        actuate=_actuate,
        outcome=_outcome,
        compares=("xpos",),
        contact_forces=True,
        gymnasium_id="Ant-v5",
    )


def ant_proprioceptive() -> Task:
    """Return `ant` without contact forces in its 27 observations; the reward is the same."""
    return dataclasses.replace(
        ant(),
        name="ant_proprioceptive",
        observation_size=27,
        observe=_observe_proprioceptive,
        gymnasium_options={"include_cfrc_ext_in_observation": False},
    )
