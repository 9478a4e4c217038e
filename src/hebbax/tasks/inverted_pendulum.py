"""Inverted pendulum, as Gymnasium's InvertedPendulum-v5: a cart on a rail balances a pole."""

from __future__ import annotations

import numpy as np

from hebbax.tasks.groups import Group, motors
from hebbax.tasks.gymnasium_assets import gymnasium_model
from hebbax.tasks.task import Task
from hebbax.types import Array, Noise, Simulation
from hebbax.worlds.mujoco.make_world import mujoco

_CONTROL_RANGE = 3.0
_STEEPEST = 0.2  # rad
_RESET_NOISE = 0.01
_JOINTS = 2


def _reset(noise: Noise) -> tuple[Array, Array, Array]:
    # Gymnasium draws velocities from a uniform distribution too here: the second half of the numbers.
    return _RESET_NOISE * noise.uniform[:_JOINTS], _RESET_NOISE * noise.uniform[_JOINTS:], np.zeros(0)


def _observe(simulation: Simulation, memory: Array) -> Array:
    return np.concatenate((simulation.qpos, simulation.qvel))


def _actuate(action: Array, simulation: Simulation, memory: Array) -> Array:
    return _CONTROL_RANGE * action


def _outcome(before: Simulation, simulation: Simulation, action: Array, memory: Array) -> tuple[Array, Array, Array]:
    balanced = np.abs(simulation.qpos[1]) <= _STEEPEST
    return 1.0 * balanced, np.logical_not(balanced), memory


def inverted_pendulum() -> Task:
    """Return the task: 4 observations, one force, 25 Hz; the reward is 1 a tick until the pole leans by 0.2 rad.

    An action in [-1, 1] is the whole range of the motor: Gymnasium's own actions are 3 times as large.
    """
    return Task(
        name="inverted_pendulum",
        robot="InvertedPendulum",
        world=mujoco(gymnasium_model("inverted_pendulum.xml"), substeps=2),
        observation=(
            Group("cart position", 1, "m"),
            Group("pole angle", 1, "rad"),
            Group("cart velocity", 1, "m/s"),
            Group("pole angular velocity", 1, "rad/s"),
        ),
        action=motors({"cart": "300 N"}),
        reset=_reset,
        observe=_observe,
        actuate=_actuate,
        outcome=_outcome,
        compares=(),
        reward=("survive",),
        termination="the pole leans by 0.2 rad",
        gymnasium_id="InvertedPendulum-v5",
    )
