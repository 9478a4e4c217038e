"""The ant of PyBullet: its measured numbers, what it senses, and its rewards by hand."""

import jax
import mujoco
import numpy as np
import pytest

from hebbax.damage.models import changed_model
from hebbax.damage.text import parse_damages
from hebbax.engines.lockstep import LockstepEngine
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.policies.open_loop import Replay
from hebbax.tasks.arguments import with_period
from hebbax.tasks.quadruped import LEGS, METRES_PER_REWARD, SHAPING
from hebbax.tasks.registry import make_task
from hebbax.types import Noise, Simulation
from hebbax.worlds.mujoco.simulation import simulation_of

PERIOD = 0.0165
CORNERS = {"front-left": (1, 1), "rear-left": (-1, 1), "rear-right": (-1, -1), "front-right": (1, -1)}
JOINTS = [f"{leg} {joint}" for leg in CORNERS for joint in ("hip", "ankle")]
NOTHING = Noise(np.zeros(29), np.zeros(29))


@pytest.fixture(scope="module")
def task():
    return make_task("quadruped")


@pytest.fixture(scope="module")
def model(task):
    return task.world.spec.copy().compile()  # as it is written, before its contacts are named


def state(model, qpos=None, qvel=None) -> Simulation:
    """Return a simulation of its own, at birth unless a position is given."""
    data = mujoco.MjData(model)
    data.qpos[:] = make_task("quadruped").reset(NOTHING)[0] if qpos is None else qpos
    data.qvel[:] = 0.0 if qvel is None else qvel
    mujoco.mj_forward(model, data)
    return Simulation(*(np.array(field) for field in simulation_of(data)))


def settled(model, ticks=120, start=None):
    """Return the data of a limp ant that has come to rest."""
    data = mujoco.MjData(model)
    data.qpos[:] = make_task("quadruped").reset(NOTHING)[0] if start is None else start
    mujoco.mj_step(model, data, nstep=4 * ticks)
    return data


# The body


def test_masses_are_those_that_pybullet_told(model):
    """1,000 kg/m³: torso 65.450, and per leg a base and an upper part of 7.832 each and a lower one of 13.518."""
    assert model.body_mass.sum() == pytest.approx(182.176, abs=1e-3)
    assert model.body("torso").mass[0] == pytest.approx(65.450 + 4 * 7.832, abs=3e-3)
    for leg in LEGS:
        assert model.body(f"{leg} upper leg").mass[0] == pytest.approx(7.832, abs=1e-3)
        assert model.body(f"{leg} lower leg").mass[0] == pytest.approx(13.518, abs=1e-3)


@pytest.mark.parametrize("leg", CORNERS)
def test_each_leg_is_where_its_name_says(model, leg):
    """Straight outwards with all joints at zero: hip at 0.2, ankle at 0.4, tip at 0.8 m in both x and y."""
    data = mujoco.MjData(model)
    mujoco.mj_kinematics(model, data)
    outwards = np.array([*CORNERS[leg], 0.0])
    for joint, at in (("hip", 0.2), ("ankle", 0.4)):
        np.testing.assert_allclose(data.xanchor[model.joint(f"{leg} {joint}").id], [0, 0, 0.75] + at * outwards)
    for part, (begin, end) in {"base": (0.0, 0.2), "upper leg": (0.2, 0.4), "lower leg": (0.4, 0.8)}.items():
        geom = model.geom(f"{leg} {part}")
        np.testing.assert_allclose(data.geom_xpos[geom.id], [0, 0, 0.75] + (begin + end) / 2 * outwards)
        np.testing.assert_allclose(geom.size[:2], [0.08, (end - begin) / np.sqrt(2)])


