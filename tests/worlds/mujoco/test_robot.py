"""Where a robot is, on models small enough to know the answer."""

import subprocess
import sys

import mujoco
import numpy as np
import pytest

from hebbax.worlds.mujoco.robot import body_of, driven_joint, forward_coordinate, reach, root_body

ARM = """
<mujoco>
  <worldbody>
    <geom name="floor" type="plane" size="50 50 1"/>
    <body name="torso">
      <joint name="up" type="slide" axis="0 0 1"/>
      <joint name="ahead" type="slide" axis="1 0 0"/>
      <geom type="sphere" size="0.5" mass="3"/>
      <body name="arm" pos="2 0 0">
        <joint name="elbow" type="hinge" axis="0 1 0"/>
        <geom name="hand" type="sphere" size="0.25" mass="1"/>
        <body name="tip">
          <joint name="ball" type="ball"/>
          <geom type="sphere" size="0.01" mass="1e-9"/>
        </body>
        <site name="grip"/>
      </body>
    </body>
  </worldbody>
  <tendon>
    <fixed name="one"><joint joint="elbow" coef="2"/></fixed>
    <fixed name="two"><joint joint="elbow" coef="1"/><joint joint="up" coef="1"/></fixed>
  </tendon>
  <actuator>
    <motor joint="ahead"/> <motor joint="elbow"/> <motor jointinparent="elbow"/> <motor tendon="one"/>
    <motor joint="ball"/> <motor tendon="two"/> <motor site="grip"/>
  </actuator>
</mujoco>
"""
EMPTY = "<mujoco><worldbody><geom type='sphere' size='2'/></worldbody></mujoco>"


def at_start(xml: str) -> tuple[mujoco.MjModel, mujoco.MjData]:
    model = mujoco.MjModel.from_xml_string(xml)
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    return model, data


def test_the_root_is_the_first_body_that_is_not_the_world():
    model, _ = at_start(ARM)
    assert model.body(root_body(model)).name == "torso"
    assert root_body(at_start(EMPTY)[0]) == 0


def test_the_robot_is_what_actuators_move_and_not_what_comes_before_it():
    """A floor that is a body, a target and a ball, each of 5 kg: the robot's mass and its way are its own."""
    before = """<body name="ground"><geom type="plane" size="1 1 1"/></body>
    <body name="target" mocap="true"><geom size="1" mass="5"/></body>
    <body name="ball"><freejoint/><geom size="1" mass="5"/></body>"""
    model, _ = at_start(ARM.replace('<body name="torso">', f'{before}<body name="torso">'))
    assert model.body(root_body(model)).name == "torso"
    body = body_of(model)
    assert (body.forward, body.mass) == (8, pytest.approx(4))


def test_a_robot_reaches_from_its_centre_of_mass_to_the_far_side_of_its_hand():
    """3 kg at 0 and 1 kg at 2 m have their centre at 0.5 m: 1.5 m and the hand's radius. The floor is not the robot."""
    model, data = at_start(ARM)
    assert reach(model, data) == pytest.approx(1.75)
    hand, floor = model.geom("hand").id, model.geom("floor").id
    torso = next(geom for geom in range(model.ngeom) if model.geom_bodyid[geom] == root_body(model))
    assert reach(model, data, [floor, torso]) == pytest.approx(0.5 + 0.5)
    assert reach(model, data, [hand]) == pytest.approx(1.75)


def test_what_has_no_robot_reaches_as_far_as_the_model():
    model, data = at_start(EMPTY)
    assert reach(model, data) == model.stat.extent
    model, data = at_start(ARM)
    assert reach(model, data, [model.geom("floor").id]) == model.stat.extent


def test_an_actuator_drives_a_joint_if_all_its_work_goes_there():
    model, _ = at_start(ARM)
    ahead, elbow = model.joint("ahead").id, model.joint("elbow").id
    assert [driven_joint(model, actuator) for actuator in range(7)] == [ahead, elbow, elbow, elbow, None, None, None]


@pytest.mark.parametrize(
    ("joints", "expected"),
    [
        ("<joint type='slide' axis='0 0 1'/><joint type='slide' axis='1 0 0'/>", 1),
        ("<freejoint/>", 0),
        ("<joint type='slide' axis='0 1 0'/><joint type='hinge' axis='1 0 0'/>", None),
        ("", None),
    ],
)
def test_forward_is_the_coordinate_that_moves_the_root_along_x(joints, expected):
    sphere = "<geom type='sphere' size='1'/>"
    below = f"<body><joint type='slide' axis='1 0 0'/>{sphere}</body>"  # moves a part, not the whole
    xml = f"<mujoco><worldbody><body>{joints}{sphere}{below}</body></worldbody></mujoco>"
    assert forward_coordinate(mujoco.MjModel.from_xml_string(xml)) == expected


@pytest.mark.parametrize(
    "module", ["hebbax.worlds.mujoco.robot", "hebbax.report.film.render_worker", "hebbax.analysis.examiners"]
)
def test_processes_that_only_draw_or_compute_choose_themselves_whether_to_load_a_simulator(module):
    code = f"import {module}, sys; print('mujoco' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_positions_and_radii_may_be_of_few_geoms():
    model, data = at_start(ARM)
    every = np.arange(model.ngeom).tolist()
    assert reach(model, data, every) == reach(model, data)
