"""A dung beetle of eighteen servos, dbAlpha of Leung et al. 2025: its joints, what it senses, and two rewards."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from hebbax.compiling.compiler import compiled
from hebbax.tasks.attitude import roll_pitch_yaw, upright
from hebbax.tasks.groups import Group
from hebbax.tasks.leung import (
    LENGTH,
    SHAPING,
    SUBSTEPS,
    actuate,
    born,
    moved_ahead,
    remembered,
    settled,
    slid,
    speed_ahead,
    stepped,
    target_groups,
)
from hebbax.tasks.task import NEVER, Task
from hebbax.types import Array, Noise, Simulation
from hebbax.worlds.mujoco.make_world import mujoco

_MODEL = Path(__file__).parents[1] / "models" / "dung_beetle.xml"

LEGS = ("front-left", "middle-left", "rear-left", "front-right", "middle-right", "rear-right")
"""In the published order."""

PARTS = ("coxa", "femur", "tibia")
"""Joints of a leg, from the base outwards, by the link that each moves."""

JOINTS = tuple(f"{leg} {part}" for leg in LEGS for part in PARTS)
"""In the order of servos, observations and qpos."""

_SIDE = (((-40, 20), (-15, 30), (-60, 60)), ((-5, 30), (-80, 10), (-70, 50)), ((-30, 5), (-60, 30), (-70, 50)))
_RANGES = np.radians(np.array(_SIDE * 2).reshape(18, 2))  # of the joints
_LOW, _HIGH = _RANGES[:, 0].copy(), _RANGES[:, 1].copy()

_ABOVE_PUBLISHED = 0.35  # m, of the base's origin above the published one
_BIRTH_HEIGHT = _ABOVE_PUBLISHED - 0.05
_TOUCHES = 1.0  # N, above which a foot is on the ground

_FAST_ENOUGH = 0.3  # m/s, beyond which going forward pays no more
_UPRIGHT, _AHEAD = 0.93, 0.45  # cosine of the tilt; rad: what is beyond is no longer upright, or ahead
_NOMINAL, _BAND = -0.08, 0.04  # m, of the height of the published origin, and how far from it is still right


def reset(noise: Noise) -> tuple[Array, Array, Array]:
    """Return a birth 2.4 cm above the ground, joints up to 0.2 rad off and up to 0.1 rad/s fast."""
    return born(noise.uniform, _LOW, _HIGH, _BIRTH_HEIGHT, 6)


def observe(simulation: Simulation, memory: Array) -> Array:
    """Return joint angles, half of what has the limits at -1 and 1; which feet touch; roll, pitch and yaw."""
    scaled = (simulation.qpos[7:] - _LOW) / (_HIGH - _LOW) - 0.5
    touching = 1.0 * (simulation.sensordata[:6] > _TOUCHES)
    roll, pitch, yaw = roll_pitch_yaw(simulation.qpos)
    return np.concatenate((scaled, touching, np.array((roll, pitch, yaw))))


@compiled
def _faults(qpos: Array) -> tuple[Array, Array, Array]:
    """Return whether the base is tilted, turned, and too high or too low."""
    up = upright(qpos)
    _, _, yaw = roll_pitch_yaw(qpos)
    height = qpos[2] - _ABOVE_PUBLISHED * up  # of the published origin
    return up <= _UPRIGHT, np.abs(yaw) >= _AHEAD, np.abs(height - _NOMINAL) >= _BAND


def outcome(
    before: Simulation, simulation: Simulation, action: Array, memory: Array, period: float
) -> tuple[tuple[Array, ...], Array, Array]:
    """Return the terms of our own reward and of shaping, that no life ends, and the memory."""
    moved, seconds = moved_ahead(before, simulation), period * settled(action, memory)
    tilted, turned, off_height = _faults(simulation.qpos)
    terms = (
        np.minimum(settled(action, memory) * moved, seconds * _FAST_ENOUGH),
        -seconds * 0.1 * tilted,
        -seconds * 0.1 * turned,
        -seconds * 0.1 * off_height,
        -seconds * 0.0005 * np.sum(np.square(action)),
        moved,
        slid(before, simulation, 6),
        stepped(simulation, action, memory),
    )
    return terms, False, remembered(simulation, action, memory, period)


def outcome_leung(
    before: Simulation, simulation: Simulation, action: Array, memory: Array, period: float
) -> tuple[tuple[Array, ...], Array, Array]:
    """Return the terms of the published reward, each tick's, and of shaping; no life ends; and the memory."""
    tilted, turned, off_height = _faults(simulation.qpos)
    terms = (
        2.0 * speed_ahead(simulation),
        -0.5 * tilted,
        -0.5 * turned,
        -0.5 * off_height,
        moved_ahead(before, simulation),
        slid(before, simulation, 6),
        stepped(simulation, action, memory),
    )
    return terms, False, remembered(simulation, action, memory, period)


_STEP = {"foot-slip": -0.2, "steps": 0.03}
_PHASES = (
    {"after": 0},
    {"after": "reward_terms.forward>=1.5", "weights": _STEP},
    {"after": "reward_terms.forward>=1.9", "weights": {**_STEP, "foot-slip": -0.5}},
)
"""At full speed nothing but steps and sliding feet tell walkers apart; until then it drags legs that it could use."""


def dung_beetle() -> Task:
    """Return the task: 27 observations, 18 targets of servos behind a low-pass, 50 Hz, 10 s.

    The reward is of ours, and counts from 1.5 s on: metres along x up to 0.3 m/s, and each second less 0.1 for a base
    tilted by more than 22 degrees, 0.1 for one turned from +x by more than 0.45 rad, 0.1 for one more than 4 cm off its
    height, and 0.0005 |action|². At most 2.55.

    Source of the robot: Leung, Haomachai, Pedersen, Risi and Manoonpong, IROS 2025, arXiv:2503.12406.
    """
    return Task(
        name="dung_beetle",
        robot="DungBeetle",
        world=mujoco(_MODEL, substeps=SUBSTEPS),
        observation=(
            Group("joint angles", 18, "range of the joint, from its middle"),
            Group("foot contacts", 6, "1", 0, 1),
            Group("orientation", 3, "rad"),  # roll, pitch and yaw
        ),
        action=target_groups(JOINTS),
        reset=reset,
        observe=observe,
        actuate=actuate,
        outcome=outcome,
        compares=("qpos", "site_xpos"),
        memory_size=25,
        length=LENGTH,
        reward=("forward", "upright", "heading", "height", "action"),
        shaping=tuple(SHAPING),
        termination=NEVER,
        training_ticks=400,
        training_phases=_PHASES,
    )


def dung_beetle_leung() -> Task:
    """Return `dung_beetle` with the published reward: each tick 2 times the speed ahead (m/s) along the base's x axis.

    Less 0.5 for each of the three faults. The published fitness is 100 times its mean over a life.
    """
    return dataclasses.replace(
        dung_beetle(),
        name="dung_beetle_leung",
        outcome=outcome_leung,
        reward=("speed", "upright", "heading", "height"),
        training_ticks="full",
        training_phases=(),
    )
