"""Where a robot's parts stand in its arrays: what gait analysis, damage and experiments ask a world for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np


@dataclass(frozen=True)
class Leg:
    """A limb that ends in a foot, in the pose that the model is drawn in."""

    name: str  # of the body that the foot is part of
    feet: tuple[int, ...]  # columns of contacts of what moves as one with that body
    ahead: float  # m, of the foot from the root, along x
    left: float  # m, likewise, along y


@dataclass(frozen=True, eq=False)
class Body:
    """Where a record's columns tell of the way forward, the driven joints and what can touch the ground."""

    forward: int | None  # column of qpos along the world's x, or none for a body that cannot go there
    joints: np.ndarray  # int64 [driven], columns of qpos
    joint_speeds: np.ndarray  # int64 [driven], columns of qvel
    torques: np.ndarray  # int64 [driven], columns of torques
    names: tuple[str, ...]  # of the bodies, in the order of the columns of contacts; the first is the world
    own: np.ndarray  # int64, columns of contacts of the robot itself, and not of what lies, stands or hangs beside it
    mass: float  # kg, of the robot
    gravity: float = 9.81  # m/s², NaN, as the mass, where it changes in the time that is looked at
    whole_effort: bool = True  # whether `torques` are of all actuators, so that work can be told from them
    legs: tuple[Leg, ...] = ()  # in the order of their bodies


class Parts(NamedTuple):
    """The numbers of what belongs to a robot itself, and not to what stands or hangs in its way."""

    bodies: frozenset[int]
    joints: frozenset[int]  # of one coordinate each, but for those that only say where the root is
    coordinates: frozenset[int]  # of these joints, indices of qpos


class Coordinates(NamedTuple):
    """The positions of a body: their names, and which velocity belongs to each."""

    names: list[str]  # [nq], empty for one without
    velocities: list[int]  # [nq], index of qvel, -1 for a part of a quaternion, which cannot be held


@dataclass(frozen=True)
class Root:
    """The coordinates of a body that is free in the plane or in space."""

    body: int
    height: int  # index of qpos
    held: tuple[int, ...]  # indices of qpos that can be held as they are: ways, and in the plane the pitch
    turning: tuple[int, ...]  # those of them that are angles
    safe_height: float  # value of the height's coordinate at which no part can touch the ground (z = 0), m
