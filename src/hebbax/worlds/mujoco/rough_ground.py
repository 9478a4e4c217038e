"""Random heights in place of the planes that a robot walks on."""

from __future__ import annotations

from typing import Any

import mujoco
import numpy as np

from hebbax.errors import HebbaxError
from hebbax.worlds.mujoco.ground import ground_planes, may_collide
from hebbax.worlds.mujoco.robot import root_body

_CELL = 0.25  # m
_FLAT, _RISEN = 0.5, 2.0  # m from the birth: flat up to the first, of full height from the second on
_STRIP = 50.0, 450.0, 1.0  # m behind, ahead and to each side of a robot that stays in its plane
_FIELD = 80.0, 250.0, 100.0  # m of one that goes where it will: 4 MB, in every life that has its own
_BASE = 1.0  # m, of solid ground below the lowest height


def roughen_ground(spec: Any, seed: int, height: float) -> None:
    """Put a field of random heights, up to so many metres from peak to trough, in place of each plane of the ground.

    Heights are independent every quarter of a metre, with the plane's in their middle, and flat around the place over
    which the robot's root is in its model. A field ends 250 m ahead of there along x, 80 m behind and 100 m to
    each side; that of a robot whose root slides along one direction alone 450 m ahead and 50 m behind. Walls and
    ceilings stay. Raises HebbaxError where the robot can touch no plane.
    """
    model = spec.copy().compile()
    data = mujoco.MjData(model)
    mujoco.mj_kinematics(model, data)
    planes = _touched(model)
    if not planes:
        raise HebbaxError("the robot can touch no plane: expected a geom of type plane, no steeper than 60°, as ground")
    way = _way(model, data)
    x, y = _grid(strip=way is not None)
    heights = _heights(x, y, seed)
    for number, plane in enumerate(planes):
        name = f"hebbax rough {number}"
        size = (x[-1] - x[0]) / 2, (y[-1] - y[0]) / 2, height, _BASE
        spec.add_hfield(name=name, nrow=len(y), ncol=len(x), size=size, userdata=heights.ravel())
        up, origin = data.geom_xmat[plane].reshape(3, 3)[:, 2], data.geom_xpos[plane]
        axes = _axes(up, np.array([1.0, 0.0, 0.0]) if way is None else way)
        birth = data.xpos[root_body(model)]
        middle = birth - ((birth - origin) @ up) * up
        middle = middle + axes @ [(x[0] + x[-1]) / 2, (y[0] + y[-1]) / 2, -height / 2]
        _replace(list(spec.geoms)[plane], name, _in_body(model, data, plane, middle, axes))


def _touched(model: mujoco.MjModel) -> list[int]:
    """Return the planes of the ground that some geom of the robot can touch."""
    ours = np.flatnonzero((model.body_rootid[model.geom_bodyid] == root_body(model)) & (model.geom_bodyid > 0))
    planes = [int(plane) for plane in ground_planes(model)]
    return [plane for plane in planes if any(may_collide(model, plane, int(geom)) for geom in ours)]


def _way(model: mujoco.MjModel, data: mujoco.MjData) -> np.ndarray | None:
    """Return the direction [3] along which alone the robot's root slides over the ground; None if it has no such."""
    joints = np.flatnonzero(model.jnt_bodyid == root_body(model))
    if np.any(model.jnt_type[joints] == int(mujoco.mjtJoint.mjJNT_FREE)):
        return None
    slides = joints[model.jnt_type[joints] == int(mujoco.mjtJoint.mjJNT_SLIDE)]
    level = data.xaxis[slides] * [1.0, 1.0, 0.0]
    level = level[np.linalg.norm(level, axis=1) > 1e-6]
    return level[0] if len(level) and np.linalg.matrix_rank(level, tol=1e-6) == 1 else None


def _grid(*, strip: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return the places of the heights along the robot's way and across it, m from its birth."""
    behind, ahead, aside = _STRIP if strip else _FIELD
    return np.arange(-behind, ahead, _CELL), np.arange(-aside, aside + _CELL, _CELL)


def _heights(x: np.ndarray, y: np.ndarray, seed: int) -> np.ndarray:
    """Return heights from 0 to 1, float32 [y, x], that are 0.5 around the birth."""
    heights = np.random.default_rng(seed).random((len(y), len(x)))
    distance = np.hypot(*np.meshgrid(x, y))
    heights = 0.5 + (heights - 0.5) * np.clip((distance - _FLAT) / (_RISEN - _FLAT), 0, 1)
    heights[0, :2] = 0.0, 1.0  # the compiler stretches what there is from 0 to 1
    return heights.astype(np.float32)


def _axes(up: np.ndarray, way: np.ndarray) -> np.ndarray:
    """Return a frame [3, 3], in columns, whose z is the plane's normal and whose x goes along the way."""
    x = way - (way @ up) * up
    x = x / np.linalg.norm(x)
    return np.column_stack([x, np.cross(up, x), up])


def _in_body(
    model: mujoco.MjModel, data: mujoco.MjData, geom: int, place: np.ndarray, axes: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return a place [3] and a frame [3, 3] of the world as the geom's body has them: position and quaternion."""
    body = model.geom_bodyid[geom]
    turned, quaternion = data.xmat[body].reshape(3, 3), np.zeros(4)
    mujoco.mju_mat2Quat(quaternion, (turned.T @ axes).ravel())
    return turned.T @ (place - data.xpos[body]), quaternion


def _replace(geom: Any, field: str, frame: tuple[np.ndarray, np.ndarray]) -> None:
    """Make a plane a field of heights."""
    geom.type, geom.hfieldname = mujoco.mjtGeom.mjGEOM_HFIELD, field
    geom.pos, geom.quat = frame
    geom.alt.type = mujoco.mjtOrientation.mjORIENTATION_QUAT  # where the source says it by angles
