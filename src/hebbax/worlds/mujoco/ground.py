"""The geoms of a robot over the planes that it walks on, from its recorded states and by kinematics alone."""

from __future__ import annotations

import mujoco
import numpy as np

from hebbax.worlds.ground import Ground
from hebbax.worlds.mujoco.robot import root_body


def ground_of(model: mujoco.MjModel, qpos: np.ndarray, qvel: np.ndarray) -> Ground | None:
    """Return the robot over its ground in states [ticks, nq] and [ticks, nv]; NaN where a state is not finite.

    The ground is made of the planes that do not move, are no steeper than 60°, and that some geom of the robot can
    touch. As planes do not end, a geom is over the one that it is nearest to or deepest in. None where there is none.
    """
    geoms = _geoms(model)
    flat = ground_planes(model)
    touch = np.array([[may_collide(model, int(plane), int(geom)) for geom in geoms] for plane in flat], bool)
    touch = touch.reshape(len(flat), len(geoms))
    planes, may_touch = flat[touch.any(axis=1)], touch[touch.any(axis=1)]
    if not len(planes):
        return None
    heights, speeds, centre = _motion(model, planes, geoms, qpos, qvel)
    held = np.maximum(model.geom_margin[geoms], model.geom_margin[planes][:, None])
    nearest = np.argmin(np.where(np.isnan(heights), np.inf, heights), axis=1)[:, None]
    return Ground(
        names=tuple(model.geom(i).name or model.body(model.geom_bodyid[i]).name or f"geom {i}" for i in geoms),
        bodies=model.geom_bodyid[geoms].astype(np.int64),
        may_touch=np.any(may_touch, axis=0),
        heights=np.take_along_axis(heights, nearest, axis=1)[:, 0],
        speeds=np.take_along_axis(speeds, nearest, axis=1)[:, 0],
        touching=np.any(may_touch & (heights <= held), axis=1),
        centre=centre.min(axis=1),
    )


def ground_planes(model: mujoco.MjModel) -> np.ndarray:
    """Return the planes that do not move and are no steeper than 60°: others are walls or ceilings."""
    data = mujoco.MjData(model)
    mujoco.mj_kinematics(model, data)
    resting = model.body_weldid[model.geom_bodyid] == 0
    return np.flatnonzero((model.geom_type == _PLANE) & resting & (data.geom_xmat[:, 8] > _STEEPEST))


_PLANE = int(mujoco.mjtGeom.mjGEOM_PLANE)
_STEEPEST = 0.5 - 1e-9  # of a plane's normal, upwards


def _geoms(model: mujoco.MjModel) -> np.ndarray:
    """Return the geoms of the robot, and not those of what stands in its way; MuJoCo lets no plane move."""
    root = root_body(model)
    return np.flatnonzero((model.body_rootid[model.geom_bodyid] == root) & (root > 0))


def may_collide(model: mujoco.MjModel, plane: int, geom: int) -> bool:
    """Return whether MuJoCo looks for contacts of two geoms."""
    if model.opt.disableflags & int(mujoco.mjtDisableBit.mjDSBL_CONTACT):
        return False
    pairs = zip(model.pair_geom1, model.pair_geom2, strict=True)
    if any({int(one), int(other)} == {plane, geom} for one, other in pairs):
        return True
    low, high = sorted((int(model.geom_bodyid[plane]), int(model.geom_bodyid[geom])))
    if (low << 16) + high in model.exclude_signature:
        return False
    one_way = model.geom_contype[plane] & model.geom_conaffinity[geom]
    return bool(one_way or model.geom_contype[geom] & model.geom_conaffinity[plane])


