"""A MuJoCo model as nodes of a viser scene, moved to where the geoms of a position are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mujoco
import numpy as np

from hebbax.play.player import Player
from hebbax.play.shapes import capsule, ellipsoid, height_field, mesh
from hebbax.tasks.task import Task
from hebbax.worlds.mujoco.robot import reach, root_body

if TYPE_CHECKING:
    from viser import SceneApi, ViserServer

# How far off the camera stands, in radii of the robot, and from where it looks: beside and a little above and ahead.
_DISTANCE, _AZIMUTH, _ELEVATION, _FIELD_OF_VIEW = 5.2, np.radians(75), np.radians(14), np.radians(38)
_SHOWN_GROUPS = 3  # of geoms; MuJoCo's own viewer hides those from here on, which are for collisions alone
_UNCHOSEN = np.array([0.5, 0.5, 0.5, 1.0])  # MuJoCo's default colour, which gives way to the material's
_FLOOR, _LINES, _THICK_LINES = (246, 247, 249), (214, 218, 224), (176, 182, 192)
_SKY, _HORIZON, _HORIZON_AT = (205, 220, 238), (255, 255, 255), 0.4  # colours, and how far down the window
_ARROW = (213, 94, 0)
_ARROW_LENGTH = 0.45  # in radii of the robot


class Scene:
    """The robot and its floor. The world moves and the camera stays, so that a viewer can turn it at will."""

    def __init__(self, server: ViserServer, task: Task) -> None:
        self.follows = True
        self._scene: SceneApi = server.scene
        self._model, self._data = task.world.model, mujoco.MjData(task.world.model)
        self._start()
        self._root = root_body(self._model)
        self._radius = reach(self._model, self._data, self._geoms())  # m
        self._cell = _round_length(self._radius / 2)
        self._scene.set_up_direction("+z")
        self._scene.world_axes.visible = False
        self._scene.configure_default_lights(enabled=True, cast_shadow=True)
        self._scene.set_background_image(_sky(), format="png")
        self._world = self._scene.add_frame("/world", show_axes=False)
        self._floors = [self._add_floor(geom) for geom in self._geoms() if self._is_plane(geom)]
        self._nodes = {geom: self._add_geom(geom) for geom in self._geoms() if not self._is_plane(geom)}
        self._arrow: Any = None
        self._aim(server)

    def show(self, player: Player) -> None:
        """Put everything where it is in the life that is played."""
        self.move(*player.pose())

    def move(self, before: np.ndarray, after: np.ndarray, fraction: float) -> None:
        """Put everything where it is `fraction` of the way from one position [nq] to another."""
        model, data = self._model, self._data
        change = np.zeros(model.nv)
        mujoco.mj_differentiatePos(model, change, 1.0, before, after)
        data.qpos[:] = before
        mujoco.mj_integratePos(model, data.qpos, change, fraction)
        if not np.isfinite(data.qpos).all():
            return  # a life that has diverged stays where it was seen last
        mujoco.mj_kinematics(model, data)
        for geom, node in self._nodes.items():
            node.position, node.wxyz = data.geom_xpos[geom], _quaternion(data.geom_xmat[geom])
        x, y = data.xpos[self._root, :2] if self.follows else np.zeros(2)
        self._world.position = (-x, -y, 0.0)
        for floor, height in self._floors:
            # The floor has no end, so it need not go further than one square.
            floor.position = (-x % (2 * self._cell), -y % (2 * self._cell), height)

    def show_force(self, pushed: tuple[int, np.ndarray] | None) -> None:
        """Draw an arrow along a force [3] that ends where it meets a body: (body, force). None takes it away."""
        if self._arrow is not None:
            self._arrow.remove()
            self._arrow = None
        if pushed is None or not np.any(pushed[1]):
            return
        body, force = pushed
        along = force / np.linalg.norm(force)
        tip = self._data.xipos[body] - self._reach(body, -along) * along
        tail = tip - _ARROW_LENGTH * self._radius * along
        size = 0.03 * self._radius
        self._arrow = self._scene.add_arrows(
            "/world/force",
            np.array([[tail, tip]], np.float32),
            _ARROW,
            shaft_radius=size,
            head_radius=2.5 * size,
            head_length=6 * size,
        )

    def _reach(self, body: int, direction: np.ndarray) -> float:
        """Return how far a body reaches from its centre of mass along a direction [3], in m."""
        model, data, farthest = self._model, self._data, 0.0
        for geom in (geom for geom in self._nodes if model.geom_bodyid[geom] == body):
            turn, box = data.geom_xmat[geom].reshape(3, 3), model.geom_aabb[geom]
            centre = data.geom_xpos[geom] + turn @ box[:3] - data.xipos[body]
            farthest = max(farthest, float(centre @ direction + np.abs(turn.T @ direction) @ box[3:]))
        return farthest

    def _start(self) -> None:
        mujoco.mj_resetData(self._model, self._data)
        mujoco.mj_forward(self._model, self._data)

    def _geoms(self) -> list[int]:
        """Return the geoms that are to be seen."""
        model = self._model
        return [g for g in range(model.ngeom) if model.geom_group[g] < _SHOWN_GROUPS and self._rgba(g)[3] > 0]

    def _is_plane(self, geom: int) -> bool:
        return self._model.geom_type[geom] == int(mujoco.mjtGeom.mjGEOM_PLANE)

    def _rgba(self, geom: int) -> np.ndarray:
        own, material = self._model.geom_rgba[geom], self._model.geom_matid[geom]
        return self._model.mat_rgba[material] if material >= 0 and np.array_equal(own, _UNCHOSEN) else own

    def _add_floor(self, geom: int) -> tuple[Any, float]:
        """Add an endless floor; return its node and its height."""
        height = float(self._data.geom_xpos[geom, 2])
        node = self._scene.add_grid(
            f"/floor/{geom}",
            infinite_grid=True,
            wxyz=_quaternion(self._data.geom_xmat[geom]),
            position=(0.0, 0.0, height),
            cell_size=self._cell,
            section_size=2 * self._cell,
            cell_color=_LINES,
            section_color=_THICK_LINES,
            section_thickness=1.5,
            fade_distance=16 * self._radius,
            fade_strength=1.5,
            plane_color=_FLOOR,
            plane_opacity=1.0,
            shadow_opacity=0.35,
        )
        return node, height

    def _add_geom(self, geom: int) -> Any:
        """Add the node of one geom."""
        model, add, kind = self._model, self._scene, mujoco.mjtGeom(int(self._model.geom_type[geom]))
        size, rgba = model.geom_size[geom], self._rgba(geom)
        name, red, green, blue = f"/world/geom/{geom}", *(round(255 * float(value)) for value in rgba[:3])
        look: Any = {"color": (red, green, blue), "opacity": None if rgba[3] >= 1 else float(rgba[3])}
        if kind == mujoco.mjtGeom.mjGEOM_SPHERE:
            return add.add_icosphere(name, radius=float(size[0]), **look)
        if kind == mujoco.mjtGeom.mjGEOM_BOX:
            return add.add_box(name, dimensions=tuple(2 * size), **look)
        if kind == mujoco.mjtGeom.mjGEOM_CYLINDER:
            return add.add_cylinder(name, radius=float(size[0]), height=2 * float(size[1]), **look)
        if kind == mujoco.mjtGeom.mjGEOM_CAPSULE:
            corners, faces = capsule(float(size[0]), float(size[1]))
        elif kind == mujoco.mjtGeom.mjGEOM_ELLIPSOID:
            corners, faces = ellipsoid(size)
        elif kind == mujoco.mjtGeom.mjGEOM_HFIELD:
            corners, faces = height_field(model, model.geom_dataid[geom])
        else:  # a mesh, or a distance field, which has one too
            corners, faces = mesh(model, model.geom_dataid[geom])
        return add.add_mesh_simple(name, corners, faces, **look)

    def _aim(self, server: ViserServer) -> None:
        """Set the camera that every new viewer begins with."""
        centre = self._data.subtree_com[self._root] if self._root else self._model.stat.center
        target = np.array([0.0, 0.0, centre[2]])
        away = np.array(
            [
                np.cos(_ELEVATION) * np.cos(_AZIMUTH),
                -np.cos(_ELEVATION) * np.sin(_AZIMUTH),
                np.sin(_ELEVATION),
            ]
        )
        camera = server.initial_camera
        camera.fov = _FIELD_OF_VIEW
        camera.look_at, camera.position = target, target + _DISTANCE * self._radius * away


def _sky() -> np.ndarray:
    """Return the background, from sky to horizon, uint8 [rows, columns, 3]."""
    down = np.clip(np.linspace(0, 1 / _HORIZON_AT, 256), 0, 1)[:, None, None]
    colours = np.array(_SKY) + (np.array(_HORIZON) - np.array(_SKY)) * down
    return np.repeat(colours, 4, axis=1).round().astype(np.uint8)


def _quaternion(matrix: np.ndarray) -> np.ndarray:
    """Return a rotation matrix [9] as a quaternion [4], real part first."""
    quaternion = np.zeros(4)
    mujoco.mju_mat2Quat(quaternion, matrix)
    return quaternion


def _round_length(length: float) -> float:
    """Return the nearest of 1, 2 and 5 times a power of ten, in m."""
    power = 10.0 ** np.floor(np.log10(length))
    return float(min((power * step for step in (1, 2, 5, 10)), key=lambda value: abs(np.log(value / length))))
