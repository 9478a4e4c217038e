"""The gecko of Leung et al.: its published tables, what it senses, and its rewards by hand."""

import mujoco
import numpy as np
import pytest

from hebbax.tasks.arguments import with_period
from hebbax.tasks.gecko import JOINTS, LEGS, PARTS
from hebbax.tasks.registry import make_task
from hebbax.types import Noise, Simulation
from hebbax.worlds.mujoco.simulation import simulation_of

PERIOD = 0.02
MIDDLE = np.array([0.075, 0.05, 0.0])  # of the robot in the published frame, m, on the ground
FRONT_LEFT = {  # places in the published frame at zero
    "swing": (0.240, 0.1009, 0.0323),
    "lift": (0.239, 0.121, 0.0153),
    "twist": (0.238, 0.1695, 0.0476),
    "knee": (0.239, 0.184, 0.069),
    "foot": (0.238, 0.2065, 0.0094),
}
LIMITS = {"swing": (-45, 45), "lift": (-5, 95), "twist": (-45, 45), "knee": (-10, 100)}  # degrees, of the front left
TURNED = ("rear-left", "front-right")  # whose lift and knee turn the other way


@pytest.fixture(scope="module")
def task():
    return make_task("gecko")


@pytest.fixture(scope="module")
def model(task):
    return task.world.spec.copy().compile()


def kinematics(model, joints=None):
    """Return the data of a robot in place, its joints [16] in the order of qpos."""
    data = mujoco.MjData(model)
    data.qpos[7:] = 0.0 if joints is None else joints
    mujoco.mj_forward(model, data)
    return data


def corner(leg):
    return 1 if leg.startswith("front") else -1, 1 if leg.endswith("left") else -1


def published(leg, part):
    """Return where a part of a leg is: as published of the front left one, 0.33 m behind, or mirrored at y = 0.05."""
    x, y = corner(leg)
    place = np.array(FRONT_LEFT[part])
    if y < 0:
        place[1] = 0.1 - place[1]
    return place - [0.33 * (x < 0), 0, 0] - MIDDLE


# The body


def test_masses_are_the_published_ones(model):
    assert model.body_mass.sum() == pytest.approx(1.369, abs=5e-4)
    assert model.body("base").mass[0] == pytest.approx(0.0562, abs=5e-5)
    for leg in LEGS:
        parts = [model.body(f"{leg} {part}").mass[0] for part in ("shoulder", "upper leg", "knee", "lower leg")]
        np.testing.assert_allclose(parts, [0.1, 0.0478, 0.1, 0.08 + 0.00028], rtol=1e-9)


@pytest.mark.parametrize("leg", LEGS)
def test_joints_are_where_and_about_what_they_are_published(model, leg):
    data, (x, y) = kinematics(model), corner(leg)
    axes = {"swing": (0, 0, -1), "lift": (-x, 0, 0), "twist": (0, 0.574 * y, 0.819), "knee": (x, 0, 0)}
    for part in PARTS:
        joint = model.joint(f"{leg} {part}")
        turn = -1 if leg in TURNED and part in ("lift", "knee") else 1
        np.testing.assert_allclose(data.xanchor[joint.id], published(leg, part), atol=2e-4)
        np.testing.assert_allclose(data.xaxis[joint.id], axes[part], atol=1e-3)
        np.testing.assert_allclose(joint.range, np.radians(sorted(turn * limit for limit in LIMITS[part])))
    np.testing.assert_allclose(data.site(f"{leg} foot").xpos, published(leg, "foot"), atol=2e-4)
    places = [data.xanchor[model.joint(f"{leg} {part}").id] for part in PARTS] + [data.site(f"{leg} foot").xpos]
    np.testing.assert_allclose(
        np.linalg.norm(np.diff(places, axis=0), axis=1), [0.0263, 0.0584, 0.0260, 0.0634], atol=5e-4
    )


def test_left_and_right_mirror_each_other(model):
    """A right axis is minus the mirrored left one: of mirrored poses the angles have the other sign."""
    joints = np.random.default_rng(0).uniform(-0.5, 0.5, (4, 4))  # by leg, in the order of LEGS
    mirrored = -joints[[2, 3, 0, 1]]
    one, other = kinematics(model, joints.ravel()), kinematics(model, mirrored.ravel())
    for leg in ("front", "rear"):
        for side, opposite in (("left", "right"), ("right", "left")):
            foot = other.site(f"{leg}-{opposite} foot").xpos * [1, -1, 1]
            np.testing.assert_allclose(one.site(f"{leg}-{side} foot").xpos, foot, atol=1e-12)
    np.testing.assert_allclose(
        model.jnt_range[1:].reshape(4, 4, 2)[[2, 3, 0, 1]], -model.jnt_range[1:].reshape(4, 4, 2)[:, :, ::-1]
    )


