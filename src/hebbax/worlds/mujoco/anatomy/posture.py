"""How a robot stands: the pose that it is born in, and the floor below it."""

from __future__ import annotations

import mujoco
import numpy as np

from hebbax.errors import HebbaxError
from hebbax.worlds.mujoco.anatomy.parts import unused
from hebbax.worlds.mujoco.ground import ground_planes, lowest_points

HOME = "home"
"""The keyframe of births: that of the model, or one that is added."""


def birth_key(spec: mujoco.MjSpec, model: mujoco.MjModel) -> str | None:
    """Return the name of the keyframe of births: `home`, else the first, which is called so where it has no name.

    None where the model has none. Raises HebbaxError for one that holds what is no number.
    """
    names = [key.name for key in spec.keys]
    if not names:
        return None
    index = names.index(HOME) if HOME in names else 0
    fields = (model.key_qpos, model.key_qvel, model.key_act, model.key_ctrl, model.key_mpos, model.key_mquat)
    if not all(np.isfinite(field[index]).all() for field in fields if field.size):
        raise HebbaxError(f"keyframe {names[index] or index!r} holds what is no number: expected finite ones")
    spec.keys[index].name = names[index] or HOME
    return spec.keys[index].name


def floors(model: mujoco.MjModel) -> np.ndarray:
    """Return the planes and height fields that rest and that something may touch; walls and ceilings are none."""
    fields = (model.geom_type == int(mujoco.mjtGeom.mjGEOM_HFIELD)) & (model.body_weldid[model.geom_bodyid] == 0)
    ground = np.union1d(ground_planes(model), np.flatnonzero(fields))
    return ground[_touching(model)[ground]]


def _touching(model: mujoco.MjModel) -> np.ndarray:
    """Whether each geom may touch another, by its bits or as one of a named pair, bool [ngeom]."""
    paired = np.isin(np.arange(model.ngeom), [*model.pair_geom1, *model.pair_geom2])
    return ((model.geom_contype | model.geom_conaffinity) != 0) | paired


def floor_height(model: mujoco.MjModel, data: mujoco.MjData, body: int) -> float:
    """Return the height (m) of the highest floor below or above a body, 0 without one; `data` as for `lowest`."""
    place = data.xpos[body]
    return max(
        (found for floor in floors(model) if (found := _surface(model, data, floor, place)) is not None), default=0.0
    )


def _surface(model: mujoco.MjModel, data: mujoco.MjData, floor: int, place: np.ndarray) -> float | None:
    """Return the height of a floor at a place [3] of which z does not count; None where the floor does not reach."""
    if model.geom_type[floor] == int(mujoco.mjtGeom.mjGEOM_PLANE):
        up, origin = data.geom_xmat[floor].reshape(3, 3)[:, 2], data.geom_xpos[floor]
        return float(origin[2] - (place[:2] - origin[:2]) @ up[:2] / up[2])
    above = np.array([place[0], place[1], data.geom_xpos[floor, 2] + 2 * model.geom_rbound[floor]])
    way = mujoco.mj_rayHfield(model, data, floor, above, np.array([0.0, 0.0, -1.0]))
    return float(above[2] - way) if way >= 0 else None


def lowest(model: mujoco.MjModel, data: mujoco.MjData, tree: int) -> float:
    """Return the height (m) of the lowest point of a tree of bodies, of those that may touch something.

    `data` is that of a pose, after `mj_kinematics`. Raises HebbaxError where nothing of it may touch anything.
    """
    own = (model.body_rootid[model.geom_bodyid] == tree) & _touching(model)
    geoms = np.flatnonzero(own & (model.geom_type != int(mujoco.mjtGeom.mjGEOM_PLANE)))
    if not len(geoms):
        raise HebbaxError(
            f"no geom of the robot ({model.body(tree).name or f'body {tree}'} and what hangs on it) can touch the "
            "floor: expected one with contype or conaffinity"
        )
    turned = data.geom_xmat[geoms].reshape(-1, 3, 3)
    down = np.array([0.0, 0.0, -1.0]) @ turned
    points = data.geom_xpos[geoms] + np.einsum("gij,gj->gi", turned, lowest_points(model, geoms, down))
    return float(points[:, 2].min())


def add_floor(spec: mujoco.MjSpec, model: mujoco.MjModel, height: float) -> None:
    """Add a chequered plane that everything touches which touches anything."""
    name = unused("floor", [part.name for part in (*spec.textures, *spec.materials, *spec.geoms)])
    spec.add_texture(
        name=name,
        type=mujoco.mjtTexture.mjTEXTURE_2D,
        builtin=mujoco.mjtBuiltin.mjBUILTIN_CHECKER,
        rgb1=[0.85, 0.85, 0.85],
        rgb2=[0.7, 0.7, 0.7],
        width=256,
        height=256,
    )
    material = spec.add_material(name=name, texrepeat=[1, 1], texuniform=True)
    material.textures[mujoco.mjtTextureRole.mjTEXROLE_RGB] = name
    floor = spec.worldbody.add_geom(
        name=name, type=mujoco.mjtGeom.mjGEOM_PLANE, size=[0, 0, 0.05], pos=[0, 0, height], material=name
    )
    floor.contype = 1 | int(np.bitwise_or.reduce(model.geom_conaffinity, initial=0))
    floor.conaffinity = 1 | int(np.bitwise_or.reduce(model.geom_contype, initial=0))


def add_light(spec: mujoco.MjSpec) -> None:
    """Add the light of a sun: that of the camera alone shows little."""
    spec.worldbody.add_light(
        type=mujoco.mjtLightType.mjLIGHT_DIRECTIONAL, pos=[0, 0, 4], dir=[0.2, 0.4, -1], diffuse=[0.7, 0.7, 0.7]
    )
