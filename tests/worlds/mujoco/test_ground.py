"""A robot over its ground: lowest points beside MuJoCo's own contacts, their speeds, and what the ground stops."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest

from hebbax.tasks.registry import make_task
from hebbax.types import Record
from hebbax.worlds.mujoco.ground import ground_of

SHAPES = {
    "sphere": 'type="sphere" size="0.2"',
    "capsule": 'type="capsule" size="0.05 0.3"',
    "cylinder": 'type="cylinder" size="0.1 0.2"',
    "ellipsoid": 'type="ellipsoid" size="0.1 0.2 0.3"',
    "box": 'type="box" size="0.1 0.2 0.3"',
    "mesh": 'type="mesh" mesh="wedge"',
}
WEDGE = '<asset><mesh name="wedge" vertex="0 0 0  0.4 0 0  0 0.3 0  0 0 0.2  0.4 0.3 0.1"/></asset>'


def robot(geoms: str, *, floor: str = "", more: str = "") -> mujoco.MjModel:
    """Return a body with a free joint and these geoms, over a plane."""
    return mujoco.MjModel.from_xml_string(
        f'<mujoco>{WEDGE}<worldbody><geom name="floor" type="plane" size="5 5 1" {floor}/>'
        f'<body name="trunk"><freejoint/>{geoms}</body></worldbody>{more}</mujoco>'
    )


def over(model: mujoco.MjModel, *states: tuple[list[float], list[float]]):
    """Return the ground under a free body in states of its seven positions and six velocities."""
    qpos, qvel = (np.array([state[part] for state in states], float) for part in (0, 1))
    found = ground_of(model, qpos, qvel)
    assert found is not None
    return found


STILL = [0.0] * 6


def test_a_box_that_is_5_cm_under_the_plane():
    """Its middle is 5 cm over the plane and its half height 10 cm; a second box hangs 40 cm higher."""
    model = robot('<geom name="low" type="box" size="0.1 0.1 0.1"/><geom type="box" size="0.1 0.1 0.1" pos="0 0 0.4"/>')
    ground = over(model, ([1, 2, 0.05, 1, 0, 0, 0], STILL), ([0, 0, 0.35, 1, 0, 0, 0], STILL))

    np.testing.assert_allclose(ground.heights, [[-0.05, 0.35], [0.25, 0.65]])
    np.testing.assert_allclose(ground.centre, [0.25, 0.55])
    assert ground.names == ("low", "trunk")
    assert list(ground.bodies) == [1, 1]
    assert ground.touching.tolist() == [[True, False], [False, False]]
    assert ground.rows(slice(1, 2)).heights.tolist() == ground.heights[1:].tolist()


@pytest.mark.parametrize("floor", ["", 'pos="0.1 0 0.3" euler="10 -20 0"'])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_lowest_point_is_where_mujoco_finds_the_deepest_contact(shape, floor):
    model, rng = robot(f"<geom {SHAPES[shape]}/>", floor=floor), np.random.default_rng(3)
    data = mujoco.MjData(model)
    for _ in range(8):
        turned = rng.normal(size=4)
        data.qpos[:] = [*rng.uniform(-0.05, 0.05, 2), -0.1, *turned / np.linalg.norm(turned)]
        mujoco.mj_forward(model, data)
        assert len(data.contact)

        ground = over(model, (data.qpos, STILL))

        assert ground.heights[0, 0] == pytest.approx(min(contact.dist for contact in data.contact), abs=1e-6)
        assert ground.touching[0, 0]


def test_the_speed_is_that_of_the_point_of_the_body_and_along_the_ground():
    model = robot('<geom type="sphere" size="0.2" mass="1"/>')
    level = [0, 0, 0.2, 1, 0, 0, 0]
    slides, rolls, falls = [1.5, 0, 0, 0, 0, 0], [1.5, 0, 0, 0, 1.5 / 0.2, 0], [0, 0, -3, 0, 0, 0]
    spins = [0, 0, 0, 0, -2, 9]  # 2 rad/s about y moves the lowest point by 0.4 m/s, that about z does not

    found = over(model, *((level, velocity) for velocity in (slides, rolls, falls, spins)))

    np.testing.assert_allclose(found.speeds[:, 0], [1.5, 0.0, 0.0, 0.4], atol=1e-12)


def test_speeds_of_a_robot_are_those_of_mujocos_jacobian():
    world = make_task("ant").world
    model, data, rng = world.model, mujoco.MjData(world.model), np.random.default_rng(0)
    data.qpos[:] = model.qpos0 + rng.uniform(-0.3, 0.3, model.nq)
    data.qvel[:] = rng.normal(size=model.nv)
    ground = ground_of(model, data.qpos[None], data.qvel[None])
    assert ground is not None
    mujoco.mj_forward(model, data)
    radius, legs = 0.08, [i for i, name in enumerate(ground.names) if name.endswith("_ankle_geom")]
    assert len(legs) == 4
    for leg in legs:
        geom = model.geom(ground.names[leg])
        axis = data.geom_xmat[geom.id].reshape(3, 3)[:, 2]
        end = data.geom_xpos[geom.id] - np.sign(axis[2]) * axis * geom.size[1] - [0, 0, radius]
        jacobian = np.zeros((3, model.nv))
        mujoco.mj_jac(model, data, jacobian, None, end, geom.bodyid[0])
        assert ground.heights[0, leg] == pytest.approx(end[2])
        assert ground.speeds[0, leg] == pytest.approx(np.linalg.norm((jacobian @ data.qvel)[:2]))


TWO = '<geom name="foot" size="0.1"/><geom name="knee" size="0.1" contype="0" conaffinity="0"/>'


@pytest.mark.parametrize(
    ("more", "stopped"),
    [
        ("", [True, False]),
        ('<contact><pair geom1="knee" geom2="floor"/></contact>', [True, True]),
        ('<contact><exclude body1="world" body2="trunk"/></contact>', None),
        ('<contact><exclude body1="trunk" body2="world"/><pair geom1="floor" geom2="knee"/></contact>', [False, True]),
        ('<option><flag contact="disable"/></option>', None),
    ],
)
def test_what_the_ground_stops(more, stopped):
    model = robot(TWO, more=more)
    ground = ground_of(model, model.qpos0[None], np.zeros((1, model.nv)))

    if stopped is None:
        assert ground is None
    else:
        assert ground is not None
        assert ground.may_touch.tolist() == stopped
        assert ground.touching.tolist() == [stopped]  # both are 10 cm deep


def test_a_margin_holds_from_afar():
    model = robot('<geom size="0.1" margin="0.02"/>')
    near, far = ([0, 0, 0.119, 1, 0, 0, 0], STILL), ([0, 0, 0.121, 1, 0, 0, 0], STILL)
    assert over(model, near, far).touching.tolist() == [[True], [False]]


def test_no_plane_no_ground():
    model = mujoco.MjModel.from_xml_string(
        '<mujoco><worldbody><geom type="box" size="5 5 1"/><body><freejoint/><geom size="0.1"/></body></worldbody>'
        "</mujoco>"
    )
    assert ground_of(model, model.qpos0[None], np.zeros((1, 6))) is None
    assert make_task("inverted_pendulum").world.ground(Record(*(np.zeros((3, 2)) for _ in range(10)))) is None


def test_what_hangs_in_the_way_is_no_part_of_the_robot():
    world = make_task("obstacle_cheetah_pendulums").world
    ground = ground_of(world.model, world.model.qpos0[None], np.zeros((1, world.model.nv)))
    assert ground is not None
    legs = {f"{end} {part}" for end in ("front", "rear") for part in ("thigh", "shin", "foot")}
    assert {world.model.body(int(body)).name for body in ground.bodies} == {"torso", *legs}


def test_a_state_that_is_no_number_is_none_here_too():
    model = robot('<geom size="0.1"/>')
    bad, good = [np.nan, 0, 0, 1, 0, 0, 0], [0, 0, 0.3, 1, 0, 0, 0]
    ground = over(model, (bad, STILL), (good, STILL), (good, [np.inf, *STILL[1:]]))
    for values in (ground.heights, ground.speeds, ground.centre[:, None]):
        assert np.isnan(values[:, 0]).tolist() == [True, False, True]
    assert ground.touching.tolist() == [[False]] * 3


def test_on_a_slope_the_nearest_plane_counts():
    """Heights of feet over floor and slope against planes by hand: 5° from x = 45 m on."""
    world = make_task("obstacle_cheetah_slope").world
    model, tilt, rng = world.model, np.radians(5.0), np.random.default_rng(0)
    up, places = np.array([-np.sin(tilt), 0, np.cos(tilt)]), [0.0, 40.0, 45.0, 47.0, 60.0, 100.0]
    qpos = np.zeros((len(places), model.nq))
    qpos[:, 0], qpos[:, 3:] = places, rng.uniform(-0.2, 0.2, (len(places), 6))
    qpos[:, 1] = np.tan(tilt) * np.maximum(np.array(places) - 45.0, 0.0)
    ground = ground_of(model, qpos, np.zeros((len(places), model.nv)))
    assert ground is not None
    data = mujoco.MjData(model)
    for tick in range(len(places)):
        data.qpos[:] = qpos[tick]
        mujoco.mj_kinematics(model, data)
        mujoco.mj_comPos(model, data)
        for column, name in enumerate(ground.names):
            geom = model.geom(name).id
            axis = model.geom_size[geom, 1] * data.geom_xmat[geom].reshape(3, 3)[:, 2]
            ends = np.array([data.geom_xpos[geom] + axis, data.geom_xpos[geom] - axis])
            over = min(ends[:, 2].min(), ((ends - [45.0, 0, 0]) @ up).min()) - model.geom_size[geom, 0]
            assert ground.heights[tick, column] == pytest.approx(over)
        centre = data.subtree_com[1]
        assert ground.centre[tick] == pytest.approx(min(centre[2], (centre - [45.0, 0, 0]) @ up))


def test_walls_are_no_ground():
    wall = '<geom type="plane" size="5 5 1" pos="0.3 0 0" euler="0 -90 0"/>'
    model = mujoco.MjModel.from_xml_string(
        f'<mujoco><worldbody><geom type="plane" size="5 5 1"/>{wall}<body><freejoint/><geom size="0.1"/></body>'
        "</worldbody></mujoco>"
    )
    assert over(model, ([0.25, 0, 0.5, 1, 0, 0, 0], STILL)).heights.tolist() == [[0.4]]