def test_joints_and_motors(task, model):
    assert [model.joint(joint).name for joint in range(model.njnt)] == ["root", *JOINTS]
    assert [model.joint(joint).name for joint in model.actuator_trnid[:, 0]] == JOINTS
    assert [group.name for group in task.action] == JOINTS
    np.testing.assert_array_equal(model.actuator_gear[:, 0], 250)
    np.testing.assert_array_equal(model.actuator_ctrlrange, [[-1, 1]] * 8)
    assert not model.dof_damping.any()
    assert not model.dof_armature.any()
    assert not model.dof_frictionloss.any()
    low, high = model.jnt_range[1:].T
    np.testing.assert_allclose(low, [-0.6981, 0.5236, -0.6981, -1.7453, -0.6981, -1.7453, -0.6981, 0.5236], atol=5e-5)
    np.testing.assert_allclose(high, [0.6981, 1.7453, 0.6981, -0.5236, 0.6981, -0.5236, 0.6981, 1.7453], atol=5e-5)
    ankles = [model.joint(f"{leg} ankle").axis for leg in LEGS]
    np.testing.assert_allclose(ankles, np.array([[-1, 1, 0], [1, 1, 0]] * 2) / np.sqrt(2))


def test_torques_go_to_their_joints_and_reach_250(model):
    data = mujoco.MjData(model)
    data.ctrl[:] = [1, -1, 0.5, 9, -9, 0, 0.1, -0.2]
    mujoco.mj_forward(model, data)
    np.testing.assert_allclose(data.qfrc_actuator[6:], [250, -250, 125, 250, -250, 0, 25, -50])


def test_clock_gravity_and_contacts(task):
    model = task.world.model
    assert (model.opt.timestep, task.world.substeps, task.control_period) == (0.004125, 4, pytest.approx(PERIOD))
    np.testing.assert_array_equal(model.opt.gravity, [0, 0, -9.8])
    pairs = zip(model.pair_geom1, model.pair_geom2, strict=True)
    touching = {frozenset(model.geom(geom).name for geom in pair) for pair in pairs}
    parts = ["torso", *(f"{leg} {part}" for leg in LEGS for part in ("base", "upper leg", "lower leg"))]
    assert touching == {frozenset(("floor", part)) for part in parts}
    np.testing.assert_allclose(model.pair_friction[:, :2], 1.2)


@pytest.mark.parametrize(
    ("damage", "leg"),
    [
        ("najarro-ant/right-front", "front-right"),
        ("najarro-ant/left-front", "front-left"),
        ("ant/rear-left", "rear-left"),
    ],
)
def test_a_damaged_body_has_one_short_leg(task, model, damage, leg):
    """A quarter of 0.566 m is 0.141 m, from the ankle at (0.4, 0.4) to (0.5, 0.5); 13.518 kg become 4.988."""
    (events,) = parse_damages(damage, PERIOD)
    short = changed_model(task, events)
    limb = model.body(f"{leg} lower leg").id
    others = np.arange(model.nbody) != limb
    np.testing.assert_allclose(short.body_mass[others], model.body_mass[others], rtol=1e-12)
    assert short.body_mass[limb] == pytest.approx(4.988, abs=1e-3)
    geom = short.geom(f"{leg} lower leg")
    np.testing.assert_allclose(geom.size[:2], [0.08, 0.1 / np.sqrt(2)])
    np.testing.assert_allclose(geom.pos, [0.05 * sign for sign in CORNERS[leg]] + [0.0])
    assert tuple(np.sign(model.body(f"{leg} upper leg").pos[:2])) == CORNERS[leg]


# What it senses


def test_births(task):
    qpos, qvel, memory = task.reset(Noise(np.linspace(-1, 1, 29), np.ones(29)))
    bent = 0.5235987755982988 + 0.1
    still, _, _ = task.reset(NOTHING)
    np.testing.assert_allclose(still, [0, 0, 0.75, 1, 0, 0, 0, 0, bent, 0, -bent, 0, -bent, 0, bent])
    np.testing.assert_allclose(qpos - still, [0] * 7 + [0.1 * at for at in np.linspace(-1, 1, 29)[7:15]])
    assert not qvel.any()
    assert not memory.any()


