"""How a robot can be lifted: which coordinates of its root are held, and how high its feet cannot reach the ground."""

from __future__ import annotations

import mujoco
import numpy as np

from hebbax.worlds.body import Root

MARGIN = 1.1
"""Heights over those at which the lowest part could touch."""

_POSES = 500


def root_of(model: mujoco.MjModel) -> Root | None:
    """Return the root of a robot whose height is a coordinate of its own, or None."""
    for body in np.flatnonzero(model.body_parentid == 0):
        joints = range(model.body_jntadr[body], model.body_jntadr[body] + model.body_jntnum[body])
        for joint in joints:
            at = int(model.jnt_qposadr[joint])
            if model.jnt_type[joint] == mujoco.mjtJoint.mjJNT_FREE:
                # A quaternion cannot be held coordinate by coordinate: the robot hangs and may turn.
                return Root(int(body), at + 2, (at, at + 1), (), _safe_height(model, int(body), at + 2))
            if _is_slide(model, joint) and abs(model.jnt_axis[joint][2]) > 0.99:
                others = [other for other in joints if other != joint]
                held = [int(model.jnt_qposadr[other]) for other in others]
                turning = [int(model.jnt_qposadr[other]) for other in others if not _is_slide(model, other)]
                return Root(int(body), at, tuple(held), tuple(turning), _safe_height(model, int(body), at))
    return None


def _safe_height(model: mujoco.MjModel, body: int, coordinate: int) -> float:
    """Return the value of the height's coordinate at which no part can touch the ground (z = 0), in m.

    The deepest reach below the root is taken over random poses of all joints within their limits.
    """
    data = mujoco.MjData(model)
    generator = np.random.default_rng(0)  # of poses to look at: no result but this height depends on it
    parts = np.flatnonzero(model.geom_bodyid != 0)
    hinges = [joint for joint in range(model.njnt) if model.jnt_type[joint] == mujoco.mjtJoint.mjJNT_HINGE]
    reach = 0.0
    for _ in range(_POSES):
        data.qpos[:] = model.qpos0
        for joint in hinges:
            low, high = model.jnt_range[joint] if model.jnt_limited[joint] else (-np.pi, np.pi)
            data.qpos[model.jnt_qposadr[joint]] = generator.uniform(low, high)
        mujoco.mj_kinematics(model, data)
        # rbound is the radius of the sphere around a part: never too little.
        lowest = float(np.min(data.geom_xpos[parts, 2] - _depths(model, data, parts)))
        reach = max(reach, float(data.xpos[body][2]) - lowest)
    mujoco.mj_resetData(model, data)
    mujoco.mj_kinematics(model, data)
    return float(data.qpos[coordinate]) + MARGIN * reach - float(data.xpos[body][2])


def _depths(model: mujoco.MjModel, data: mujoco.MjData, parts: np.ndarray) -> np.ndarray:
    """Return how far each part reaches below its centre, in m: a capsule exactly, others at most."""
    radii, halves = model.geom_size[parts, 0], model.geom_size[parts, 1]
    capsules = model.geom_type[parts] == int(mujoco.mjtGeom.mjGEOM_CAPSULE)
    return np.where(capsules, radii + halves * np.abs(data.geom_xmat[parts, 8]), model.geom_rbound[parts])


def _is_slide(model: mujoco.MjModel, joint: int) -> bool:
    return model.jnt_type[joint] == mujoco.mjtJoint.mjJNT_SLIDE
