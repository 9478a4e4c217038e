"""A model's floor, light and camera, set up so that a robot can be seen well wherever it goes.

Only what is drawn changes, never the physics: a model that has been through here is not to be stepped. MuJoCo is
passed in, because importing it fixes the OpenGL library of a process.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hebbax.errors import unknown_name
from hebbax.worlds.mujoco.robot import reach, root_body

FOLLOWING, FIXED = "following", "fixed"
"""Cameras that every model has: one that goes with the robot, and one that stands still and sees all its way."""

FLOOR_SIZE = 2000.0  # m from the middle to an edge: ten times as far as a fast robot gets in a life
# How much of the contrast of a floor's texture stays: a dark foot is lost on the black squares that are customary.
FLOOR_CONTRAST = 0.4
# The shadow's texture, in pixels, and how far it reaches from the robot, in radii of the robot. MuJoCo's defaults, 4096
# pixels over the whole model, take twice as long to draw without a graphics card, and show no finer shadow.
SHADOW_SIZE, SHADOW_REACH = 1024, 3.0
# Where a sun that stands straight overhead is moved to: from there the shadow of a robot that moves in a plane is but a
# line, and rounding throws stray lines on the floor.
SLANT = np.array([0.2, 0.4, -1.0])
# How far light and free camera stand off, in radii of the robot, and from where the camera looks: a little above.
LIGHT_DISTANCE, CAMERA_DISTANCE = 4.0, 3.0
CAMERA_AZIMUTH, CAMERA_ELEVATION = 90.0, -15.0


def prepare_scenery(mujoco: Any, model: Any, data: Any) -> None:
    """Make the floor vast and light, and let the sun follow the robot, of an MjModel and its MjData.

    `data` must hold the robot in its first state, after `mj_forward`.
    """
    planes = np.flatnonzero(model.geom_type == int(mujoco.mjtGeom.mjGEOM_PLANE))
    for plane in planes.tolist():
        _enlarge(model, plane)
    _soften_floor(model, planes)
    radius = reach(model, data)
    model.vis.quality.shadowsize = min(model.vis.quality.shadowsize, SHADOW_SIZE)
    model.vis.map.shadowclip = SHADOW_REACH * radius / model.stat.extent
    _follow_with_sun(mujoco, model, radius)
    _dim_lights(mujoco, model)


def find_camera(model: Any, wanted: str) -> str | int:
    """Return the number of a camera of an MjModel by its name or number, or FOLLOWING or FIXED where it has none such.

    Raises HebbaxError for anything else.
    """
    names = [model.cam(index).name for index in range(model.ncam)]
    if wanted in names:
        return names.index(wanted)
    if wanted.isdecimal() and int(wanted) < model.ncam:
        return int(wanted)
    if wanted not in (FOLLOWING, FIXED):
        raise unknown_name("camera", wanted, [FOLLOWING, FIXED, *filter(None, names)])
    return wanted


def choose_camera(mujoco: Any, model: Any, data: Any, wanted: str, way: np.ndarray, aspect: float) -> Any:
    """Return the camera that was asked for.

    FOLLOWING is the model's first if that tracks the robot, else a free one that does. FIXED is one that stands where
    it sees all of the robot's way [frames, 3] in a picture `aspect` times as wide as high. Raises HebbaxError as
    `find_camera`.
    """
    found = find_camera(model, wanted)
    if isinstance(found, int):
        return found
    # As int: an enumeration of MuJoCo never equals NumPy's.
    tracking = (int(mujoco.mjtCamLight.mjCAMLIGHT_TRACK), int(mujoco.mjtCamLight.mjCAMLIGHT_TRACKCOM))
    if found == FOLLOWING and model.ncam and model.cam_mode[0] in tracking:
        return 0
    camera, radius = mujoco.MjvCamera(), reach(model, data)
    camera.azimuth, camera.elevation = CAMERA_AZIMUTH, CAMERA_ELEVATION
    camera.distance = CAMERA_DISTANCE * radius
    if found == FOLLOWING:
        camera.type = mujoco.mjtCamera.mjCAMERA_TRACKING
        camera.trackbodyid = root_body(model)
        return camera
    camera.type = mujoco.mjtCamera.mjCAMERA_FREE
    low, high = way.min(axis=0), way.max(axis=0)
    camera.lookat = (low + high) / 2
    across, along, up = (high - low) / 2 + radius  # it looks along y
    slope = np.tan(np.radians(model.vis.global_.fovy) / 2)
    camera.distance = max(camera.distance, along + max(across / aspect, up) / slope)
    model.vis.map.zfar = max(model.vis.map.zfar, 4 * camera.distance / model.stat.extent)
    return camera


def _enlarge(model: Any, plane: int) -> None:
    """Draw a plane far beyond what the camera sees, as far as the physics takes it: robots run off Gymnasium's.

    MuJoCo's own endless plane looks the same and takes twice as long to draw.
    """
    size = model.geom_size[plane, :2].copy()
    if not (size > 0).all():
        return  # endless already
    model.geom_size[plane, :2] = FLOOR_SIZE
    material = model.geom_matid[plane]
    if material >= 0 and not model.mat_texuniform[material]:
        model.mat_texrepeat[material] *= FLOOR_SIZE / size  # the squares keep their size


def _soften_floor(model: Any, planes: np.ndarray) -> None:
    """Pull the textures of all planes towards white."""
    materials = model.geom_matid[planes]
    textures = np.unique(model.mat_texid[materials[materials >= 0]])
    for texture in textures[textures >= 0]:
        start = int(model.tex_adr[texture])
        size = int(model.tex_height[texture] * model.tex_width[texture] * model.tex_nchannel[texture])
        texels = model.tex_data[start : start + size]
        texels[:] = 255 - FLOOR_CONTRAST * (255 - texels.astype(float))


def _follow_with_sun(mujoco: Any, model: Any, radius: float) -> None:
    """Move every directional light of the world along with the robot, or its shadow stays behind at the start."""
    directional = model.light_type == int(mujoco.mjtLightType.mjLIGHT_DIRECTIONAL)
    for light in np.flatnonzero(directional & (model.light_bodyid == 0)):
        model.light_bodyid[light] = root_body(model)
        model.light_mode[light] = int(mujoco.mjtCamLight.mjCAMLIGHT_TRACKCOM)
        if not model.light_dir0[light, :2].any():
            model.light_dir0[light] = SLANT / np.linalg.norm(SLANT)
        model.light_poscom0[light] = -LIGHT_DISTANCE * radius * model.light_dir0[light]


def _dim_lights(mujoco: Any, model: Any) -> None:
    """Take all lights down until a level floor is lit no brighter than a picture can show: the floor is light here.

    Robots and their scenes often bring a sun each, for the dark floor that is customary.
    """
    lit = [index for index in range(model.nlight) if model.light_active[index]]
    slant = float(np.sin(np.radians(-CAMERA_ELEVATION)))  # of the headlight, which looks along the camera
    directional = model.light_type[lit] == int(mujoco.mjtLightType.mjLIGHT_DIRECTIONAL)
    down = np.where(directional, np.maximum(-model.light_dir0[lit, 2], 0.0), 1.0)
    head = model.vis.headlight
    brightness = (model.light_ambient[lit] + down[:, None] * model.light_diffuse[lit]).sum(axis=0)
    if head.active:
        brightness = brightness + head.ambient + slant * head.diffuse
    share = 1.0 / max(1.0, float(brightness.max()))
    model.light_ambient[lit] *= share
    model.light_diffuse[lit] *= share
    head.ambient[:], head.diffuse[:] = share * head.ambient, share * head.diffuse
