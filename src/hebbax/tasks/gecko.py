"""A gecko of sixteen servos, Slalom of Leung et al. 2025: its joints, what it senses, and two rewards."""

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

_MODEL = Path(__file__).parents[1] / "models" / "gecko.xml"

LEGS = ("front-left", "rear-left", "front-right", "rear-right")
"""In the published order."""

PARTS = ("swing", "lift", "twist", "knee")
"""Joints of a leg, from the base outwards."""

JOINTS = tuple(f"{leg} {part}" for part in PARTS for leg in LEGS)
"""In the order of servos and observations; in qpos they are leg by leg."""

_BY_PART = np.arange(16).reshape(4, 4).T.copy().ravel()  # the place in qpos, after the root, of each of JOINTS
_LIFT, _KNEE = (-5, 95), (-10, 100)  # degrees, of the front left and the rear right leg; the others turn the other way
_LEG, _TURNED = ((-45, 45), _LIFT, (-45, 45), _KNEE), ((-45, 45), (-95, 5), (-45, 45), (-100, 10))
_RANGES = np.radians(np.array(_LEG + _TURNED + _TURNED + _LEG))  # of the joints in the order of qpos
_LOW, _HIGH = _RANGES[:, 0].copy(), _RANGES[:, 1].copy()

_HEIGHT = 0.0323  # m, of the base where the feet touch the ground with all joints at zero
_BIRTH_HEIGHT = _HEIGHT + 0.02

_FAST_ENOUGH = 0.3  # m/s, beyond which going forward pays no more
_UPRIGHT, _AHEAD = 0.95, 0.3  # cosine of the tilt; rad: what is beyond is no longer upright, or ahead


def reset(noise: Noise) -> tuple[Array, Array, Array]:
    """Return a birth 2 cm above the ground, joints up to 0.2 rad off and up to 0.1 rad/s fast."""
    return born(noise.uniform, _LOW, _HIGH, _BIRTH_HEIGHT, 4)


def observe(simulation: Simulation, memory: Array) -> Array:
    """Return joint angles, joint velocities, roll, pitch and yaw, and the targets of the servos."""
    angles, velocities = simulation.qpos[7:][_BY_PART], simulation.qvel[6:][_BY_PART]
    roll, pitch, yaw = roll_pitch_yaw(simulation.qpos)
    return np.concatenate((angles, velocities, np.array((roll, pitch, yaw)), memory[:16]))


@compiled
def scraped(simulation: Simulation, period: float) -> Array:
    """Return for how long upper legs touched the ground in a tick, s, all four together."""
    return period * np.sum(simulation.sensordata[4:8] > 0)


def outcome(
    before: Simulation, simulation: Simulation, action: Array, memory: Array, period: float
) -> tuple[tuple[Array, ...], Array, Array]:
    """Return the terms of our own reward and of shaping, that no life ends, and the memory."""
    moved, seconds = moved_ahead(before, simulation), period * settled(action, memory)
    _, _, yaw = roll_pitch_yaw(simulation.qpos)
    terms = (
        np.minimum(settled(action, memory) * moved, seconds * _FAST_ENOUGH),
        -seconds * 0.05 * (upright(simulation.qpos) <= _UPRIGHT),
        -seconds * 0.1 * (np.abs(yaw) >= _AHEAD),
        -seconds * 0.0005 * np.sum(np.square(action)),
        moved,
        slid(before, simulation, 4),
        stepped(simulation, action, memory),
        scraped(simulation, period),
    )
    return terms, False, remembered(simulation, action, memory, period)


def outcome_leung(
    before: Simulation, simulation: Simulation, action: Array, memory: Array, period: float
) -> tuple[tuple[Array, ...], Array, Array]:
    """Return the terms of the published reward, each tick's, and of shaping; no life ends; and the memory."""
    _, _, yaw = roll_pitch_yaw(simulation.qpos)
    terms = (
        2.0 * speed_ahead(simulation),
        -0.25 * (upright(simulation.qpos) <= _UPRIGHT),
        -0.5 * (np.abs(yaw) >= _AHEAD),
        moved_ahead(before, simulation),
        slid(before, simulation, 4),
        stepped(simulation, action, memory),
        scraped(simulation, period),
    )
    return terms, False, remembered(simulation, action, memory, period)


_STEP = {"foot-slip": -0.3, "steps": 0.02, "scraping": -0.1}
_PHASES = (
    {"after": 0},
    {"after": "reward_terms.forward>=0.3", "weights": _STEP},
    {"after": "reward_terms.forward>=1", "weights": {**_STEP, "foot-slip": -0.6}},
)
"""Who slides is as fast as who steps; but a cost of sliding from the start teaches to stand still."""


def gecko() -> Task:
    """Return the task: 51 observations, 16 targets of servos behind a low-pass, 50 Hz, 10 s.

    The reward is of ours, and counts from 1.5 s on: metres along x up to 0.3 m/s, and each second less 0.05 for a base
    tilted by more than 18 degrees, 0.1 for one turned from +x by more than 0.3 rad, and 0.0005 |action|². At most 2.55.
    Joints turn at 60 degrees a second at most: without that limit every controller buzzes at 8 to 11 Hz.

    Source of the robot: Leung, Haomachai, Pedersen, Risi and Manoonpong, IROS 2025, arXiv:2503.12406.
    """
    return Task(
        name="gecko",
        robot="Gecko",
        world=mujoco(_MODEL, substeps=SUBSTEPS),
        observation=(
            Group("joint angles", 16, "rad"),
            Group("joint velocities", 16, "rad/s"),
            Group("orientation", 3, "rad"),  # roll, pitch and yaw
            Group("targets", 16, "rad", -1, 1),  # of the servos, in the last tick
        ),
        action=target_groups(JOINTS),
        reset=reset,
        observe=observe,
        actuate=actuate,
        outcome=outcome,
        compares=("qpos", "site_xpos"),
        memory_size=21,
        length=LENGTH,
        reward=("forward", "upright", "heading", "action"),
        shaping=(*SHAPING, "scraping"),
        termination=NEVER,
        training_ticks=400,
        training_phases=_PHASES,
    )


def gecko_leung() -> Task:
    """Return `gecko` with the published reward: each tick 2 times the speed ahead (m/s) along the base's own x axis.

    Less 0.25 for a base tilted by more than 18 degrees, and 0.5 for one turned from +x by more than 0.3 rad. The
    published fitness is 100 times its mean over a life.
    """
    return dataclasses.replace(
        gecko(),
        name="gecko_leung",
        outcome=outcome_leung,
        reward=("speed", "upright", "heading"),
        training_ticks="full",
        training_phases=(),
    )
