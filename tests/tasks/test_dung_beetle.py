"""The dung beetle of Leung et al.: its published tables, what it senses, and its rewards by hand."""

import mujoco
import numpy as np
import pytest

from hebbax.tasks.arguments import with_period
from hebbax.tasks.dung_beetle import JOINTS, LEGS
from hebbax.tasks.registry import make_task
from hebbax.types import Noise, Simulation
from hebbax.worlds.mujoco.simulation import simulation_of

PERIOD = 0.02
# Of each leg as published: place and axis of its three joints, and the tip; m, in the published frame at zero.
TABLE = {
    "front-left": (
        ((0.168, 0.062, 0.321), (0.29, -0.71, -0.64)),
        ((0.172, 0.024, 0.306), (-0.86, 0.10, -0.50)),
        ((0.223, 0.188, 0.252), (0.86, -0.10, 0.50)),
        (0.313, 0.168, 0.094),
    ),
    "middle-left": (
        ((0.030, 0.045, 0.319), (-0.55, -0.44, -0.71)),
        ((0.006, 0.043, 0.287), (-0.79, -0.01, 0.61)),
        ((-0.040, 0.208, 0.230), (0.79, 0.01, -0.61)),
        (-0.152, 0.218, 0.086),
    ),
    "rear-left": (
        ((-0.078, 0.057, 0.326), (-0.42, -0.72, -0.55)),
        ((-0.100, 0.042, 0.298), (-0.79, -0.01, 0.61)),
        ((-0.146, 0.206, 0.240), (0.79, 0.01, -0.61)),
        (-0.258, 0.216, 0.096),
    ),
    "front-right": (
        ((0.170, -0.058, 0.322), (-0.27, -0.70, 0.66)),
        ((0.173, -0.020, 0.306), (0.85, 0.14, 0.50)),
        ((0.230, -0.184, 0.257), (-0.85, -0.14, -0.50)),
        (0.319, -0.165, 0.099),
    ),
    "middle-right": (
        ((0.032, -0.045, 0.320), (0.56, -0.40, 0.72)),
        ((0.007, -0.045, 0.289), (0.79, 0.01, -0.61)),
        ((-0.034, -0.212, 0.235), (-0.79, -0.01, 0.61)),
        (-0.144, -0.229, 0.091),
    ),
    "rear-right": (
        ((-0.076, -0.060, 0.328), (0.44, -0.69, 0.57)),
        ((-0.099, -0.046, 0.299), (0.79, 0.01, -0.61)),
        ((-0.139, -0.213, 0.245), (-0.79, -0.01, 0.61)),
        (-0.250, -0.231, 0.101),
    ),
}
LIMITS = {  # degrees, the same on both sides
    "front": ((-40, 20), (-15, 30), (-60, 60)),
    "middle": ((-5, 30), (-80, 10), (-70, 50)),
    "rear": ((-30, 5), (-60, 30), (-70, 50)),
}
PARTS = ("coxa", "femur", "tibia")
LIFT = np.array([0, 0, 0.35])


@pytest.fixture(scope="module")
def task():
    return make_task("dung_beetle")


@pytest.fixture(scope="module")
def model(task):
    return task.world.spec.copy().compile()


def kinematics(model, joints=None):
    """Return the data of a robot whose base is at the origin, its joints [18] in the order of qpos."""
    data = mujoco.MjData(model)
    data.qpos[:3], data.qpos[7:] = 0.0, 0.0 if joints is None else joints
    mujoco.mj_forward(model, data)
    return data


# The body


def test_masses_are_the_published_ones(model):
    assert model.body_mass.sum() == pytest.approx(3.16, abs=1e-3)
    np.testing.assert_allclose([model.body(name).mass[0] for name in ("base", "thorax")], [0.793, 0.393])
    data = kinematics(model)
    np.testing.assert_allclose(data.body("base").xipos + LIFT, [-0.006, 0, 0.351], atol=1e-9)
    np.testing.assert_allclose(data.body("thorax").xipos + LIFT, [0.158, 0.001, 0.347], atol=1e-9)
    for leg in LEGS:
        front = leg.startswith("front")
        expected = [0.104, 0.18 if front else 0.183, 0.0348 + (0.0082 if front else 0.0081)]
        np.testing.assert_allclose([model.body(f"{leg} {part}").mass[0] for part in PARTS], expected, rtol=1e-9)


