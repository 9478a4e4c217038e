"""Every shape of MuJoCo stands in the browser's scene where the physics has it."""

from __future__ import annotations

import dataclasses

import mujoco
import numpy as np
import pytest

from hebbax.play.scene import Scene, _round_length
from hebbax.tasks.registry import make_task
from hebbax.worlds.mujoco.make_world import mujoco as mujoco_world

viser = pytest.importorskip("viser", minversion="1.1")

ALL_SHAPES = """
<mujoco>
  <asset>
    <material name="green" rgba="0 1 0 1"/>
    <mesh name="m" vertex="0 0 0  1 0 0  0 1 0  0 0 1"/>
    <hfield name="h" nrow="3" ncol="4" size="2 1 0.5 0.1" elevation="0 0 0 0 0 1 0 0 0 0 0 0"/>
  </asset>
  <worldbody>
    <geom type="plane" size="5 5 1"/>
    <geom type="hfield" hfield="h" pos="0 9 0"/>
    <body pos="1 2 1">
      <freejoint/>
      <geom type="sphere" size="0.1" rgba="1 0 0 0.5"/>
      <geom type="capsule" size="0.1" fromto="0 0 0 0.5 0 0" material="green"/>
      <geom type="box" size="0.1 0.2 0.3" pos="0 0.5 0" euler="0 0 30"/>
      <geom type="cylinder" size="0.1 0.2" pos="0 -0.5 0"/>
      <geom type="ellipsoid" size="0.1 0.2 0.3" pos="0 0 0.5"/>
      <geom type="box" size="1 1 1" group="3"/>
      <geom type="box" size="1 1 1" rgba="1 1 1 0"/>
      <body pos="0 0 2"><geom type="mesh" mesh="m"/></body>
    </body>
  </worldbody>
</mujoco>"""


@pytest.fixture(scope="module")
def server():
    running = viser.ViserServer(host="127.0.0.1", port=0, verbose=False)
    yield running
    running.stop()


@pytest.fixture
def world(server, tmp_path):
    path = tmp_path / "shapes.xml"
    path.write_text(ALL_SHAPES)
    task = dataclasses.replace(make_task("half_cheetah"), world=mujoco_world(path, substeps=5))
    server.scene.reset()
    return task, Scene(server, task)


def node(server, geom):
    return server.scene.get_handle_by_name(f"/world/geom/{geom}")


def test_shapes_have_their_sizes_and_colours_and_what_is_hidden_is_left_out(server, world):
    _, scene = world
    assert sorted(scene._nodes) == [1, 2, 3, 4, 5, 6, 9]
    sphere, box, cylinder = node(server, 2), node(server, 4), node(server, 5)
    assert sphere.radius == 0.1
    assert sphere.color == (255, 0, 0)
    assert sphere.opacity == 0.5
    np.testing.assert_allclose(box.dimensions, [0.2, 0.4, 0.6])
    assert (cylinder.radius, cylinder.height) == (0.1, 0.4)
    assert node(server, 3).color == (0, 255, 0)
    assert len(node(server, 9).faces) == 4


def test_everything_moves_with_the_position_and_the_world_under_the_robot(server, world):
    task, scene = world
    data = mujoco.MjData(task.world.model)
    before, after = data.qpos.copy(), data.qpos.copy()
    after[:3] += [2.0, 4.0, 1.0]
    after[3:] = [np.cos(0.5), 0.0, 0.0, np.sin(0.5)]  # turned by 1 rad about z
    scene.move(before, after, 0.5)
    data.qpos[:3] = (before[:3] + after[:3]) / 2
    data.qpos[3:] = [np.cos(0.25), 0.0, 0.0, np.sin(0.25)]
    mujoco.mj_kinematics(task.world.model, data)
    for geom in scene._nodes:
        np.testing.assert_allclose(node(server, geom).position, data.geom_xpos[geom], atol=1e-6)
        matrix = np.zeros(9)
        mujoco.mju_quat2Mat(matrix, np.asarray(node(server, geom).wxyz, float))
        np.testing.assert_allclose(matrix, data.geom_xmat[geom], atol=1e-6)
    frame, floor = server.scene.get_handle_by_name("/world"), server.scene.get_handle_by_name("/floor/0")
    np.testing.assert_allclose(frame.position, [-data.xpos[1, 0], -data.xpos[1, 1], 0.0], atol=1e-6)
    squares = (np.asarray(floor.position)[:2] + data.xpos[1, :2]) / floor.section_size
    np.testing.assert_allclose(squares, np.round(squares), atol=1e-5)  # the lines stay where they are on the ground
    scene.follows = False
    scene.move(after, after, 1.0)
    np.testing.assert_array_equal(frame.position, 0.0)


def test_a_position_that_is_not_finite_moves_nothing(server, world):
    task, scene = world
    start = mujoco.MjData(task.world.model).qpos.copy()
    scene.move(start, start, 1.0)
    place = np.array(node(server, 3).position)
    scene.move(start, np.full_like(start, np.nan), 1.0)
    np.testing.assert_array_equal(node(server, 3).position, place)


def test_an_arrow_ends_where_it_meets_the_body_and_goes_away(server, world):
    task, scene = world
    start = mujoco.MjData(task.world.model).qpos.copy()
    scene.move(start, start, 1.0)
    scene.show_force((1, np.array([0.0, 0.0, 5.0])))
    tail, tip = server.scene.get_handle_by_name("/world/force").points[0]
    data = mujoco.MjData(task.world.model)
    mujoco.mj_kinematics(task.world.model, data)
    np.testing.assert_allclose(tip[:2], data.xipos[1, :2], atol=1e-6)
    np.testing.assert_allclose(tip[2], 0.7, atol=1e-6)  # the lowest place that can be seen: the box's
    np.testing.assert_allclose(tail[:2], tip[:2], atol=1e-6)
    assert tail[2] < tip[2]
    scene.show_force(None)
    assert server.scene.get_handle_by_name("/world/force") is None


@pytest.mark.parametrize(
    "name",
    [
        "ant",
        "ant_run",
        "cheetah_run",
        "go1_walk_rough",
        "hopper",
        "humanoid",
        "inverted_pendulum",
        "obstacle_cheetah",
        "obstacle_cheetah_slope",
        "swimmer",
        "walker2d",
    ],
)
def test_every_robot_has_a_scene(server, name):
    server.scene.reset()
    task = make_task(name)
    scene = Scene(server, task)
    start = mujoco.MjData(task.world.model).qpos.copy()
    scene.move(start, start, 1.0)
    assert scene._nodes


def test_floors_have_squares_of_a_round_size():
    assert [_round_length(length) for length in (0.3, 0.9, 1.4, 3.5, 80.0)] == [0.2, 1.0, 1.0, 5.0, 100.0]
