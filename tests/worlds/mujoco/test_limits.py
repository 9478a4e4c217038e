"""What drives can at most, as models say it, beside the torques that MuJoCo makes of the largest controls."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest

from hebbax.tasks.registry import make_task
from hebbax.worlds.mujoco.limits import limits_of


def driven(actuator: str, *, joint: str = "", more: str = "") -> mujoco.MjModel:
    """Return an arm at a joint, with an actuator."""
    return mujoco.MjModel.from_xml_string(
        f'<mujoco><worldbody><body><joint name="knee" {joint}/><geom size="0.1" pos="0 0 0.2"/></body></worldbody>'
        f'<tendon><fixed name="cord"><joint joint="knee" coef="-2"/></fixed></tendon>'
        f"<actuator>{actuator}</actuator>{more}</mujoco>"
    )


@pytest.mark.parametrize(
    ("actuator", "joint", "expected"),
    [
        ('<motor joint="knee" gear="30" ctrlrange="-1 1"/>', "", (-30, 30)),
        ('<motor joint="knee" gear="-30" ctrlrange="-0.5 1"/>', "", (-30, 15)),
        ('<motor joint="knee" gear="30" ctrlrange="-1 1" forcerange="-0.2 0.4"/>', "", (-6, 12)),
        ('<motor joint="knee" gear="30"/>', "", (-np.inf, np.inf)),
        ('<motor joint="knee" gear="0" ctrlrange="-1 1"/>', "", (0, 0)),
        ('<motor joint="knee" gear="30" ctrlrange="-1 1"/>', 'actuatorfrcrange="-20 50"', (-20, 30)),
        ('<motor tendon="cord" gear="10" ctrlrange="-1 0.5"/>', "", (-10, 20)),
        ('<general joint="knee" gainprm="5" dyntype="filterexact" dynprm="0.1" ctrlrange="0 2"/>', "", (0, 10)),
        ('<general joint="knee" gainprm="5" dyntype="integrator" ctrlrange="0 2"/>', "", (-np.inf, np.inf)),
        ('<position joint="knee" kp="100" ctrlrange="-1 1" forcerange="-8 8"/>', "", (-8, 8)),
        ('<position joint="knee" kp="100" ctrlrange="-1 1"/>', "", (-np.inf, np.inf)),
    ],
)
def test_limits_of_torques(actuator, joint, expected):
    np.testing.assert_allclose(limits_of(driven(actuator, joint=joint)).torques, [expected])


@pytest.mark.parametrize("transmission", ['joint="knee" gear="-7"', 'tendon="cord" gear="3"'])
@pytest.mark.parametrize("side", [-10.0, 10.0])
def test_the_largest_controls_make_these_torques(transmission, side):
    model = driven(f'<motor {transmission} ctrlrange="-1 0.25"/>')
    data = mujoco.MjData(model)
    data.ctrl[:] = side
    mujoco.mj_forward(model, data)

    low, high = limits_of(model).torques[0]

    assert float(data.qfrc_actuator[0]) == pytest.approx(low if data.qfrc_actuator[0] < 0 else high)


def test_a_limit_of_a_joints_speed_is_stated_by_a_number_of_its_name():
    number = '<custom><numeric name="speed_limit/knee" data="21"/></custom>'
    motor = '<motor joint="knee"/>'

    assert limits_of(driven(motor, more=number)).speeds.tolist() == [21.0]
    assert limits_of(driven(motor)).speeds.tolist() == [np.inf]


def test_names_and_units_are_those_of_the_joints():
    limits = limits_of(driven('<motor joint="knee"/>', joint='type="slide"'))
    assert (limits.joints, limits.units) == (("knee",), ("m/s",))
    none = limits_of(mujoco.MjModel.from_xml_string("<mujoco/>"))
    assert (none.joints, none.torques.shape, none.speeds.shape) == ((), (0, 2), (0,))


def test_half_cheetah_has_its_gears():
    limits = make_task("half_cheetah").world.limits()
    assert limits.joints == ("bthigh", "bshin", "bfoot", "fthigh", "fshin", "ffoot")
    assert limits.torques[:, 1].tolist() == [120, 90, 60, 120, 60, 30]
    assert limits.torques[:, 0].tolist() == [-120, -90, -60, -120, -60, -30]
    assert np.isinf(limits.speeds).all()
