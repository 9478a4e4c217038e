"""Inverted double pendulum, as Gymnasium's InvertedDoublePendulum-v5: a cart on a rail balances a pole on a pole."""

from __future__ import annotations

import numpy as np

from hebbax.tasks.groups import Group, motors
from hebbax.tasks.gymnasium_assets import gymnasium_model
from hebbax.tasks.task import Task
from hebbax.types import Array, Noise, Simulation
from hebbax.worlds.mujoco.make_world import mujoco

_HEALTHY_REWARD = 10.0  # a tick
_LOWEST = 1.0  # m, of the tip
_LARGEST_SEEN = 10.0  # m/s, rad/s; N
_RESET_NOISE = 0.1
_JOINTS = 3
_TIP = 0  # site at the end of the upper pole


def _reset(noise: Noise) -> tuple[Array, Array, Array]:
    return _RESET_NOISE * noise.uniform[:_JOINTS], _RESET_NOISE * noise.normal[:_JOINTS], np.zeros(0)


def _observe(simulation: Simulation, memory: Array) -> Array:
    cart, poles = simulation.qpos[:1], simulation.qpos[1:]
    velocity = np.clip(simulation.qvel, -_LARGEST_SEEN, _LARGEST_SEEN)
    push = np.clip(simulation.qfrc_constraint[:1], -_LARGEST_SEEN, _LARGEST_SEEN)  # of the rail's end on the cart
    return np.concatenate((cart, np.sin(poles), np.cos(poles), velocity, push))


def _actuate(action: Array, simulation: Simulation, memory: Array) -> Array:
    return action


def _outcome(
    before: Simulation, simulation: Simulation, action: Array, memory: Array
) -> tuple[tuple[Array, ...], Array, Array]:
    x, height = simulation.site_xpos[_TIP, 0], simulation.site_xpos[_TIP, 2]
    upright = height > _LOWEST
    away = 0.01 * x**2 + (height - 2.0) ** 2
    moving = 1e-3 * simulation.qvel[1] ** 2 + 5e-3 * simulation.qvel[2] ** 2
    return (_HEALTHY_REWARD * upright, -away, -moving), np.logical_not(upright), memory


def inverted_double_pendulum() -> Task:
    """Return the task: 9 observations, one force in [-1, 1], 20 Hz.

    The reward is 10 while the tip is above 1 m, less 0.01 x² + (z - 2)² of the tip (m) and 0.001 and 0.005 times the
    squared velocities of the lower and the upper pole (rad/s). It terminates when the tip is lower.
    """
    return Task(
        name="inverted_double_pendulum",
        robot="InvertedDoublePendulum",
        world=mujoco(gymnasium_model("inverted_double_pendulum.xml"), substeps=5),
        observation=(
            Group("cart position", 1, "m"),
            Group("pole sines", 2, "1", -1, 1),
            Group("pole cosines", 2, "1", -1, 1),
            Group("cart velocity", 1, "m/s", -_LARGEST_SEEN, _LARGEST_SEEN),
            Group("pole angular velocities", 2, "rad/s", -_LARGEST_SEEN, _LARGEST_SEEN),
            Group("rail force", 1, "N", -_LARGEST_SEEN, _LARGEST_SEEN),
        ),
        action=motors({"cart": "500 N"}),
        reset=_reset,
        observe=_observe,
        actuate=_actuate,
        outcome=_outcome,
        compares=(),
        reward=("survive", "distance", "velocity"),
        termination="the tip is at 1 m or lower",
        gymnasium_id="InvertedDoublePendulum-v5",
    )