def test_a_birth_is_within_the_limits_of_all_joints(task, model):
    for side in (-1.0, 1.0):
        joints = task.reset(Noise(np.full(29, side), np.zeros(29)))[0][7:]
        assert np.all((joints > model.jnt_range[1:, 0] - 1e-12) & (joints < model.jnt_range[1:, 1] + 1e-12))


def test_an_observation_by_hand(task, model):
    """The torso at (0, 0, 1), turned to the left by 90 degrees; ranges of 80 and 70 degrees."""
    half = np.sqrt(0.5)
    degrees = np.array([20, 65, -20, -30, 40, -100, 0, 82.5])
    qpos = np.array([0, 0, 1.0, half, 0, 0, half, *np.radians(degrees)])
    qvel = np.array([1.0, 2.0, -30.0, 7, 7, 7, 1, -2, 3, -4, 5, -6, 70, -80])
    seen = task.observe(state(model, qpos, qvel), np.array([1.0, 0.0, 0.0, 1.0]))
    target = np.arctan2(-place(model, qpos)[1], 1000 - place(model, qpos)[0]) - np.pi / 2
    assert seen[0] == pytest.approx(0.25)
    np.testing.assert_allclose(seen[1:3], [np.sin(target), np.cos(target)])
    np.testing.assert_allclose(seen[1:3], [-1, 0], atol=1e-3)  # the target is to the right
    np.testing.assert_allclose(seen[3:6], [0.6, -0.3, -5.0], atol=1e-12)  # forwards is y, left is -x; -9 is clipped
    np.testing.assert_allclose(seen[6:8], 0, atol=1e-12)
    np.testing.assert_allclose(seen[8:24:2], [0.5, 0, -0.5, 1, 1, -1, 0, 0.5], atol=1e-12)
    np.testing.assert_allclose(seen[9:24:2], [0.1, -0.2, 0.3, -0.4, 0.5, -0.6, 5, -5])
    np.testing.assert_array_equal(seen[24:], [1, 0, 0, 1])


@pytest.mark.parametrize(("axis", "expected"), [(1, [0.3, 0.0]), (2, [0.0, 0.3])])
def test_roll_and_pitch(task, model, axis, expected):
    qpos = task.reset(NOTHING)[0].copy()
    qpos[3], qpos[3 + axis] = np.cos(0.15), np.sin(0.15)
    np.testing.assert_allclose(task.observe(state(model, qpos), np.zeros(4))[6:8], expected, atol=1e-12)


def test_the_groups_are_what_their_numbers_are(task):
    names = [group.name for group in task.observation for _ in range(group.size)]
    assert names[8:24] == [f"{joint} {what}" for joint in JOINTS for what in ("angle", "velocity")]
    assert names[:8] == ["height", *["target direction"] * 2, *["velocity"] * 3, *["roll and pitch"] * 2]
    assert names[24:] == ["foot contacts"] * 4


def test_contacts_are_those_of_the_tick_before(task, model):
    """In the order of the legs: with the rear right foot lifted, three touch."""
    data = settled(model)
    rest = state(model, data.qpos)
    air = rest._replace(sensordata=np.zeros(4))
    outcome = with_period(task.outcome, PERIOD)
    _, _, memory = outcome(rest, air, np.zeros(8), np.zeros(4))
    np.testing.assert_array_equal(task.observe(air, memory)[24:], 1)
    _, _, memory = outcome(air, rest, np.zeros(8), memory)
    np.testing.assert_array_equal(task.observe(rest, memory)[24:], 0)
    sensors = [model.sensor(index).name for index in range(4)]
    assert sensors == [f"{leg} foot" for leg in LEGS]
    three = rest._replace(sensordata=rest.sensordata * [1, 1, 0, 1])
    np.testing.assert_array_equal(outcome(three, rest, np.zeros(8), memory)[2], [1, 1, 0, 1])


def test_a_foot_is_felt_on_every_body(task):
    """At either end of a lower leg, and of a short one too."""
    (events,) = parse_damages("ant/front-left", PERIOD)
    short = changed_model(task, events)
    flat = np.array([0, 0, 0.0795, 1, *[0.0] * 11])  # all legs lie on the ground
    for model in (task.world.model, short):
        assert np.all(state(model, flat).sensordata > 0)
    assert not state(short).sensordata.any()