def _motion(
    model: mujoco.MjModel, planes: np.ndarray, geoms: np.ndarray, qpos: np.ndarray, qvel: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return heights and speeds [ticks, planes, geoms] of lowest points, and heights [ticks, planes] of the centre."""
    data, root = mujoco.MjData(model), root_body(model)
    heights, speeds = np.full((2, len(qpos), len(planes), len(geoms)), np.nan)
    centre = np.full((len(qpos), len(planes)), np.nan)
    for tick in np.flatnonzero(np.isfinite(qpos).all(axis=1) & np.isfinite(qvel).all(axis=1)):
        data.qpos[:], data.qvel[:] = qpos[tick], qvel[tick]
        mujoco.mj_kinematics(model, data)
        mujoco.mj_comPos(model, data)
        mujoco.mj_comVel(model, data)
        for seen, plane in enumerate(planes):
            up, origin = data.geom_xmat[plane].reshape(3, 3)[:, 2], data.geom_xpos[plane]
            lowest, moving = _lowest_in_world(model, data, geoms, up)
            heights[tick, seen] = (lowest - origin) @ up
            speeds[tick, seen] = np.linalg.norm(moving - np.outer(moving @ up, up), axis=1)
            centre[tick, seen] = (data.subtree_com[root] - origin) @ up
    return heights, speeds, centre


def _lowest_in_world(
    model: mujoco.MjModel, data: mujoco.MjData, geoms: np.ndarray, up: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the point of each geom that lies farthest against `up` [3], and its velocity, both [geoms, 3]."""
    turned, bodies = data.geom_xmat[geoms].reshape(-1, 3, 3), model.geom_bodyid[geoms]
    lowest = data.geom_xpos[geoms] + np.einsum("gij,gj->gi", turned, lowest_points(model, geoms, -up @ turned))
    # cvel is of a body's motion about the centre of mass of its tree: rotation first, then translation.
    arms = lowest - data.subtree_com[root_body(model)]
    return lowest, data.cvel[bodies, 3:] + np.cross(data.cvel[bodies, :3], arms)


def lowest_points(model: mujoco.MjModel, geoms: np.ndarray, down: np.ndarray) -> np.ndarray:
    """Return the point [geoms, 3] of each geom that lies farthest along `down` [geoms, 3], both in the geom's frame."""
    points, sizes, kinds = np.zeros_like(down), model.geom_size[geoms], model.geom_type[geoms]
    ends = np.sign(down)

    def of(kind: mujoco.mjtGeom) -> np.ndarray:
        return np.flatnonzero(kinds == int(kind))

    balls, boxes = of(mujoco.mjtGeom.mjGEOM_SPHERE), of(mujoco.mjtGeom.mjGEOM_BOX)
    points[balls] = sizes[balls, :1] * down[balls]
    points[boxes] = sizes[boxes] * ends[boxes]
    capsules, cylinders = of(mujoco.mjtGeom.mjGEOM_CAPSULE), of(mujoco.mjtGeom.mjGEOM_CYLINDER)
    points[capsules] = sizes[capsules, :1] * down[capsules]
    points[capsules, 2] += sizes[capsules, 1] * ends[capsules, 2]
    across = np.linalg.norm(down[cylinders, :2], axis=1, keepdims=True)
    points[cylinders, :2] = sizes[cylinders, :1] * down[cylinders, :2] / np.where(across > 0, across, 1.0)
    points[cylinders, 2] = sizes[cylinders, 1] * ends[cylinders, 2]
    eggs = of(mujoco.mjtGeom.mjGEOM_ELLIPSOID)
    scaled = sizes[eggs] * down[eggs]
    points[eggs] = sizes[eggs] * scaled / np.linalg.norm(scaled, axis=1, keepdims=True)
    for geom in (*of(mujoco.mjtGeom.mjGEOM_MESH), *of(mujoco.mjtGeom.mjGEOM_SDF)):
        mesh = model.geom_dataid[geoms[geom]]
        begin = model.mesh_vertadr[mesh]
        vertices = model.mesh_vert[begin : begin + model.mesh_vertnum[mesh]]
        points[geom] = vertices[int(np.argmax(vertices @ down[geom]))]
    return points
