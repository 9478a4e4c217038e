"""Walker2d, as Gymnasium's Walker2d-v5: two legs walk forward in the plane, and must not fall."""

from __future__ import annotations

import numpy as np

from hebbax.tasks.groups import Group, motors
from hebbax.tasks.gymnasium_assets import gymnasium_model
from hebbax.tasks.task import Task
from hebbax.types import Array, Noise, Simulation
from hebbax.worlds.mujoco.make_world import mujoco

_CONTROL_COST = 1e-3
_HEALTHY_REWARD = 1.0  # a tick
_LOWEST, _HIGHEST = 0.8, 2.0  # m, of the torso
_STEEPEST = 1.0  # rad, of the torso
_FASTEST_SEEN = 10.0  # m/s, rad/s
_RESET_NOISE = 5e-3
_JOINTS = 9
_START = np.array([0.0, 1.25, *[0.0] * 7])  # the torso's joints count from the ground


def _reset(noise: Noise) -> tuple[Array, Array, Array]:
    # Gymnasium draws velocities from a uniform distribution too here: the second half of the numbers.
    return _START + _RESET_NOISE * noise.uniform[:_JOINTS], _RESET_NOISE * noise.uniform[_JOINTS:], np.zeros(0)


def _observe(simulation: Simulation, memory: Array) -> Array:
    return np.concatenate((simulation.qpos[1:], np.clip(simulation.qvel, -_FASTEST_SEEN, _FASTEST_SEEN)))


def _actuate(action: Array, simulation: Simulation, memory: Array) -> Array:
    return action


def _outcome(
    before: Simulation, simulation: Simulation, action: Array, memory: Array, period: float
) -> tuple[tuple[Array, ...], Array, Array]:
    forward = (simulation.qpos[0] - before.qpos[0]) / period
    height, pitch = simulation.qpos[1], simulation.qpos[2]
    healthy = (height > _LOWEST) & (height < _HIGHEST) & (np.abs(pitch) < _STEEPEST)
    terms = forward, _HEALTHY_REWARD * healthy, -_CONTROL_COST * np.sum(np.square(action))
    return terms, np.logical_not(healthy), memory


def walker2d() -> Task:
    """Return the task: 17 observations, 6 torques in [-1, 1], 125 Hz.

    The reward is speed (m/s), plus 1 while healthy, less 0.001 |action|². It terminates when the torso leaves 0.8 to
    2 m or leans by 1 rad.
    """
    return Task(
        name="walker2d",
        robot="Walker2d",
        world=mujoco(gymnasium_model("walker2d_v5.xml"), substeps=4),
        observation=(
            Group("torso height", 1, "m"),
            Group("torso pitch", 1, "rad"),
            Group("joint angles", 6, "rad"),
            Group("torso velocity", 2, "m/s", -_FASTEST_SEEN, _FASTEST_SEEN),
            Group("torso pitch velocity", 1, "rad/s", -_FASTEST_SEEN, _FASTEST_SEEN),
            Group("joint velocities", 6, "rad/s", -_FASTEST_SEEN, _FASTEST_SEEN),
        ),
        action=motors(
            {
                "right thigh": "100 N·m",
                "right leg": "100 N·m",
                "right foot": "100 N·m",
                "left thigh": "100 N·m",
                "left leg": "100 N·m",
                "left foot": "100 N·m",
            }
        ),
        reset=_reset,
        observe=_observe,
        actuate=_actuate,
        outcome=_outcome,
        reward=("forward", "survive", "control"),
        termination="the torso leaves 0.8 to 2 m or leans by 1 rad",
        training_ticks="growing",
        training_weights={"survive": 0.0},  # or standing is a trap; see docs/training-lives.md
        gymnasium_id="Walker2d-v5",
    )