def test_servos(task, model):
    """57.3 N·m/rad, 4.1 N·m, and as slow as 60 degrees a second at full torque; in the published order."""
    assert [model.actuator(index).name for index in range(16)] == list(JOINTS)
    assert [group.name for group in task.action] == list(JOINTS)
    assert JOINTS[:6] == ("front-left swing", "rear-left swing", "front-right swing", "rear-right swing",
                          "front-left lift", "rear-left lift")  # fmt: skip
    for index, name in enumerate(JOINTS):
        assert model.joint(model.actuator_trnid[index, 0]).name == name
        np.testing.assert_allclose(model.actuator_ctrlrange[index], model.joint(name).range)
    np.testing.assert_array_equal(model.actuator_gainprm[:, 0], 57.3)
    np.testing.assert_array_equal(model.actuator_biasprm[:, :3], [[0, -57.3, 0]] * 16)
    np.testing.assert_array_equal(model.actuator_forcerange, [[-4.1, 4.1]] * 16)
    np.testing.assert_allclose(4.1 / model.dof_damping[6:], np.radians(60), rtol=0.01)
    assert (task.control_period, task.length) == (PERIOD, 500)


def test_it_stands_for_ten_seconds(task, model):
    data = kinematics(model)
    data.qpos[:] = task.reset(Noise(np.zeros(45), np.zeros(45)))[0]
    mujoco.mj_step(model, data, nstep=1000)
    np.testing.assert_allclose(data.qpos[:2], 0, atol=1e-3)
    assert data.qpos[2] == pytest.approx(0.0323, abs=1e-3)
    np.testing.assert_allclose(data.qpos[3:7], [1, 0, 0, 0], atol=2e-3)
    assert np.abs(data.qvel).max() < 1e-3
    assert data.sensordata[:4].sum() == pytest.approx(1.369 * 9.81, rel=1e-3)
    touching = {model.geom(pair).name for contact in data.contact for pair in contact.geom}
    assert touching == {"floor", *(f"{leg} foot" for leg in LEGS)}


def test_upper_legs_that_touch_are_felt(task, model):
    """With its front left leg raised the gecko leans on that upper leg, and on no other."""
    data = kinematics(model)
    data.qpos[:] = task.reset(Noise(np.zeros(45), np.zeros(45)))[0]
    data.ctrl[model.actuator("front-left knee").id] = 1.5
    mujoco.mj_step(model, data, nstep=400)
    assert [model.sensor(place).name for place in range(4, 8)] == [f"{leg} upper leg" for leg in LEGS]
    np.testing.assert_array_equal(data.sensordata[4:8] > 0, [True, False, False, False])
    terms = with_period(task.outcome, PERIOD)(
        state(model, data.qpos, data.qvel), state(model, data.qpos, data.qvel), np.zeros(16), np.zeros(21)
    )[0]
    assert dict(zip(task.terms, terms, strict=True))["scraping"] == pytest.approx(PERIOD)


# What it senses and does


def test_births(task, model):
    uniform = np.random.default_rng(1).uniform(-1, 1, 45)
    uniform[[1, 3]] = -1.0  # the front left lift and knee, whose lower limits are -5 and -10 degrees
    qpos, qvel, memory = task.reset(Noise(uniform, np.zeros(45)))
    low, high = model.jnt_range[1:].T
    np.testing.assert_allclose(qpos[7:], np.clip(0.2 * uniform[:16], low, high), rtol=1e-9)
    np.testing.assert_allclose(qpos[[8, 10]], np.radians([-5, -10]))
    np.testing.assert_allclose(qpos[:7], [0, 0, 0.0523, 1, 0, 0, 0])
    np.testing.assert_allclose(qvel, [0] * 6 + list(0.1 * uniform[16:32]))
    np.testing.assert_array_equal(memory, np.zeros(21))


def state(model, qpos, qvel):
    data = mujoco.MjData(model)
    data.qpos[:], data.qvel[:] = qpos, qvel
    mujoco.mj_forward(model, data)
    return Simulation(*(np.array(field) for field in simulation_of(data)))


