"""Hopper, as Gymnasium's Hopper-v5: one leg hops forward in the plane, and must not fall."""

from __future__ import annotations

import numpy as np

from hebbax.tasks.groups import Group, motors
from hebbax.tasks.gymnasium_assets import gymnasium_model
from hebbax.tasks.task import Task
from hebbax.types import Array, Noise, Simulation
from hebbax.worlds.mujoco.make_world import mujoco

_CONTROL_COST = 1e-3
_HEALTHY_REWARD = 1.0  # a tick
_LOWEST = 0.7  # m, of the torso
_STEEPEST = 0.2  # rad, of the torso
_WILDEST = 100.0  # of any other position or velocity
_FASTEST_SEEN = 10.0  # m/s, rad/s
_RESET_NOISE = 5e-3
_JOINTS = 6
_START = np.array([0.0, 1.25, *[0.0] * 4])  # the torso's joints count from the ground


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
    upright = (simulation.qpos[1] > _LOWEST) & (np.abs(simulation.qpos[2]) < _STEEPEST)
    calm = np.all(np.abs(simulation.qpos[2:]) < _WILDEST) & np.all(np.abs(simulation.qvel) < _WILDEST)
    healthy = upright & calm
    terms = forward, _HEALTHY_REWARD * healthy, -_CONTROL_COST * np.sum(np.square(action))
    return terms, np.logical_not(healthy), memory


def hopper() -> Task:
    """Return the task: 11 observations, 3 torques in [-1, 1], 125 Hz.

    The reward is speed (m/s), plus 1 while healthy, less 0.001 |action|². It terminates when the torso is below 0.7 m
    or leans by 0.2 rad, or a position or velocity reaches 100.
    """
    return Task(
        name="hopper",
        robot="Hopper",
        world=mujoco(gymnasium_model("hopper.xml"), substeps=4),
        observation=(
            Group("torso height", 1, "m"),
            Group("torso pitch", 1, "rad"),
            Group("joint angles", 3, "rad"),
            Group("torso velocity", 2, "m/s", -_FASTEST_SEEN, _FASTEST_SEEN),
            Group("torso pitch velocity", 1, "rad/s", -_FASTEST_SEEN, _FASTEST_SEEN),
            Group("joint velocities", 3, "rad/s", -_FASTEST_SEEN, _FASTEST_SEEN),
        ),
        action=motors({"thigh": "200 N·m", "leg": "200 N·m", "foot": "200 N·m"}),
        reset=_reset,
        observe=_observe,
        actuate=_actuate,
        outcome=_outcome,
        reward=("forward", "survive", "control"),
        termination="the torso is below 0.7 m or leans by 0.2 rad, or a position or velocity reaches 100",
        training_ticks="growing",
        training_weights={"survive": 0.0},  # or standing is a trap; see docs/training-lives.md
        gymnasium_id="Hopper-v5",
    )