def test_inertias_are_the_published_ones(model):
    """Of a link they are sorted as published; those of tibias are of their shapes, a tenth from published."""
    np.testing.assert_allclose(np.sort(model.body("base").inertia), [1.33e-3, 2.97e-3, 3.21e-3])
    np.testing.assert_allclose(np.sort(model.body("thorax").inertia), [4.1e-4, 8.2e-4, 9.3e-4])
    for leg in LEGS:
        np.testing.assert_allclose(np.sort(model.body(f"{leg} coxa").inertia), [2.7e-5, 4.4e-5, 5.3e-5], rtol=1e-6)
        np.testing.assert_allclose(np.sort(model.body(f"{leg} femur").inertia), [6e-5, 6.68e-4, 6.85e-4], rtol=0.02)
        tibia = np.sort(model.body(f"{leg} tibia").inertia)
        # Two on a rod, 91.3 mm apart, beside their own 1.16e-4 and 5.1e-7.
        tip = 0.0082 if leg.startswith("front") else 0.0081
        np.testing.assert_allclose(tibia[1:], 1.165e-4 + 0.0913**2 / (1 / 0.0348 + 1 / tip), rtol=0.11)


@pytest.mark.parametrize("leg", LEGS)
def test_joints_are_where_and_about_what_they_are_published(model, leg):
    data, (*joints, tip) = kinematics(model), TABLE[leg]
    for part, (place, axis), limits in zip(PARTS, joints, LIMITS[leg.split("-")[0]], strict=True):
        joint = model.joint(f"{leg} {part}")
        np.testing.assert_allclose(data.xanchor[joint.id] + LIFT, place, atol=1e-9)
        np.testing.assert_allclose(data.xaxis[joint.id], np.array(axis) / np.linalg.norm(axis), atol=1e-9)
        np.testing.assert_allclose(joint.range, np.radians(limits))
    np.testing.assert_allclose(data.site(f"{leg} foot").xpos + LIFT, tip, atol=1e-9)
    np.testing.assert_allclose(data.geom(f"{leg} foot").xpos + LIFT, tip, atol=1e-9)
    places = [data.xanchor[model.joint(f"{leg} {part}").id] for part in PARTS] + [data.site(f"{leg} foot").xpos]
    lengths = np.linalg.norm(np.diff(places, axis=0), axis=1)
    assert lengths[0] == pytest.approx(0.04, abs=2e-3)  # published are 39.4 to 41.4 mm, places whole millimetres
    np.testing.assert_allclose(lengths[1:], [0.180, 0.1826], atol=1e-3)


def test_left_and_right_mirror_each_other_as_far_as_published(model):
    """Mirrored poses have the same angles; at zero the published feet are mirrored within 15 mm an axis."""
    twins = np.array([3, 4, 5, 0, 1, 2])
    feet = [f"{leg} foot" for leg in LEGS]
    for most, joints in ((0.0151, np.zeros((6, 3))), (0.025, np.random.default_rng(0).uniform(-0.3, 0.3, (6, 3)))):
        one, other = kinematics(model, joints.ravel()), kinematics(model, joints[twins].ravel())
        here = np.array([one.site(foot).xpos for foot in feet])
        there = np.array([other.site(foot).xpos for foot in feet])[twins] * [1, -1, 1]
        assert np.abs(here - there).max() < most
    ranges = model.jnt_range[1:].reshape(6, 3, 2)
    np.testing.assert_array_equal(ranges, ranges[twins])


def test_servos(task, model):
    """57.3 N·m/rad and 5.73 N·m·s/rad, both within 4.1 N·m: at most 0.72 rad/s are braked with all of it."""
    assert [model.actuator(index).name for index in range(18)] == list(JOINTS)
    assert [group.name for group in task.action] == list(JOINTS)
    assert JOINTS[:4] == ("front-left coxa", "front-left femur", "front-left tibia", "middle-left coxa")
    np.testing.assert_array_equal(model.actuator_gainprm[:, 0], 57.3)
    np.testing.assert_array_equal(model.actuator_biasprm[:, :3], [[0, -57.3, -5.73]] * 18)
    np.testing.assert_array_equal(model.actuator_forcerange, [[-4.1, 4.1]] * 18)
    np.testing.assert_allclose(model.actuator_ctrlrange, model.jnt_range[1:])
    assert not model.dof_damping.any()
    data = kinematics(model)
    data.qvel[6:], data.ctrl[:] = 2.0, 0.0
    mujoco.mj_forward(model, data)
    np.testing.assert_allclose(data.qfrc_actuator[6:], -4.1)
    assert (task.control_period, task.length) == (PERIOD, 500)


def test_it_stands_for_ten_seconds(task, model):
    data = kinematics(model)
    data.qpos[:] = task.reset(Noise(np.zeros(49), np.zeros(49)))[0]
    mujoco.mj_step(model, data, nstep=1000)
    np.testing.assert_allclose(data.qpos[:2], 0, atol=0.01)
    assert data.qpos[2] - 0.35 == pytest.approx(-0.0855, abs=2e-3)
    assert 1 - 2 * (data.qpos[4] ** 2 + data.qpos[5] ** 2) > 0.999
    assert np.abs(data.qvel).max() < 1e-2
    assert data.sensordata[:6].sum() == pytest.approx(3.16 * 9.81, rel=1e-2)


# What it senses and does