def test_an_observation_by_hand(task, model):
    """qpos holds legs of swing, lift, twist and knee; observations all swings first. Yaw 0.4 rad."""
    angles = {name: 0.01 * (index + 1) for index, name in enumerate(JOINTS)}
    qpos, qvel = np.zeros(23), np.zeros(22)
    qpos[3], qpos[6] = np.cos(0.2), np.sin(0.2)
    for name, angle in angles.items():
        qpos[model.joint(name).qposadr[0]], qvel[model.joint(name).dofadr[0]] = angle, -angle
    memory = np.linspace(-0.5, 0.5, 17)
    seen = task.observe(state(model, qpos, qvel), memory)
    np.testing.assert_allclose(seen[:16], 0.01 * np.arange(1, 17))
    np.testing.assert_allclose(seen[16:32], -0.01 * np.arange(1, 17))
    np.testing.assert_allclose(seen[32:35], [0, 0, 0.4], atol=1e-12)
    np.testing.assert_array_equal(seen[35:], memory[:16])
    assert [(group.name, group.size) for group in task.observation] == [
        ("joint angles", 16), ("joint velocities", 16), ("orientation", 3), ("targets", 16)
    ]  # fmt: skip


def test_targets_follow_actions_by_a_tenth_a_tick(task):
    outcome = with_period(task.outcome, PERIOD)
    still = Simulation(*(np.zeros(23) for _ in Simulation._fields))._replace(site_xpos=np.zeros((4, 3)))
    action, memory = np.linspace(-1, 1, 16), np.zeros(21)
    for tick, share in enumerate((0.1, 0.19, 0.271)):
        np.testing.assert_allclose(task.actuate(action, still, memory), share * action)
        memory = outcome(still, still, action, memory)[2]
        np.testing.assert_allclose(memory, [*share * action, tick + 1, *[PERIOD * (tick + 1)] * 4])


# What it is rewarded for


def remembered(ticks):
    """Return the memory of a life of so many ticks, with targets of zero and feet on the ground."""
    return np.concatenate((np.zeros(16), [ticks], np.zeros(4)))


TURNS = {"straight": (0.0, 0.0), "leant": (0.33, 0.0), "turned": (0.0, 0.31)}  # rad about x, and about z


@pytest.mark.parametrize("way", TURNS)
def test_rewards_by_hand(task, model, way):
    """cos 0.33 = 0.946 < 0.95. Along its own x, 2 m/s along x and 3 along y are 2 cos + 3 sin of its yaw."""
    roll, yaw = TURNS[way]
    qpos, qvel = np.zeros(23), np.zeros(22)
    qpos[2:7] = 0.5, np.cos(roll / 2) * np.cos(yaw / 2), np.sin(roll / 2), 0, np.sin(yaw / 2)
    qvel[:2] = 2.0, 3.0
    after = state(model, qpos, qvel)
    before = after._replace(qpos=after.qpos - 0.004 * (np.arange(23) == 0))
    action = np.full(16, 0.5)
    published_terms, over, _ = with_period(make_task("gecko_leung").outcome, PERIOD)(
        before, after, action, np.zeros(21)
    )
    speed = 2 * (2 * np.cos(yaw) + 3 * np.sin(yaw))
    leant, turned = 1.0 * (way == "leant"), 1.0 * (way == "turned")
    np.testing.assert_allclose(published_terms, [speed, -0.25 * leant, -0.5 * turned, 0.004, 0.0, 0.0, 0.0], atol=1e-12)
    assert not over
    outcome = with_period(task.outcome, PERIOD)
    for tick, way_counted in ((74, 0.0), (75, 0.004), (400, 0.004)):
        memory = remembered(tick)
        terms, over, _ = outcome(before, after, action, memory)
        counts = 0.02 * (tick >= 75)
        costs = -0.05 * counts * leant, -0.1 * counts * turned, -0.0005 * counts * 4
        expected = [way_counted, *costs, 0.004, 0.0, 0.0, 0.0]
        np.testing.assert_allclose(terms, expected, atol=1e-12)
        assert not over
    far = before._replace(qpos=after.qpos - 0.05 * (np.arange(23) == 0))
    assert outcome(far, after, action, remembered(80))[0][0] == pytest.approx(0.02 * 0.3)
    back = before._replace(qpos=after.qpos + 0.05 * (np.arange(23) == 0))
    assert outcome(back, after, action, remembered(80))[0][0] == pytest.approx(-0.05)
