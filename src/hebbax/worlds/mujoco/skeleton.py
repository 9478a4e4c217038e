"""A robot as lines on a plane at every tick, from its recorded states and without drawing anything."""

from __future__ import annotations

from typing import NamedTuple

import mujoco
import numpy as np

from hebbax.errors import HebbaxError
from hebbax.worlds.mujoco.robot import root_body
from hebbax.worlds.skeleton import Skeleton

_SIDE = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
_TOP = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
# From the right and above: along x the picture goes to the right, along y away from the reader.
_OBLIQUE = np.array([[0.94, 0.34, 0.0], [-0.14, 0.40, 0.91]])

_FLAT = 1e-3  # of a robot's size: what counts as no depth
_DRAWN_GROUPS = 3  # MuJoCo's own viewer shows geometry of groups 0 to 2
_ROUND = (mujoco.mjtGeom.mjGEOM_CAPSULE, mujoco.mjtGeom.mjGEOM_CYLINDER)
_WITHOUT_ENDS = (mujoco.mjtGeom.mjGEOM_PLANE, mujoco.mjtGeom.mjGEOM_HFIELD)


def skeleton_of(model: mujoco.MjModel, qpos: np.ndarray) -> Skeleton:
    """Return the robot in states [frames, nq], cut before the first that is not finite.

    It is seen from the side if it moves in the plane of x and z, from above if in that of x and y, else at an angle.
    Raises HebbaxError if there is no finite state, or no geom to draw.
    """
    broken = ~np.isfinite(qpos).all(axis=1)
    states = qpos[: int(np.argmax(broken))] if broken.any() else qpos
    geoms = _drawn(model)
    if not len(states) or not len(geoms):
        raise HebbaxError("cannot draw the robot: " + ("no geometry is visible" if len(states) else "no finite state"))
    shapes = _shapes(model, geoms)
    data = mujoco.MjData(model)
    ends, root = np.empty((len(states), len(geoms), 2, 3)), np.empty((len(states), 3))
    sides = np.empty((len(states), len(shapes.boxes), 2, 3))
    for frame, state in enumerate(states):
        data.qpos[:] = state
        mujoco.mj_kinematics(model, data)
        turned = data.geom_xmat[geoms].reshape(-1, 3, 3)
        middle = data.geom_xpos[geoms] + np.einsum("gij,gj->gi", turned, shapes.centres)
        along = np.einsum("gij,gj->gi", turned, shapes.axes)
        ends[frame] = np.stack([middle - along, middle + along], axis=1)
        sides[frame] = np.einsum("gij,gkj->gki", turned[shapes.boxes], shapes.sides)
        root[frame] = data.xipos[root_body(model)]
    view, projection = _view(ends)
    limbs = _limbs(model)[model.geom_bodyid[geoms]]
    return Skeleton(
        view=view,
        projection=projection,
        ends=(ends @ projection.T).astype(np.float32),
        radii=shapes.radii,
        boxes=shapes.boxes,
        sides=(sides @ projection.T).astype(np.float32),
        limbs=limbs,
        root=root.astype(np.float32),
        floor=_floor(model),
    )


def _drawn(model: mujoco.MjModel) -> np.ndarray:
    """Return which geoms are visible and have two ends."""
    visible = (model.geom_rgba[:, 3] > 0) & (model.geom_group < _DRAWN_GROUPS)
    return np.flatnonzero(visible & ~np.isin(model.geom_type, [int(kind) for kind in _WITHOUT_ENDS]))


class _Shapes(NamedTuple):
    """Geoms in their own frames, in m."""

    centres: np.ndarray  # [geoms, 3]
    axes: np.ndarray  # [geoms, 3]: half of the line
    radii: np.ndarray  # [geoms]
    boxes: np.ndarray  # int64 [boxes]: which geoms are boxes
    sides: np.ndarray  # [boxes, 2, 3]: half of their other two edges


def _shapes(model: mujoco.MjModel, geoms: np.ndarray) -> _Shapes:
    """Return what geoms are drawn as.

    What is no box, capsule or cylinder is a line with round ends along the longest side of its bounding box.
    """
    centres, axes, radii = np.zeros((len(geoms), 3)), np.zeros((len(geoms), 3)), np.zeros(len(geoms))
    boxes, sides = [], []
    for row, geom in enumerate(geoms):
        if model.geom_type[geom] in [int(kind) for kind in _ROUND]:
            radii[row], axes[row, 2] = model.geom_size[geom, :2]
            continue
        centres[row], half = model.geom_aabb[geom, :3], model.geom_aabb[geom, 3:]
        longest, second, third = np.argsort(-half, kind="stable")
        radii[row] = half[second]
        if model.geom_type[geom] == int(mujoco.mjtGeom.mjGEOM_BOX):
            axes[row, longest] = half[longest]
            boxes.append(row)
            sides.append([np.eye(3)[edge] * half[edge] for edge in (second, third)])
        else:
            axes[row, longest] = half[longest] - radii[row]
    return _Shapes(centres, axes, radii, np.array(boxes, np.int64), np.array(sides).reshape(-1, 2, 3))


def _limbs(model: mujoco.MjModel) -> np.ndarray:
    """Return which limb each body [nbody] belongs to: the parts that hang on the root body count from 1.

    What is no part of the robot, such as an obstacle, belongs to the world: -1.
    """
    limbs = np.where(model.body_rootid == root_body(model), 0, -1)
    limbs[0] = -1
    seen = 0
    for body in np.flatnonzero(limbs == 0):
        parent = model.body_parentid[body]
        if model.body_parentid[parent] == 0 and parent != 0:
            seen += 1
            limbs[body] = seen
        elif parent != 0:
            limbs[body] = limbs[parent]
    return limbs


def _view(ends: np.ndarray) -> tuple[str, np.ndarray]:
    """Return the name and projection of the plane in which ends [frames, lines, 2, 3] move."""
    size = float(np.ptp(ends[0], axis=(0, 1)).max()) or 1.0
    depth = np.ptp(ends, axis=(0, 1, 2)) / size
    if depth[1] < _FLAT:
        return "side", _SIDE
    if depth[2] < _FLAT:
        return "top", _TOP
    return "oblique", _OBLIQUE


def _floor(model: mujoco.MjModel) -> float | None:
    planes = np.flatnonzero((model.geom_type == int(mujoco.mjtGeom.mjGEOM_PLANE)) & (model.geom_bodyid == 0))
    return float(model.geom_pos[planes[0], 2]) if len(planes) else None
