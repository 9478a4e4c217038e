"""The half cheetah of *Hebbian Attractor Networks* with something in its way: weights on strings, or a slope."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from hebbax.compiling.compiler import compiled
from hebbax.errors import check_number
from hebbax.tasks.groups import motors
from hebbax.tasks.half_cheetah import OBSERVATION, actuate, outcome, reset
from hebbax.tasks.task import NEVER, Task
from hebbax.types import Array, Noise, Simulation
from hebbax.worlds.mujoco.make_world import mujoco
from hebbax.worlds.mujoco.obstacles import with_pendulums, with_slope

_MODEL = Path(__file__).parents[1] / "models" / "obstacle_cheetah.xml"
COORDINATES = 9  # of the cheetah, before those of what hangs in its way
_HEIGHT, _LENGTH = 2.0, 1.35  # m, of a hook, and of the string that a weight hangs by
_FLAT, _UPHILL = 45.0, 100.0  # m from the start to the slope, and along it

_reset = compiled(reset)


def obstacle_cheetah(mass: float = 50.0, place: float = 150.0) -> Task:
    """Return `half_cheetah` with a weight (kg) that hangs on a string so many m ahead, 0.65 m above the floor.

    17 observations, 6 torques in [-1, 1], 20 Hz; the reward is speed (m/s) less 0.1 |action|², and it never terminates.
    Neither is the weight observed, nor does it move before it is hit. Raises HebbaxError for a mass or a place that is
    none, or a place less than 2 m ahead.

    Source: Dittrich, van Diggelen and Floreano, ICRA 2026.
    """
    check_number("place", place, 2.0, 1e6)
    return _with_pendulums("obstacle_cheetah", mass, (place,))


def obstacle_cheetah_pendulums(mass: float = 50.0) -> Task:
    """Return `obstacle_cheetah` with five weights (kg) every 2 m from 50 m on. Raises HebbaxError as it does."""
    return _with_pendulums("obstacle_cheetah_pendulums", mass, (50.0, 52.0, 54.0, 56.0, 58.0))


def obstacle_cheetah_slope(angle: float = 5.0) -> Task:
    """Return `obstacle_cheetah` with a slope of an angle (degrees) in place of the weight, uphill from 45 m on.

    The observed height of the torso is that above the ground. Raises HebbaxError for an angle outside 0 to 45.
    """
    check_number("angle", angle, 0.0, 45.0)
    steepness = float(np.tan(np.deg2rad(angle)))

    def observe(simulation: Simulation, memory: Array) -> Array:
        ground = steepness * np.maximum(simulation.qpos[0] - _FLAT, 0.0)
        return np.concatenate((simulation.qpos[1:2] - ground, simulation.qpos[2:], simulation.qvel))

    build = partial(with_slope, _MODEL, angle, flat=_FLAT, length=_UPHILL)
    return _task("obstacle_cheetah_slope", build, reset, observe)


def _with_pendulums(name: str, mass: float, places: tuple[float, ...]) -> Task:
    check_number("mass", mass, 0.001, 1e6)
    hanging = np.concatenate([[x, 0.0, _HEIGHT - _LENGTH, 1.0, 0.0, 0.0, 0.0] for x in places])
    still = np.zeros(6 * len(places))

    def reset_all(noise: Noise) -> tuple[Array, Array, Array]:
        qpos, qvel, memory = _reset(noise)
        return np.concatenate((qpos, hanging)), np.concatenate((qvel, still)), memory

    build = partial(with_pendulums, _MODEL, places, mass, height=_HEIGHT, length=_LENGTH)
    return _task(name, build, reset_all, _observe)


def _observe(simulation: Simulation, memory: Array) -> Array:
    return np.concatenate((simulation.qpos[1:COORDINATES], simulation.qvel[:COORDINATES]))


def _task(name: str, build: Callable[[], Any], reset: Callable[..., Any], observe: Callable[..., Array]) -> Task:
    return Task(
        name=name,
        robot="HalfCheetah",
        world=mujoco(build, substeps=5),
        observation=OBSERVATION,
        action=motors(
            {
                "rear thigh": "120 N·m",
                "rear shin": "90 N·m",
                "rear foot": "60 N·m",
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
    )
