"""Cheetah Run, as dm_control's: run forward in the plane, up to 10 m/s, from a random pose that has come to rest."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hebbax.compiling.compiler import compiled
from hebbax.tasks.groups import motors
from hebbax.tasks.half_cheetah import OBSERVATION, actuate, observe
from hebbax.tasks.task import NEVER, Task
from hebbax.types import Array, Noise, Simulation
from hebbax.worlds.mujoco.make_world import mujoco

_MODEL = Path(__file__).parents[1] / "models" / "cheetah_run.xml"
_FULL_SPEED = 10.0  # m/s, at which the reward is 1
_ROOT = 3  # coordinates, after which the limited joints come

# Of the six joints, in the order of the model.
_LOW = np.deg2rad([-30.0, -50.0, -230.0, -57.0, -70.0, -28.0])
_HIGH = np.deg2rad([60.0, 50.0, 50.0, 0.4, 50.0, 28.0])

_TORSO, _LEGS, _PARTS = 1, (2, 5), 3  # bodies: that which bears the legs, the thighs, and how many are a leg


@compiled
def forward_speed(simulation: Simulation) -> Array:
    """Return the speed of the centre of mass along x (m/s) at the end of a tick.

    MuJoCo's own belongs to the beginning of the last physics step, which here is a whole tick ago. So do its arrays of
    bodies: from them come masses and lengths, whatever a damage has made of them; from the coordinates comes the pose.
    """
    qpos, qvel, masses = simulation.qpos, simulation.qvel, simulation.cinert[:, 9]
    joints, middles = simulation.xpos, simulation.xipos
    torso = _per_metre(simulation, _TORSO, qpos[2], qvel[2])
    momentum = masses[_TORSO] * _between(joints, _TORSO, middles, _TORSO, torso)
    for thigh in _LEGS:
        parent, above, pitch, turn, speed = _TORSO, torso, qpos[2], qvel[2], 0.0
        for body in range(thigh, thigh + _PARTS):
            speed = speed + _between(joints, parent, joints, body, above)
            pitch, turn = pitch + qpos[body + 1], turn + qvel[body + 1]
            parent, above = body, _per_metre(simulation, body, pitch, turn)
            momentum = momentum + masses[body] * (speed + _between(joints, body, middles, body, above))
    return qvel[0] + momentum / np.sum(masses)


@compiled
def _per_metre(simulation: Simulation, body: int, pitch: Array, turn: Array) -> tuple[Array, Array]:
    """Return the speeds along x at 1 m along x and along z of a body, in the pose that MuJoCo's arrays have it in."""
    w, y = simulation.xquat[body, 0], simulation.xquat[body, 2]  # cosine and sine of half of that pitch
    cos, sin = w * w - y * y, 2.0 * w * y
    return turn * (np.cos(pitch) * sin - np.sin(pitch) * cos), turn * (np.cos(pitch) * cos + np.sin(pitch) * sin)


@compiled
def _between(starts: Array, start: int, ends: Array, end: int, per_metre: tuple[Array, Array]) -> Array:
    """Return by how much a place of a body is faster along x than another, both in rows [place, 3]."""
    x, z = ends[end, 0] - starts[start, 0], ends[end, 2] - starts[start, 2]
    return per_metre[0] * x + per_metre[1] * z


def _reset(noise: Noise) -> tuple[Array, Array, Array]:
    share = 0.5 * (noise.uniform[_ROOT:9] + 1.0)
    return np.concatenate((np.zeros(_ROOT), _LOW + share * (_HIGH - _LOW))), np.zeros(9), np.zeros(0)


def outcome(before: Simulation, simulation: Simulation, action: Array, memory: Array) -> tuple[Array, bool, Array]:
    """Return the reward, that no life is over, and no memory."""
    return np.minimum(np.maximum(forward_speed(simulation) / _FULL_SPEED, 0.0), 1.0), False, memory


def cheetah_run() -> Task:
    """Return the task: 17 observations, 6 torques in [-1, 1], 100 Hz.

    The reward grows from 0 to 1 with the speed of the centre of mass, from 0 to 10 m/s; it never terminates. A cheetah
    is born in a pose drawn from the ranges of its joints, and comes to rest for 200 ticks before its life begins.

    Source: dm_control's suite, `cheetah run`; Tassa et al., 2018.
    """
    return Task(
        name="cheetah_run",
        robot="Cheetah",
        world=mujoco(_MODEL, substeps=1),
        observation=OBSERVATION,
        action=motors(
            {
                "rear thigh": "120 N·m",
                "rear shin": "90 N·m",
                "rear foot": "60 N·m",
                "front thigh": "90 N·m",
                "front shin": "60 N·m",
                "front foot": "30 N·m",
            }
        ),
        reset=_reset,
        observe=observe,
        actuate=actuate,
        outcome=outcome,
        compares=(),
        reward=("forward",),
        termination=NEVER,
        settle=200,
    )
