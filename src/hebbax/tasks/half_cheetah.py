"""HalfCheetah, as Gymnasium's HalfCheetah-v5: run forward in the plane, never fall out of the episode."""

from __future__ import annotations

import numpy as np

from hebbax.tasks.groups import Group, motors
from hebbax.tasks.gymnasium_assets import gymnasium_model
from hebbax.tasks.task import NEVER, Task
from hebbax.types import Array, Noise, Simulation
from hebbax.worlds.mujoco.make_world import mujoco

_CONTROL_COST = 0.1
_RESET_NOISE = 0.1
_JOINTS = 9


def reset(noise: Noise) -> tuple[Array, Array, Array]:
    """Return the birth of a cheetah: at rest in the model's pose, with noise in all coordinates and velocities."""
    return _RESET_NOISE * noise.uniform[:_JOINTS], _RESET_NOISE * noise.normal[:_JOINTS], np.zeros(0)


def observe(simulation: Simulation, memory: Array) -> Array:
    """Return OBSERVATION: all positions but the way, and all velocities."""
    return np.concatenate((simulation.qpos[1:], simulation.qvel))


def actuate(action: Array, simulation: Simulation, memory: Array) -> Array:
    """Return the action as it is."""
    return action


def outcome(
    before: Simulation, simulation: Simulation, action: Array, memory: Array, period: float
) -> tuple[tuple[Array, ...], Array, Array]:
    """Return speed and the cost of control as terms of the reward, that no life is over, and no memory."""
    forward = (simulation.qpos[0] - before.qpos[0]) / period
    return (forward, -_CONTROL_COST * np.sum(np.square(action))), False, memory


OBSERVATION = (
    Group("torso height", 1, "m"),
    Group("torso pitch", 1, "rad"),
    Group("joint angles", 6, "rad"),
    Group("torso velocity", 2, "m/s"),
    Group("torso pitch velocity", 1, "rad/s"),
    Group("joint velocities", 6, "rad/s"),
)
"""What a cheetah in the plane feels, in the order of an observation."""


def half_cheetah() -> Task:
    """Return the task: 17 observations, 6 torques in [-1, 1], 20 Hz; reward is speed (m/s) less 0.1 |action|²."""
    return Task(
        name="half_cheetah",
        robot="HalfCheetah",
        world=mujoco(gymnasium_model("half_cheetah.xml"), substeps=5),
        observation=OBSERVATION,
        action=motors(
            {
                "back thigh": "120 N·m",
                "back shin": "90 N·m",
                "back foot": "60 N·m",
                "front thigh": "120 N·m",
                "front shin": "60 N·m",
                "front foot": "30 N·m",
            }
        ),
        reset=reset,
        observe=observe,
        actuate=actuate,
        outcome=outcome,
        reward=("forward", "control"),
        termination=NEVER,
        training_ticks="growing",
        gymnasium_id="HalfCheetah-v5",
    )
