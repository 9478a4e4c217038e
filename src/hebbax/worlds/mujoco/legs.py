"""Which limbs of a robot are legs: chains of bodies to the last one, that end about as low as any other does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hebbax.worlds.body import Leg

if TYPE_CHECKING:
    import mujoco

_LOW = 0.25  # of the robot's size: how far above the lowest a limb may end that is a leg, and no arm


def legs_of(model: mujoco.MjModel, root: int) -> tuple[Leg, ...]:
    """Return the legs of the robot that hangs on a body, in the pose that it is drawn in.

    A limb ends in a body that carries no other that moves against it. Bodies that are welded to each other are one.
    """
    import mujoco

    bodies = np.flatnonzero((model.body_rootid == root) & (np.arange(model.nbody) > 0))
    carriers = {int(model.body_weldid[model.body_parentid[body]]) for body in bodies if model.body_dofnum[body]}
    ends = [int(body) for body in bodies if model.body_dofnum[body] and body not in carriers and body != root]
    if not root or not ends:
        return ()
    data = mujoco.MjData(model)
    mujoco.mj_kinematics(model, data)
    feet = {end: bodies[model.body_weldid[bodies] == end] for end in ends}
    places = {end: _middle(model, data, feet[end]) for end in ends}
    size = np.linalg.norm(np.ptp(data.xpos[bodies], axis=0))
    lowest = min(place[2] for place in places.values())
    turned = data.xmat[root].reshape(3, 3)
    return tuple(
        Leg(model.body(end).name or f"body {end}", tuple(feet[end].tolist()), *(ahead_left[:2].tolist()))
        for end in ends
        if places[end][2] <= lowest + _LOW * size
        for ahead_left in [(places[end] - data.xpos[root]) @ turned]
    )


def _middle(model: mujoco.MjModel, data: mujoco.MjData, bodies: np.ndarray) -> np.ndarray:
    """Return the middle [3] of the geoms of bodies, m; where they have none, their own place."""
    geoms = np.flatnonzero(np.isin(model.geom_bodyid, bodies))
    return data.geom_xpos[geoms].mean(axis=0) if len(geoms) else data.xpos[bodies[0]]
