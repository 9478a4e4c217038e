"""The ant of *Hebbian Attractor Networks*: Gymnasium's body in a model of ours that steps faster."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from hebbax.tasks.ant import PROPRIOCEPTION, actuate, observe_proprioceptive, reset
from hebbax.tasks.groups import motors
from hebbax.tasks.task import Task
from hebbax.types import Array, Simulation
from hebbax.worlds.mujoco.make_world import mujoco

_MODEL = Path(__file__).parents[1] / "models" / "ant_run.xml"
_CONTROL_COST = 0.5
_HEALTHY_REWARD = 1.0  # a tick
_LOWEST, _HIGHEST = 0.25, 1.0  # m, of the torso
_TORSO = 1


def outcome(
    before: Simulation, simulation: Simulation, action: Array, memory: Array, period: float
) -> tuple[tuple[Array, ...], Array, Array]:
    """Return the terms of the reward, whether the ant has fallen, and no memory."""
    forward = (simulation.xpos[_TORSO, 0] - before.xpos[_TORSO, 0]) / period
    height = simulation.qpos[2]
    healthy = (height > _LOWEST) & (height < _HIGHEST)
    control = _CONTROL_COST * np.sum(np.square(action))
    return (forward, _HEALTHY_REWARD * healthy, -control), np.logical_not(healthy), memory


PUBLISHED_LEGS: Mapping[str, Mapping[str, str]] = {
    "han": {"FL": "front-left", "FR": "rear-left", "RL": "rear-right", "RR": "front-right"},
    "najarro": {"right-front": "front-right", "left-front": "front-left"},
}
"""Which leg is meant in papers on damaged ants, whose names are not all by where legs are.

Sources: Dittrich, van Diggelen and Floreano, ICRA 2026 (`han`); Najarro and Risi, NeurIPS 2020 (`najarro`).
"""

# In the order of the motors, which is not that of the joints.
_LEGS = ("front-right", "front-left", "rear-left", "rear-right")


def ant_run() -> Task:
    """Return the task: 27 observations, 8 torques in [-1, 1], 20 Hz.

    The reward is speed (m/s), plus 1 while healthy, less 0.5 |action|². It terminates when the torso leaves 0.25 to
    1 m. The body is `ant`'s with Euler steps and one iteration of the solver, and only its lower legs touch the floor.
    Joints, motors and legs are named by where they are: forward is +x, left is +y.

    Source: Dittrich, van Diggelen and Floreano, ICRA 2026.
    """
    return Task(
        name="ant_run",
        robot="Ant",
        world=mujoco(_MODEL, substeps=5),
        observation=PROPRIOCEPTION,
        action=motors({f"{leg} {joint}": "150 N·m" for leg in _LEGS for joint in ("hip", "ankle")}),
        reset=reset,
        observe=observe_proprioceptive,
        actuate=actuate,
        outcome=outcome,
        compares=("xpos",),
        reward=("forward", "survive", "control"),
        termination="the torso leaves 0.25 to 1 m",
        training_ticks=200,
        training_weights={"survive": 0.0},  # or standing is a trap; see docs/training-lives.md
    )
