"""Swimmer, as Gymnasium's Swimmer-v5: three links swim forward in a viscous plane."""

from __future__ import annotations

import numpy as np

from hebbax.tasks.groups import Group, motors
from hebbax.tasks.gymnasium_assets import gymnasium_model
from hebbax.tasks.task import NEVER, Task
from hebbax.types import Array, Noise, Simulation
from hebbax.worlds.mujoco.make_world import mujoco

_CONTROL_COST = 1e-4
_RESET_NOISE = 0.1
_JOINTS = 5


def _reset(noise: Noise) -> tuple[Array, Array, Array]:
    # Gymnasium draws velocities from a uniform distribution too here: the second half of the numbers.
    return _RESET_NOISE * noise.uniform[:_JOINTS], _RESET_NOISE * noise.uniform[_JOINTS:], np.zeros(0)


def _observe(simulation: Simulation, memory: Array) -> Array:
    return np.concatenate((simulation.qpos[2:], simulation.qvel))


def _actuate(action: Array, simulation: Simulation, memory: Array) -> Array:
    return action


def _outcome(
    before: Simulation, simulation: Simulation, action: Array, memory: Array, period: float
) -> tuple[tuple[Array, ...], Array, Array]:
    forward = (simulation.qpos[0] - before.qpos[0]) / period
    return (forward, -_CONTROL_COST * np.sum(np.square(action))), False, memory


def swimmer() -> Task:
    """Return the task: 8 observations, 2 torques in [-1, 1], 25 Hz; reward is speed (m/s) less 0.0001 |action|²."""
    return Task(
        name="swimmer",
        robot="Swimmer",
        world=mujoco(gymnasium_model("swimmer.xml"), substeps=4),
        observation=(
            Group("body angle", 1, "rad"),
            Group("joint angles", 2, "rad"),
            Group("body velocity", 2, "m/s"),
            Group("body angular velocity", 1, "rad/s"),
            Group("joint velocities", 2, "rad/s"),
        ),
        action=motors({"first joint": "150 N·m", "second joint": "150 N·m"}),
        reset=_reset,
        observe=_observe,
        actuate=_actuate,
        outcome=_outcome,
        reward=("forward", "control"),
        termination=NEVER,
        training_ticks="growing",
        gymnasium_id="Swimmer-v5",
    )
