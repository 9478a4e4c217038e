"""The geoms of a robot over the plane that it walks on, from its recorded states and by kinematics alone."""

from __future__ import annotations

import mujoco
import numpy as np

from hebbax.worlds.ground import Ground
from hebbax.worlds.mujoco.robot import root_body


def ground_of(model: mujoco.MjModel, qpos: np.ndarray, qvel: np.ndarray) -> Ground | None:
    """Return the robot over its ground in states [ticks, nq] and [ticks, nv]; NaN where a state is not finite.

    The ground is the first plane of the world that some geom of the robot can touch. None where there is no such plane.
    """
    geoms = _geoms(model)
    planes = np.flatnonzero((model.geom_type == int(mujoco.mjtGeom.mjGEOM_PLANE)) & (model.geom_bodyid == 0))
    touch = [np.array([_collide(model, int(plane), int(geom)) for geom in geoms], bool) for plane in planes]
    first = next((index for index, may in enumerate(touch) if may.any()), None)
    if first is None:
        return None
    plane, may_touch = int(planes[first]), touch[first]
    heights, speeds, centre = _motion(model, plane, geoms, qpos, qvel)
    held = np.maximum(model.geom_margin[geoms], model.geom_margin[plane])
    return Ground(
        names=tuple(model.geom(i).name or model.body(model.geom_bodyid[i]).name or f"geom {i}" for i in geoms),
        bodies=model.geom_bodyid[geoms].astype(np.int64),
        may_touch=may_touch,
        heights=heights,
        speeds=speeds,
        touching=may_touch & (heights <= held),
        centre=centre,
    )


def _geoms(model: mujoco.MjModel) -> np.ndarray:
    """Return the geoms of the robot, and not those of what stands in its way; MuJoCo lets no plane move."""
    root = root_body(model)
    return np.flatnonzero((model.body_rootid[model.geom_bodyid] == root) & (root > 0))


def _collide(model: mujoco.MjModel, plane: int, geom: int) -> bool:
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
    model: mujoco.MjModel, plane: int, geoms: np.ndarray, qpos: np.ndarray, qvel: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return heights and speeds [ticks, geoms] of the lowest points, and heights [ticks] of the centre of mass."""
    data, root, bodies = mujoco.MjData(model), root_body(model), model.geom_bodyid[geoms]
    heights, speeds = np.full((len(qpos), len(geoms)), np.nan), np.full((len(qpos), len(geoms)), np.nan)
    centre = np.full(len(qpos), np.nan)
    for tick in np.flatnonzero(np.isfinite(qpos).all(axis=1) & np.isfinite(qvel).all(axis=1)):
        data.qpos[:], data.qvel[:] = qpos[tick], qvel[tick]
        mujoco.mj_kinematics(model, data)
        mujoco.mj_comPos(model, data)
        mujoco.mj_comVel(model, data)
        up, origin = data.geom_xmat[plane].reshape(3, 3)[:, 2], data.geom_xpos[plane]
        turned = data.geom_xmat[geoms].reshape(-1, 3, 3)
        lowest = data.geom_xpos[geoms] + np.einsum("gij,gj->gi", turned, lowest_points(model, geoms, -up @ turned))
        # cvel is of a body's motion about the centre of mass of its tree: rotation first, then translation.
        arms = lowest - data.subtree_com[root]
        moving = data.cvel[bodies, 3:] + np.cross(data.cvel[bodies, :3], arms)
        heights[tick] = (lowest - origin) @ up
        speeds[tick] = np.linalg.norm(moving - np.outer(moving @ up, up), axis=1)
        centre[tick] = (data.subtree_com[root] - origin) @ up
    return heights, speeds, centre


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