# What it earns


def place(model, qpos) -> np.ndarray:
    """Return the mean x and y of the 22 parts of PyBullet: the floor, the torso, and five links a leg."""
    data = mujoco.MjData(model)
    data.qpos[:] = qpos
    mujoco.mj_kinematics(model, data)
    parts = [np.zeros(3), data.body("torso").xpos]
    for leg in LEGS:
        parts += [data.geom(f"{leg} {part}").xpos for part in ("base", "upper leg", "lower leg")]
        parts += [data.joint(f"{leg} {joint}").xanchor for joint in ("hip", "ankle")]
    assert len(parts) == 22
    return np.mean(parts, axis=0)[:2]


def test_the_reward_is_the_published_distance(task, model):
    """(old - new distance to (1000, 0)) / 0.0165 of the mean over 22 parts, in any two poses."""
    generator = np.random.default_rng(0)
    poses = [
        np.concatenate((generator.uniform(-3, 3, 3), generator.normal(size=4), generator.uniform(-1, 1, 8)))
        for _ in range(2)
    ]
    poses = [np.concatenate((pose[:3], pose[3:7] / np.linalg.norm(pose[3:7]), pose[7:])) for pose in poses]
    terms, _, _ = with_period(task.outcome, PERIOD)(*(state(model, pose) for pose in poses), np.zeros(8), np.zeros(4))
    old, new = (np.linalg.norm([1000, 0] - place(model, pose)) for pose in poses)
    assert terms[0] == pytest.approx((old - new) / PERIOD, rel=1e-9)
    assert terms[1] == pytest.approx((old - new) * 22 / 21, rel=1e-9)
    assert terms[1] == pytest.approx(METRES_PER_REWARD * terms[0])


def test_published_returns_in_metres():
    assert [round(METRES_PER_REWARD * units, 1) for units in (1051, 1604, 452)] == [18.2, 27.7, 7.8]


def test_terms_of_a_step_by_hand(task, model):
    """The ant moves 0.05 m ahead in a tick, which is 3 m/s: 0.0165 of it count where the cap is 1 m/s."""
    before, ahead = state(model), np.array([0.05, 0, 0])
    qpos, qvel = before.qpos.copy(), np.zeros(14)
    qpos[7], qpos[8] = np.radians(39.9), np.radians(30.1)  # 0.9975 and -0.997 of the ranges: both at their limits
    qpos[[10, 12, 14]] = np.radians((-65, -65, 65))
    qvel[6], qvel[7] = 4.0, -10.0
    after = state(model, qpos, qvel)._replace(xpos=before.xpos + ahead, xipos=before.xipos + ahead)
    action = np.array([0.5, 1.0, 0, 0, 0, 0, 0, -1.0])
    found, done, _ = with_period(task.outcome, PERIOD)(before, after, action, np.zeros(4))
    terms = dict(zip(task.terms, found, strict=True))
    assert terms["forward"] == pytest.approx(PERIOD)
    assert terms["distance"] == pytest.approx(0.05)
    assert terms["progress"] == pytest.approx(21 / 22 * 0.05 / PERIOD)
    assert (terms["fall"], terms["alive"], done) == (0, 1, False)
    # -2 (0.5 · 0.4 + 1 · 1) / 8 - 0.1 (0.25 + 1 + 1) / 8
    assert terms["electricity"] == pytest.approx(-0.3 - 0.028125)
    assert terms["joints-at-limit"] == pytest.approx(-0.2)
    assert task.reward == ("progress",)
    assert task.shaping == tuple(SHAPING)


