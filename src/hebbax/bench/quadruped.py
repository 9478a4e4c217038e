"""The quadruped that benchmarks step: Gymnasium's ant, felt from within, in lives that never end early."""

from __future__ import annotations

import numpy as np

from hebbax.tasks.ant import MOTORS, PROPRIOCEPTION
from hebbax.tasks.groups import Group
from hebbax.tasks.gymnasium_assets import gymnasium_model
from hebbax.tasks.task import Task
from hebbax.types import Array, Noise, Simulation
from hebbax.worlds.mujoco.make_world import mujoco

_CONTROL_COST = 0.5
_RESET_NOISE = 0.1
_POSITIONS, _VELOCITIES = 15, 14
_START = np.array([0.0, 0.0, 0.75, 1.0, *[0.0] * 11])  # the model's own: torso 0.75 m up, upright, legs straight


def _reset(noise: Noise) -> tuple[Array, Array, Array]:
    qpos = _START + _RESET_NOISE * noise.uniform[:_POSITIONS]
    return qpos, _RESET_NOISE * noise.normal[:_VELOCITIES], np.zeros(0)


def _observe(simulation: Simulation, memory: Array) -> Array:
    return np.concatenate((simulation.qpos[2:], simulation.qvel, np.ones(1)))


def _actuate(action: Array, simulation: Simulation, memory: Array) -> Array:
    return action


def _outcome(
    before: Simulation, simulation: Simulation, action: Array, memory: Array, period: float
) -> tuple[Array, Array, Array]:
    forward = (simulation.qpos[0] - before.qpos[0]) / period
    return forward - _CONTROL_COST * np.sum(np.square(action)), False, memory


def quadruped() -> Task:
    """Return the task: 28 observations, 8 torques in [-1, 1], 20 Hz; reward is speed (m/s) less 0.5 |action|².

    The observations are Gymnasium's without contact forces: height, orientation and joint angles (13), velocities (14),
    and a constant 1, which gives the first layer a bias. It is no entry of `hebbax tasks`, for nothing is to be learnt.
    """
    return Task(
        name="bench-quadruped",
        robot="Ant",
        world=mujoco(gymnasium_model("ant.xml"), substeps=5),
        observation=(*PROPRIOCEPTION, Group("one", 1, "1")),
        action=MOTORS,
        reset=_reset,
        observe=_observe,
        actuate=_actuate,
        outcome=_outcome,
    )