def test_births(task, model):
    uniform = np.random.default_rng(1).uniform(-1, 1, 49)
    uniform[3] = -1.0  # the middle left coxa, whose lower limit is -5 degrees
    qpos, qvel, memory = task.reset(Noise(uniform, np.zeros(49)))
    np.testing.assert_allclose(qpos[7:], np.clip(0.2 * uniform[:18], *model.jnt_range[1:].T), rtol=1e-9)
    assert qpos[10] == pytest.approx(np.radians(-5))
    np.testing.assert_allclose(qpos[:7], [0, 0, 0.3, 1, 0, 0, 0])
    np.testing.assert_allclose(qvel, [0] * 6 + list(0.1 * uniform[18:36]))
    np.testing.assert_array_equal(memory, np.zeros(25))


def state(model, qpos, qvel):
    data = mujoco.MjData(model)
    data.qpos[:], data.qvel[:] = qpos, qvel
    mujoco.mj_forward(model, data)
    return Simulation(*(np.array(field) for field in simulation_of(data)))


def test_an_observation_by_hand(task, model):
    """Half of what has the limits at -1 and 1; contacts above 1 N; roll 0.3 rad."""
    low, high = model.jnt_range[1:].T
    qpos = np.concatenate(([0, 0, 0.5, np.cos(0.15), np.sin(0.15), 0, 0], low + np.linspace(0, 1, 18) * (high - low)))
    there = state(model, qpos, np.zeros(24))
    touching = there._replace(sensordata=np.array([0.0, 0.99, 1.01, 30.0, 1.0, 2.0]))
    seen = task.observe(touching, np.zeros(25))
    np.testing.assert_allclose(seen[:18], np.linspace(-0.5, 0.5, 18), atol=1e-9)
    np.testing.assert_array_equal(seen[18:24], [0, 0, 1, 1, 0, 1])
    np.testing.assert_allclose(seen[24:], [0.3, 0, 0], atol=1e-12)
    sensors = [model.sensor(index).name for index in range(6)]
    assert sensors == [f"{leg} foot" for leg in LEGS]
    groups = [(group.name, group.size) for group in task.observation]
    assert groups == [("joint angles", 18), ("foot contacts", 6), ("orientation", 3)]


def test_targets_follow_actions_by_a_tenth_a_tick(task):
    action, memory = np.linspace(-1, 1, 18), np.zeros(25)
    still = Simulation(*(np.zeros(25) for _ in Simulation._fields))._replace(site_xpos=np.zeros((6, 3)))
    for share in (0.1, 0.19, 0.271):
        np.testing.assert_allclose(task.actuate(action, still, memory), share * action)
        memory = with_period(task.outcome, PERIOD)(still, still, action, memory)[2]


# What it is rewarded for: how it stands, and which of its three faults that is

WAYS = {
    "right": ((0.0, 0.0, -0.08), (0, 0, 0)),
    "leant": ((0.4, 0.0, -0.08), (1, 0, 0)),  # cos 0.4 = 0.921
    "turned": ((0.0, 0.46, -0.08), (0, 1, 0)),
    "high": ((0.0, 0.0, -0.03), (0, 0, 1)),
    "low": ((0.0, 0.0, -0.13), (0, 0, 1)),
    "within": ((0.0, 0.0, -0.11), (0, 0, 0)),
}


@pytest.mark.parametrize("way", WAYS)
def test_rewards_by_hand(task, model, way):
    """The published height is that of a point 0.35 m below the base along its own axis."""
    (roll, yaw, height), faults = WAYS[way]
    qpos, qvel = np.zeros(25), np.zeros(24)
    qpos[2] = height + 0.35 * np.cos(roll)
    qpos[3:7] = np.cos(roll / 2) * np.cos(yaw / 2), np.sin(roll / 2), 0, np.sin(yaw / 2)
    qvel[:2] = 2.0, 3.0
    after = state(model, qpos, qvel)
    before = after._replace(qpos=after.qpos - 0.004 * (np.arange(25) == 0))
    action = np.full(18, 0.5)
    outcome = with_period(make_task("dung_beetle_leung").outcome, PERIOD)
    terms, over, _ = outcome(before, after, action, np.zeros(25))
    speed = 2 * (2 * np.cos(yaw) + 3 * np.sin(yaw))
    np.testing.assert_allclose(terms, [speed, *(-0.5 * np.array(faults)), 0.004, 0.0, 0.0], atol=1e-12)
    assert not over
    for tick in (74, 75):
        counts = 1.0 * (tick == 75)
        terms, over, _ = with_period(task.outcome, PERIOD)(
            before, after, action, np.concatenate((np.zeros(18), [tick], np.zeros(6)))
        )
        costs = -0.1 * PERIOD * np.array(faults)
        np.testing.assert_allclose(
            terms, [0.004 * counts, *(costs * counts), -0.0005 * PERIOD * 4.5 * counts, 0.004, 0.0, 0.0], atol=1e-12
        )
        assert not over