@pytest.mark.parametrize(
    ("height", "lean", "fell", "alive"),
    [(0.2599, 0, 1, -1), (0.2601, 0, 0, 1), (0.5, 59, 0, 1), (0.5, 61, 1, 1), (0.5, 180, 1, 1)],
)
def test_falls(task, model, height, lean, fell, alive):
    before = state(model)
    qpos = before.qpos.copy()
    qpos[2], qpos[3], qpos[4] = height, np.cos(np.radians(lean / 2)), np.sin(np.radians(lean / 2))
    terms, done, _ = with_period(task.outcome, PERIOD)(before, state(model, qpos), np.zeros(8), np.zeros(4))
    assert (terms[3], terms[4], bool(done)) == (fell, alive, bool(fell))


def test_a_limp_ant_sinks_onto_its_limits_and_is_no_fall(task, model):
    """Where the published test of height would see none either: 0.36 m, which PyBullet's joints do not hold."""
    data = settled(model)
    assert data.qpos[2] == pytest.approx(0.36, abs=0.005)
    assert np.all(data.sensordata > 0)
    assert np.abs(data.qvel).max() < 0.01
    rest = state(model, data.qpos)
    assert not with_period(task.outcome, PERIOD)(rest, rest, np.zeros(8), np.zeros(4))[1]


# In lives

TICKS = 30  # feet are on the ground from the 20th on


@pytest.mark.slow  # to compile
def test_both_engines_live_the_same_life_and_it_is_mujocos(task):
    """The same torques by both, on a body with a short leg, and by MuJoCo alone."""
    actions = np.random.default_rng(1).uniform(-1, 1, (TICKS, 8)).astype(np.float32)
    (damage,) = parse_damages("najarro-ant/left-front", PERIOD)
    native, lockstep = (
        make(task, Replay(8, TICKS), threads=1).record(
            actions.ravel(), jax.random.key(2), Scenario(ticks=TICKS, damages=damage)
        )
        for make in (NativeEngine, LockstepEngine)
    )
    np.testing.assert_allclose(native[1].observations, lockstep[1].observations, atol=1e-9)
    np.testing.assert_allclose(native[0].reward_terms, lockstep[0].reward_terms, atol=1e-9)
    record, data = native[1], mujoco.MjData(changed_model(task, damage))
    data.qpos[:] = record.qpos[0]
    mujoco.mj_forward(data.model, data)
    touched = np.zeros((TICKS + 1, 4))
    for tick, action in enumerate(actions):
        np.testing.assert_allclose(record.qpos[tick], data.qpos, atol=1e-9)
        np.testing.assert_array_equal(record.observations[tick, 24:], touched[max(tick - 1, 0)])
        data.ctrl[:] = action
        mujoco.mj_step(data.model, data, nstep=4)
        touched[tick + 1] = data.sensordata > 0
    assert 0 < record.observations[:, 24:].sum() < 4 * TICKS
    assert METRES_PER_REWARD * native[0].returns[0] == pytest.approx(native[0].reward_terms[0, 1])
    assert native[0].returns[0] == pytest.approx(native[0].reward_terms[0, 0])


# As published


def test_published_lives_end_after_201_ticks_by_a_fall_or_31_ticks_that_go_back():
    task = make_task("quadruped_najarro")
    outcome, model = with_period(task.outcome, PERIOD), task.world.model
    here = state(model)
    back, fallen = here._replace(xpos=here.xpos - 0.01, xipos=here.xipos - 0.01), here.qpos.copy()
    fallen[2] = 0.2
    lying = here._replace(qpos=fallen)

    def ends(steps):
        """Return the tick that ends a life of such steps."""
        memory = task.reset(NOTHING)[2]
        for tick, (before, after) in enumerate(steps):
            _, done, memory = outcome(before, after, np.zeros(8), memory)
            if done:
                return tick
        return None

    assert (task.settle, task.length) == (40, 960)
    assert ends([(here, lying)] * 400) == 201  # the 202nd
    assert ends([(here, here)] * 400) is None
    assert ends([(here, back)] * 400) == 201 + 30
    assert ends(([(here, back)] * 20 + [(here, here)]) * 20) is None
    assert ends([(here, here)] * 250 + [(here, back)] * 100) == 250 + 30
