"""What is read off a model: what holds the robot, where it is born, its floor, and its tip."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest

from hebbax.errors import HebbaxError
from hebbax.worlds.mujoco.anatomy.anatomy import examine
from hebbax.worlds.mujoco.anatomy.read import read_model
from hebbax.worlds.mujoco.robot import body_of

ROD = '<geom type="capsule" fromto="0 0 0 0 0 {end}" size="0.02" mass="1"/>'


def body(inside: str, joints: str = "", pos: str = "0 0 0", end: float = 0.3) -> str:
    return f'<body pos="{pos}">{joints}{ROD.format(end=end)}{inside}</body>'


def model_of(world: str, joints: tuple[str, ...], more: str = "") -> mujoco.MjSpec:
    motors = "".join(f'<motor joint="{joint}" ctrlrange="-1 1"/>' for joint in joints)
    return mujoco.MjSpec.from_string(
        f'<mujoco><compiler angle="radian"/>{more}<worldbody>{world}</worldbody><actuator>{motors}</actuator></mujoco>'
    )


HINGE = '<joint name="{name}" axis="0 1 0" range="-1 1"/>'
LEG = body("", HINGE.format(name="hip"), end=-0.3)


def test_a_floating_robot_is_put_onto_a_floor_that_is_added():
    """The leg hangs 0.3 m below the root and ends in a half sphere of 0.02 m."""
    anatomy = examine(model_of(body(LEG, "<freejoint/>", "0 0 2"), ("hip",)))
    assert anatomy.stance is not None
    assert (anatomy.stance.free, anatomy.stance.unseen, anatomy.stance.height) == (True, (0, 1), 2)
    assert anatomy.height == pytest.approx(0.32)
    assert anatomy.qpos[2] == pytest.approx(0.32)
    assert any("lowered by 1.68 m" in note for note in anatomy.notes)
    assert any("no floor: a plane at a height of 0 m was added" in note for note in anatomy.notes)
    data = mujoco.MjData(anatomy.model)
    mujoco.mj_resetDataKeyframe(anatomy.model, data, 0)
    mujoco.mj_forward(anatomy.model, data)
    np.testing.assert_allclose(data.qpos, anatomy.qpos)
    assert anatomy.model.nlight == 1
    assert min(data.contact.dist) == pytest.approx(0, abs=1e-6)


def test_a_floor_that_is_there_stays_the_only_one():
    floor = '<geom name="ground" type="plane" size="0 0 1" pos="0 0 0.5"/>'
    anatomy = examine(model_of(floor + body(LEG, "<freejoint/>", "0 0 2"), ("hip",)))
    assert (anatomy.floor, anatomy.height) == pytest.approx((0.5, 0.32))
    assert np.sum(anatomy.model.geom_type == int(mujoco.mjtGeom.mjGEOM_PLANE)) == 1


@pytest.mark.parametrize(
    "floor",
    [
        # A wall, whose middle is 1 m high, is no floor.
        '<geom type="plane" size="0 0 1" pos="3 0 1" zaxis="-1 0 0"/><geom type="plane" size="0 0 1" pos="0 0 0.5"/>',
        '<body name="ground" pos="0 0 0.5"><geom name="floor" type="plane" size="0 0 1"/></body>',
        # Below the robot the slope is 0.5 m high.
        '<geom type="plane" size="0 0 1" pos="1 0 0" zaxis="0.5 0 1"/>',
        # A hill of 0.4 m on a field at 0.1 m.
        '<geom type="hfield" hfield="hill" pos="0 0 0.1"/>',
    ],
    ids=["wall", "body", "slope", "hill"],
)
def test_the_floor_is_what_is_below_the_robot(floor):
    hill = '<asset><hfield name="hill" nrow="3" ncol="3" size="5 5 0.4 1" elevation="0 0 0 0 1 0 0 0 0"/></asset>'
    anatomy = examine(model_of(floor + body(LEG, "<freejoint/>", "0 0 2"), ("hip",), hill))
    assert (anatomy.floor, anatomy.height) == pytest.approx((0.5, 0.32))
    assert not any("no floor" in note for note in anatomy.notes)


def test_a_floor_is_added_where_its_name_is_taken():
    assets = '<asset><texture name="floor" type="2d" builtin="flat" width="2" height="2"/></asset>'
    seen = '<geom name="floor_0" type="plane" size="1 1 1" contype="0" conaffinity="0"/>'
    anatomy = examine(model_of(seen + body(LEG, "<freejoint/>"), ("hip",), assets))
    assert anatomy.model.geom("floor_1").contype[0] == 1


def test_an_added_floor_is_felt_by_geoms_that_touch_nothing_else():
    robot = body(LEG, "<freejoint/>").replace("<geom ", '<geom contype="4" conaffinity="0" ')
    anatomy = examine(model_of(robot, ("hip",)))
    data = mujoco.MjData(anatomy.model)
    mujoco.mj_resetDataKeyframe(anatomy.model, data, 0)
    for _ in range(500):
        mujoco.mj_step(anatomy.model, data)
    assert data.qpos[2] > -0.05


def test_a_keyframe_is_the_pose_at_birth():
    keys = (
        '<keyframe><key name="other" qpos="0 0 3 1 0 0 0 0"/><key name="home" qpos="0 0 0.3 1 0 0 0 0.5"/></keyframe>'
    )
    spec = mujoco.MjSpec.from_string(model_of(body(LEG, "<freejoint/>"), ("hip",), keys).to_xml())
    anatomy = examine(spec)
    assert anatomy.keyframe == "home"
    np.testing.assert_allclose(anatomy.qpos, [0, 0, 0.3, 1, 0, 0, 0, 0.5])
    unnamed = '<keyframe><key qpos="0 0 1 1 0 0 0 0"/></keyframe>'
    assert examine(model_of(body(LEG, "<freejoint/>"), ("hip",), unnamed)).keyframe == "home"


def test_a_robot_in_a_plane_has_rails_that_nothing_drives(others_robots, tmp_path):
    anatomy = examine(read_model(others_robots.write_hopper(tmp_path)))
    assert anatomy.stance is not None
    assert (anatomy.stance.free, anatomy.stance.forward, anatomy.stance.height, anatomy.stance.pitch) == (
        False,
        0,
        1,
        2,
    )
    # 0.25 m of thigh, 0.2 m of shank and its radius.
    assert anatomy.height == pytest.approx(0.5)
    assert anatomy.qpos[1] == pytest.approx(-0.3)


def test_a_cart_whose_rail_is_driven_is_fixed_to_the_world():
    rail = '<joint name="rail" type="slide" axis="1 0 0"/>'
    assert examine(model_of(body(LEG, rail), ("rail",))).stance is None


@pytest.mark.parametrize(
    ("robot", "joints", "tip"),
    [
        # One chain: an arm, whose last rod is 0.3 m long and has no site.
        (body(body("", HINGE.format(name="b"), "0 0 0.3"), HINGE.format(name="a")), ("a", "b"), "tip"),
        # Fingers at once: a hand.
        (body(body("", HINGE.format(name="a")) + body("", HINGE.format(name="b"))), ("a", "b"), None),
    ],
    ids=["arm", "hand"],
)
def test_an_arm_has_a_tip_and_a_hand_has_none(robot, joints, tip):
    anatomy = examine(model_of(robot, joints))
    assert anatomy.targets is not None
    assert anatomy.targets.tip == tip
    if tip is not None:
        site = anatomy.model.site(tip)
        np.testing.assert_allclose(site.pos, [0, 0, 0.3], atol=1e-9)
        assert np.all(np.linalg.norm(anatomy.targets.points, axis=1) <= 0.6 + 1e-9)
        assert np.ptp(anatomy.targets.points[:, 0]) > 0.1


def test_the_pose_of_joints_that_follow_others_is_one_that_they_can_have():
    """The second joint of each finger turns 0.8 times as far as its first."""
    fingers = [body(body("", HINGE.format(name=f"{name}2")), HINGE.format(name=f"{name}1")) for name in "ab"]
    couples = "".join(f'<joint joint1="{name}2" joint2="{name}1" polycoef="0 0.8 0 0 0"/>' for name in "ab")
    anatomy = examine(model_of(body("".join(fingers)), ("a1", "b1"), f"<equality>{couples}</equality>"))
    assert anatomy.targets is not None
    points = anatomy.targets.points
    np.testing.assert_allclose(points[:, 1::2], 0.8 * points[:, ::2])
    assert np.ptp(points[:, 0]) > 0.1


def test_meshes_of_a_package_are_found_in_the_folders_above_a_urdf(others_robots, tmp_path):
    others_robots.write_quadruped(tmp_path / "dog_description")
    (tmp_path / "dog_description/assets").rename(tmp_path / "dog_description/meshes")
    path = others_robots.write_urdf(tmp_path / "dog_description/urdf")
    mesh = '<mesh filename="package://dog_description/meshes/trunk.stl"/>'
    path.write_text(path.read_text().replace('<box size="0.2 0.2 0.1"/>', mesh))
    assert examine(read_model(path, "free")).model.nmesh == 1
    path.write_text(path.read_text().replace("trunk.stl", "tail.stl"))
    with pytest.raises(HebbaxError, match=r"there is no 'package://dog_description/meshes/tail.stl': expected dog_"):
        read_model(path, "free")


def test_a_joint_that_mimics_another_has_no_motor(others_robots, tmp_path):
    path = others_robots.write_urdf(tmp_path)
    right = '<joint name="right_hip" type="revolute">'
    path.write_text(path.read_text().replace(right, f'{right}<mimic joint="left_hip"/>'))
    model = examine(read_model(path, "free")).model
    assert [model.actuator(index).name for index in range(model.nu)] == ["left_hip"]
    assert model.neq == 1


def test_what_no_task_can_be_made_of_is_refused_in_one_line():
    two = body(LEG, "<freejoint/>") + body(LEG.replace("hip", "hip2"), "<freejoint/>", "1 0 0")
    unnamed = LEG.replace('name="hip" ', "")
    cases = [
        (model_of(two, ("hip", "hip2")), "the model has 2 robots"),
        (
            model_of(body(LEG + unnamed, "<freejoint/>"), ("hip",)),
            "joint 2 of the model, a hinge of body '', has no name",
        ),
        (model_of(body(LEG, "<freejoint/>"), ()), "the model has no actuators"),
        (
            model_of(body(LEG, "<freejoint/>").replace("<geom ", '<geom contype="0" conaffinity="0" '), ("hip",)),
            "can touch the floor",
        ),
        (
            model_of(body(LEG, "<freejoint/>"), ("hip",), '<keyframe><key qpos="0 0 nan 1 0 0 0 0"/></keyframe>'),
            "no number",
        ),
    ]
    for spec, told in cases:
        with pytest.raises(HebbaxError, match=told):
            examine(spec)


def test_a_ball_beside_the_robot_is_no_robot():
    anatomy = examine(
        model_of('<body name="ball"><freejoint/><geom size="0.1"/></body>' + body(LEG, "<freejoint/>"), ("hip",))
    )
    assert anatomy.stance is not None
    assert anatomy.stance.forward == 7
    assert body_of(anatomy.model).forward == 7
