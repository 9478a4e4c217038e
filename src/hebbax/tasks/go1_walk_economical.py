"""A Unitree Go1 walks ahead at 1 m/s as a robot could afford to: upright, smoothly, with little power."""

from __future__ import annotations

import dataclasses

import numpy as np

from hebbax.tasks.go1 import has_fallen
from hebbax.tasks.go1_terms import feet, moved_forward, slip, tilt, work
from hebbax.tasks.go1_walk import ACTIONS, FAST_ENOUGH, go1_walk, off_course
from hebbax.tasks.task import Task
from hebbax.types import Array, Simulation


def _outcome(
    before: Simulation, simulation: Simulation, action: Array, memory: Array, period: float
) -> tuple[tuple[Array, ...], Array, Array]:
    qpos, qvel, fell = simulation.qpos, simulation.qvel, has_fallen(simulation)
    moved = moved_forward(before, simulation)
    on, _, speeds = feet(before, simulation, period)
    terms = (
        np.minimum(moved, period * FAST_ENOUGH),
        period * 0.5 * (1.0 - fell),
        -period * 0.3 * off_course(qpos),
        -period * 0.3 * np.abs(qvel[1]),
        -period * 0.5 * tilt(qpos),
        -period * 0.3 * np.square(qvel[2]),
        -period * 0.01 * np.sum(np.square(action)),
        -period * 0.01 * np.sum(np.square(action - memory[:ACTIONS])),
        -0.0015 * work(before, simulation),
        -period * 0.5 * slip(on, speeds),
        moved,
    )
    return terms, fell, np.concatenate((action, memory[ACTIONS:]))


REWARD = (
    *("forward", "alive", "heading", "side-speed", "tilt", "vertical-speed"),
    *("action", "action-change", "energy", "foot-slip"),
)

_COSTS = ("heading", "side-speed", "tilt", "vertical-speed", "action-change", "energy", "foot-slip")

_PHASES = (
    {"after": 0, "weights": dict.fromkeys(("alive", *_COSTS), 0.0)},
    # What is learnt first is a waste: at full cost it would be worth less than standing, which earns 2 in 4 s.
    {"after": "reward_terms.forward>=2", "weights": dict.fromkeys(_COSTS, 0.25)},
    {"after": "reward_terms.forward>=3", "weights": dict.fromkeys(_COSTS, 0.5)},
    {"after": "return_mean>=2.5"},
)
"""What pays for posture or costs effort from the start teaches it to stand, or to dive; for lives of 200 ticks."""


def go1_walk_economical() -> Task:
    """Return `go1_walk` with another reward, each second: metres along x up to 1, and 0.5 without a fall.

    Less 0.3 (1 - exp(-2 yaw²)), 0.3 of the speed sideways (m/s), 0.5 of the trunk's squared sine of tilt, 0.3 of its
    squared vertical speed, 0.01 |action|², 0.01 of its change, 0.0015 of the work of all joints (J), and 0.5 of the
    squared speeds of feet that bear weight (m²/s²). At most 30 in a life of 20 s. Training begins
    with going forward alone.
    """
    return dataclasses.replace(
        go1_walk(),
        name="go1_walk_economical",
        outcome=_outcome,
        compares=("qpos", "site_xpos"),
        reward=REWARD,
        shaping=("distance",),
        training_phases=_PHASES,
    )
