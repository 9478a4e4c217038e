"""What the robots of Leung et al. 2025 share: targets of servos behind a low-pass, at 50 Hz, in lives of 10 s."""

from __future__ import annotations

import numpy as np

from hebbax.compiling.compiler import compiled
from hebbax.tasks.attitude import along_own_axes
from hebbax.tasks.groups import Group
from hebbax.types import Array, Simulation

SUBSTEPS = 2  # of 0.01 s: 50 Hz
LENGTH = 500  # ticks

_KEPT = 0.9  # part of a servo's target that stays from tick to tick
_SETTLED = 75  # ticks, from which on the reward of ours counts
_JOINT_NOISE, _VELOCITY_NOISE = 0.2, 0.1  # rad; rad/s
_SHORTEST, _LONGEST = 0.1, 0.4  # s: of a swing, what is between counts as a step


@compiled
def follow(action: Array, memory: Array) -> Array:
    """Return the targets of the servos, rad, from actions and the memory, which begins with the targets before."""
    return _KEPT * memory[: action.size] + (1.0 - _KEPT) * action


def actuate(action: Array, simulation: Simulation, memory: Array) -> Array:
    """Return the targets of the servos, rad, which the model clips at the limits of the joints."""
    return follow(action, memory)


@compiled
def remembered(simulation: Simulation, action: Array, memory: Array, period: float) -> Array:
    """Return the memory after a tick: targets, ticks that there have been, and for how long each foot is up, s."""
    joints = action.size
    up = (memory[joints + 1 :] + period) * (simulation.sensordata[: memory.size - joints - 1] <= 0)
    return np.concatenate((follow(action, memory), memory[joints : joints + 1] + 1.0, up))


@compiled
def settled(action: Array, memory: Array) -> Array:
    """Return 1 from tick 75 on, and 0 before: a reward for the first ticks teaches a leap at birth."""
    return 1.0 * (memory[action.size] >= _SETTLED)


@compiled
def born(uniform: Array, low: Array, high: Array, height: float, feet: int) -> tuple[Array, Array, Array]:
    """Return qpos, qvel and memory at a height (m), from two uniform numbers a joint and the limits of joints (rad)."""
    joints = low.size
    turned = np.minimum(np.maximum(_JOINT_NOISE * uniform[:joints], low), high)
    qpos = np.concatenate((np.array((0.0, 0.0, height, 1.0, 0.0, 0.0, 0.0)), turned))
    velocity = np.concatenate((np.zeros(6), _VELOCITY_NOISE * uniform[joints : 2 * joints]))
    return qpos, velocity, np.zeros(joints + 1 + feet)


@compiled
def speed_ahead(simulation: Simulation) -> Array:
    """Return the speed of the base along its own x axis, m/s."""
    return along_own_axes(simulation.qpos, simulation.qvel[:3])[0]


@compiled
def moved_ahead(before: Simulation, simulation: Simulation) -> Array:
    """Return how far the base came along x, m."""
    return simulation.qpos[0] - before.qpos[0]


@compiled
def slid(before: Simulation, simulation: Simulation, feet: int) -> Array:
    """Return how far the feet that bear weight moved along the ground in a tick, m, all together."""
    moved = simulation.site_xpos[:feet] - before.site_xpos[:feet]
    ways = np.sqrt(np.square(moved[:, 0]) + np.square(moved[:, 1]))
    return np.sum(ways * (simulation.sensordata[:feet] > 0))


@compiled
def stepped(simulation: Simulation, action: Array, memory: Array) -> Array:
    """Return for how long the feet that land in a tick had swung, s, all together, of each what counts as a step."""
    swings = memory[action.size + 1 :]
    lands = (simulation.sensordata[: swings.size] > 0) & (swings > 0)
    return np.sum(lands * (np.minimum(np.maximum(swings, _SHORTEST), _LONGEST) - _SHORTEST))


SHAPING = {
    "distance": "metres along x",
    "foot-slip": "metres that feet slide along the ground while they bear weight, all together",
    "steps": "seconds that feet swing before they land, of each swing those between 0.1 and 0.4 s, all together",
}
"""Terms that a run may weigh in its fitness."""


def target_groups(joints: tuple[str, ...]) -> tuple[Group, ...]:
    """Return a group for each servo: a tenth of an action and nine of its last target are the target."""
    return tuple(Group(joint, 1, "rad of a target behind a low-pass", -1, 1) for joint in joints)
