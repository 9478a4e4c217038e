"""HalfCheetah, as Gymnasium's HalfCheetah-v5: run forward in the plane, never fall out of the episode."""

from __future__ import annotations

import numpy as np

from hebbax.tasks.gymnasium_assets import gymnasium_model
from hebbax.tasks.task import Task
from hebbax.types import Array, Noise, Simulation

_CONTROL_PERIOD = 0.05  # s
_CONTROL_COST = 0.1
_RESET_NOISE = 0.1
_JOINTS = 9


def _birth(noise: Noise) -> tuple[Array, Array, Array]:
    return _RESET_NOISE * noise.uniform[:_JOINTS], _RESET_NOISE * noise.normal[:_JOINTS], np.zeros(0)


def _observe(simulation: Simulation, memory: Array) -> Array:
    return np.concatenate((simulation.qpos[1:], simulation.qvel))


def _actuate(action: Array, simulation: Simulation, memory: Array) -> Array:
    return action


def _outcome(before: Simulation, simulation: Simulation, action: Array, memory: Array) -> tuple[Array, Array, Array]:
    forward = (simulation.qpos[0] - before.qpos[0]) / _CONTROL_PERIOD
    return forward - _CONTROL_COST * np.sum(np.square(action)), False, memory


def half_cheetah() -> Task:
    """Return the task: 17 observations, 6 torques in [-1, 1], 20 Hz; reward is speed (m/s) less 0.1 |action|²."""
    return Task(
        name="half_cheetah",
        robot="HalfCheetah",
        model_path=gymnasium_model("half_cheetah.xml"),
        substeps=5,
        observation_size=17,
        action_size=6,
        birth=_birth,
        observe=_observe,
        actuate=_actuate,
        outcome=_outcome,
        gymnasium_id="HalfCheetah-v5",
    )
