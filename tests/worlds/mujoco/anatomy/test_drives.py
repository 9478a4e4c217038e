"""What an action does to each kind of actuator: worked out by hand from the model."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest

from hebbax.errors import HebbaxError
from hebbax.worlds.mujoco.anatomy.drives import drives_of

FINGER = """<mujoco><compiler angle="radian"/><worldbody><body><joint name="bend" range="-1 2"/>
<geom size="0.1"/></body></worldbody><tendon><fixed name="string"><joint joint="bend" coef="2"/></fixed></tendon>
<actuator>{actuator}</actuator></mujoco>"""

# At birth the joint is at 0.5 rad and all controls are 0.
TABLE = {
    "motor": ('<motor joint="bend" gear="30" ctrlrange="-1 1"/>', "motor", 0, 1, "share of 30 N·m"),
    # 0 is the lowest: from the middle, or half of the actions would do nothing.
    "pull only": ('<motor joint="bend" gear="30" ctrlrange="0 1"/>', "motor", 0.5, 0.5, "share of 15 N·m from 15 N·m"),
    "force range": ('<motor joint="bend" forcerange="-7 7"/>', "motor", 0, 7, "share of 7 N·m"),
    # More control than the force, of the actuator or of its joint, goes up to would be idle: 7 N·m, at a gear of 2.
    "less force": (
        '<motor joint="bend" gear="2" ctrlrange="-100 100" forcerange="-3.5 3.5"/>',
        "motor",
        0,
        3.5,
        "share of 7 N·m",
    ),
    "less control": ('<motor joint="bend" ctrlrange="-2 2" forcerange="-7 7"/>', "motor", 0, 2, "share of 2 N·m"),
    "no range": ('<motor joint="bend" gear="3"/>', "motor", 0, 1, "share of 3 N·m"),
    # A quarter of the range of 3 rad, about the pose at birth.
    "servo": ('<position joint="bend" kp="9" ctrlrange="-1 2"/>', "servo", 0.5, 0.75, "share of 0.75 rad from rest"),
    # The control is ten times the joint's angle, and no radian of it.
    "geared servo": (
        '<position joint="bend" kp="9" gear="10" ctrlrange="-10 20"/>',
        "servo",
        5,
        7.5,
        "share of 7.5 from rest",
    ),
    # No range of its own: that of the joint.
    "joint range": ('<position joint="bend" kp="9"/>', "servo", 0.5, 0.75, "share of 0.75 rad from rest"),
    # The control that holds 0.5 rad: 20 u = 40 · 0.5, as of a servo in units of its own.
    "general": (
        '<general joint="bend" gainprm="20" biastype="affine" biasprm="0 -40 0" ctrlrange="-2 4"/>',
        "servo",
        1,
        1.5,
        "share of 1.5 from rest",
    ),
    # The tendon is 2 · 0.5 long.
    "tendon": ('<position tendon="string" kp="9" ctrlrange="0 4"/>', "servo", 1, 1, "share of 1 rad from rest"),
    "speed": ('<velocity joint="bend" kv="3" ctrlrange="-5 5"/>', "speed servo", 0, 5, "share of 5 rad/s"),
    "integrator": (
        '<intvelocity joint="bend" kp="9" ctrlrange="-1 1" actrange="-1 2"/>',
        "speed servo",
        0,
        1,
        "share of 1 rad/s",
    ),
}


def drive_of(actuator: str, walks: bool):
    model = mujoco.MjModel.from_xml_string(FINGER.format(actuator=actuator))
    data = mujoco.MjData(model)
    data.qpos[:] = 0.5
    mujoco.mj_forward(model, data)
    (drive,) = drives_of(model, data, walks)
    return drive


@pytest.mark.parametrize(("actuator", "kind", "rest", "reach", "unit"), TABLE.values(), ids=TABLE)
def test_a_control_at_rest_and_how_far_an_action_moves_it(actuator, kind, rest, reach, unit):
    drive = drive_of(actuator, walks=True)
    assert (drive.kind, drive.unit) == (kind, unit)
    assert (drive.rest, drive.reach) == pytest.approx((rest, reach))
    assert drive.ranged == ("no range" not in unit and actuator != TABLE["no range"][0])


def test_a_motor_whose_joint_takes_less_force_goes_no_farther():
    motor = '<motor joint="bend" gear="50" ctrlrange="-1 1"/>'
    weak = FINGER.replace('range="-1 2"', 'range="-1 2" actuatorfrcrange="-8 8"').format(actuator=motor)
    model = mujoco.MjModel.from_xml_string(weak)
    (drive,) = drives_of(model, mujoco.MjData(model), walks=True)
    assert (drive.rest, drive.reach, drive.unit) == (0, pytest.approx(0.16), "share of 8 N·m")


def test_the_servo_of_what_is_fixed_goes_over_all_of_its_range():
    drive = drive_of(TABLE["servo"][0], walks=False)
    assert (drive.rest - drive.reach, drive.rest + drive.reach) == pytest.approx((-1, 2))


@pytest.mark.parametrize("name", ["servo", "general", "tendon"])
def test_a_servo_at_rest_does_not_push(name):
    model = mujoco.MjModel.from_xml_string(FINGER.format(actuator=TABLE[name][0]))
    data = mujoco.MjData(model)
    data.qpos[:] = 0.5
    data.ctrl[:] = drive_of(TABLE[name][0], walks=True).rest
    mujoco.mj_forward(model, data)
    np.testing.assert_allclose(data.actuator_force, 0, atol=1e-12)


def test_a_model_without_actuators_and_one_without_a_name_are_refused():
    with pytest.raises(HebbaxError, match="the model has no actuators"):
        drive_of("", walks=True)
    site = FINGER.replace('<geom size="0.1"/>', '<geom size="0.1"/><site name="s"/>')
    model = mujoco.MjModel.from_xml_string(site.format(actuator='<motor site="s" gear="0 0 1"/>'))
    with pytest.raises(HebbaxError, match="actuator 0 of the model has no name"):
        drives_of(model, mujoco.MjData(model), walks=True)
