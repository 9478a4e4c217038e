"""dm_control's cheetah: its published numbers, MuJoCo's own centre of mass as an oracle, and its reward by hand."""

import jax
import mujoco
import numpy as np
import pytest

from hebbax.engines.life import draw_birth
from hebbax.engines.lockstep import LockstepEngine
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.policies.open_loop import Replay
from hebbax.tasks.cheetah_run import forward_speed
from hebbax.tasks.registry import make_task
from hebbax.types import Noise
from hebbax.worlds.mujoco.simulation import simulation_of

KEY, TICKS, SETTLED = jax.random.key(3), 200, 200
RADIUS = 0.046
ROOT = ["rootx", "rootz", "rooty"]
# By dm_control's page: place in the parent, range in degrees, stiffness, damping, gear; middle, angle about y in
# degrees and half length of the capsule.
LIMBS = {
    "rear thigh": ((-0.5, 0, 0), (-30, 60), 240, 6, 120, (0.1, 0, -0.13), -218, 0.145),
    "rear shin": ((0.16, 0, -0.25), (-50, 50), 180, 4.5, 90, (-0.14, 0, -0.07), -116, 0.15),
    "rear foot": ((-0.28, 0, -0.14), (-230, 50), 120, 3, 60, (0.03, 0, -0.097), -15, 0.094),
    "front thigh": ((0.5, 0, 0), (-57, 0.4), 180, 4.5, 90, (-0.07, 0, -0.12), 30, 0.133),
    "front shin": ((-0.14, 0, -0.24), (-70, 50), 120, 3, 60, (0.065, 0, -0.09), -34, 0.106),
    "front foot": ((0.13, 0, -0.18), (-28, 28), 60, 1.5, 30, (0.045, 0, -0.07), -34, 0.07),
}
HALF_LENGTHS = {"torso": 0.5, "head": 0.15} | {limb: numbers[-1] for limb, numbers in LIMBS.items()}
LOW, HIGH = np.deg2rad([numbers[1] for numbers in LIMBS.values()]).T


@pytest.fixture(scope="module")
def task():
    return make_task("cheetah_run")


@pytest.fixture(scope="module")
def model(task):
    return task.world.spec.copy().compile()  # as it is written, before its contacts are named


def about_y(degrees):
    return [np.cos(np.deg2rad(degrees) / 2), 0, np.sin(np.deg2rad(degrees) / 2), 0]


@pytest.mark.parametrize("limb", LIMBS)
def test_limbs(model, limb):
    place, bounds, stiffness, damping, gear, middle, angle, half = LIMBS[limb]
    body, joint, geom, motor = model.body(limb), model.joint(limb), model.geom(limb), model.actuator(limb)
    np.testing.assert_array_equal(body.pos, place)
    assert (joint.bodyid[0], geom.bodyid[0], motor.trnid[0]) == (body.id, body.id, joint.id)
    np.testing.assert_array_equal(joint.axis, [0, 1, 0])
    np.testing.assert_allclose(np.rad2deg(joint.range), bounds, rtol=1e-12)
    assert (joint.stiffness[0], joint.damping[0], joint.armature[0]) == (stiffness, damping, 0.1)
    assert joint.limited[0]
    np.testing.assert_array_equal(geom.pos, middle)
    assert abs(geom.quat @ about_y(angle)) == pytest.approx(1, abs=1e-12)
    np.testing.assert_array_equal(geom.size[:2], [RADIUS, half])
    np.testing.assert_array_equal([motor.gear[0], *motor.ctrlrange], [gear, -1, 1])
    side = -1 if limb.startswith("rear") else 1
    data = mujoco.MjData(model)
    mujoco.mj_kinematics(model, data)
    assert np.sign(data.geom_xpos[geom.id, 0]) == side


def test_torso_and_head(model):
    np.testing.assert_array_equal(model.body("torso").pos, [0, 0, 0.7])
    np.testing.assert_array_equal(model.geom("torso").size[:2], [RADIUS, 0.5])
    np.testing.assert_allclose(np.abs(model.geom("torso").quat), about_y(90), atol=1e-12)  # along x
    np.testing.assert_array_equal(model.geom("torso").pos, [0, 0, 0])
    np.testing.assert_array_equal(model.geom("head").pos, [0.6, 0, 0.1])
    np.testing.assert_array_equal(model.geom("head").size[:2], [RADIUS, 0.15])
    np.testing.assert_allclose(model.geom("head").quat, about_y(50), atol=1e-12)
    for joint in map(model.joint, ROOT):
        assert (joint.limited[0], joint.damping[0], joint.armature[0], joint.stiffness[0]) == (0, 0, 0, 0)
    np.testing.assert_array_equal(model.jnt_axis[:3], [[1, 0, 0], [0, 0, 1], [0, 1, 0]])
    assert list(model.jnt_type[:3]) == [2, 2, 3]  # slide, slide, hinge


def test_masses_are_14_kg_spread_over_the_volumes(model):
    volumes = {name: np.pi * RADIUS**2 * (2 * half + 4 / 3 * RADIUS) for name, half in HALF_LENGTHS.items()}
    masses = {name: 14 * volume / sum(volumes.values()) for name, volume in volumes.items()}
    assert model.body("torso").mass[0] == pytest.approx(masses["torso"] + masses["head"], rel=1e-14)
    for limb in LIMBS:
        assert model.body(limb).mass[0] == pytest.approx(masses[limb], rel=1e-14)
    assert model.body_mass.sum() == pytest.approx(14, rel=1e-14)


def test_the_order_of_joints_and_motors(task, model):
    assert [model.joint(joint).name for joint in range(model.njnt)] == [*ROOT, *LIMBS]
    assert [group.name for group in task.action] == list(LIMBS) == task.world.actuator_names()
    assert (task.observation_size, task.action_size, task.length, task.training_ticks) == (17, 6, 1000, "full")


def test_options_and_contacts(task, model):
    """MuJoCo's defaults but for the step; the floor is as rough as MuJoCo's are, and the rougher of two counts."""
    default = mujoco.MjSpec().compile().opt
    for option in ("integrator", "iterations", "ls_iterations", "solver", "cone", "disableflags", "enableflags"):
        assert getattr(model.opt, option) == getattr(default, option)
    assert (model.opt.timestep, task.world.substeps, task.control_period, task.settle) == (0.01, 1, 0.01, SETTLED)
    floor = model.geom("floor")
    np.testing.assert_array_equal(floor.pos, [98, 0, 0])
    np.testing.assert_array_equal(floor.size[:2], [100, 0.8])
    for geom in map(model.geom, HALF_LENGTHS):
        assert (geom.contype[0], geom.conaffinity[0], geom.condim[0]) == (1, 1, 3)
        np.testing.assert_array_equal(geom.friction, [0.4, 0.1, 0.1])
    world = task.world.model
    frictions = {frozenset((world.geom(a).name, world.geom(b).name)): friction for a, b, friction in pairs_of(world)}
    assert all(frozenset(("floor", part)) in frictions for part in HALF_LENGTHS)
    for pair, friction in frictions.items():
        expected = [1, 1, 0.1, 0.1, 0.1] if "floor" in pair else [0.4, 0.4, 0.1, 0.1, 0.1]
        np.testing.assert_array_equal(friction, expected)
    # 8 parts on the floor; of 28 pairs of parts, one is within the torso and 8 are of a body and its parent.
    assert len(frictions) == 8 + 28 - 9


def pairs_of(model):
    return zip(model.pair_geom1, model.pair_geom2, model.pair_friction, strict=True)


def speed_of_mass(model, data):
    """Return MuJoCo's speed of the centre of mass in the state of a simulation, which stays as it is."""
    other = mujoco.MjData(model)
    other.qpos[:], other.qvel[:] = data.qpos, data.qvel
    mujoco.mj_forward(model, other)
    mujoco.mj_subtreeVel(model, other)
    return other.subtree_linvel[model.body("torso").id, 0]


@pytest.mark.parametrize("damaged", [False, True])
def test_the_speed_is_that_of_the_centre_of_mass_after_a_step(task, damaged):
    """MuJoCo's arrays of bodies are of before the step; a longer step puts more between them."""
    spec = task.world.spec.copy()
    if damaged:  # a payload on the back, and a shorter, lighter leg
        spec.body("torso").add_geom(type=mujoco.mjtGeom.mjGEOM_SPHERE, size=[0.1, 0, 0], pos=[-0.2, 0, 0.2], mass=9)
        spec.body("front foot").pos *= 0.5
        spec.geom("front shin").mass, spec.geom("front shin").pos = 0.2, [0.03, 0, -0.04]
    model = spec.compile()
    model.opt.timestep = 0.02
    data, generator = mujoco.MjData(model), np.random.default_rng(0)
    for _ in range(50):
        data.qpos[:] = [*generator.uniform(-3, 3, 3), *generator.uniform(LOW, HIGH)]
        data.qvel[:] = generator.normal(size=9) * [5, 5, 5, 9, 9, 9, 9, 9, 9]
        mujoco.mj_step(model, data)
        speed = speed_of_mass(model, data)
        assert forward_speed(simulation_of(data)) == pytest.approx(speed, rel=1e-12, abs=1e-12)
        if not damaged:
            assert forward_speed.py_func(simulation_of(data)) == pytest.approx(speed, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(
    ("speed", "reward"), [(-2.0, 0.0), (0.0, 0.0), (0.5, 0.05), (7.5, 0.75), (10.0, 1.0), (25.0, 1.0)]
)
def test_the_reward_grows_with_the_speed_up_to_10_m_per_s(task, model, speed, reward):
    data = mujoco.MjData(model)
    data.qpos[2], data.qvel[0] = np.pi, speed  # on its back, which ends no life
    mujoco.mj_forward(model, data)
    earned, done, _ = task.outcome(None, simulation_of(data), np.ones(6), np.zeros(0))
    assert earned == pytest.approx(reward, abs=1e-12)
    assert not done
    assert (task.reward, task.termination) == (("forward",), "never")


def test_births(task):
    """Every joint anywhere in its range, and the rest of the body where the model has it, without motion."""
    ends = {}
    for uniform in (-1.0, 0.0, 1.0):
        qpos, qvel, memory = task.reset(Noise(np.full(18, uniform), np.full(18, 3.0)))
        assert not qpos[:3].any()
        assert not qvel.any()
        assert (qvel.shape, memory.shape) == ((9,), (0,))
        ends[uniform] = qpos[3:]
    np.testing.assert_allclose(ends[-1.0], LOW, rtol=1e-12)
    np.testing.assert_allclose(ends[0.0], (LOW + HIGH) / 2, rtol=1e-12)
    np.testing.assert_allclose(ends[1.0], HIGH, rtol=1e-12)
    one = np.zeros(18)
    one[5] = 1.0  # each joint has a number of its own
    assert list(np.flatnonzero(task.reset(Noise(one, np.zeros(18)))[0] != task.reset(Noise(0 * one, one))[0])) == [5]


@pytest.mark.slow
@pytest.mark.parametrize("engine", [NativeEngine, LockstepEngine])
def test_a_life_is_as_dm_control_has_it_by_hand(task, model, engine):
    """Drawn, settled for 200 steps, then observed and paid after every step, in plain MuJoCo."""
    actions = np.random.default_rng(5).uniform(-1, 1, (TICKS, 6)).astype(np.float32)
    lives, record = engine(task, Replay(6, TICKS), threads=1).record(actions.ravel(), KEY, Scenario(ticks=TICKS))
    assert lives.lengths[0] == TICKS
    noise = draw_birth(*np.asarray(jax.random.key_data(KEY)), 0, 18)
    data = mujoco.MjData(model)
    data.qpos[3:] = LOW + (noise.uniform[3:9] + 1) / 2 * (HIGH - LOW)
    mujoco.mj_step(model, data, SETTLED)
    speeds = []
    for tick, action in enumerate(actions.astype(np.float64)):
        # 1e-9: rounding of the order of 1e-16 grows with every contact.
        np.testing.assert_allclose(record.observations[tick], [*data.qpos[1:], *data.qvel], rtol=0, atol=1e-9)
        data.ctrl[:] = action
        mujoco.mj_step(model, data)
        speeds.append(speed_of_mass(model, data))
    np.testing.assert_allclose(record.rewards, np.clip(np.array(speeds) / 10, 0, 1), rtol=0, atol=1e-9)
    assert record.rewards.max() > 0.01  # it goes both ways
    assert record.rewards.min() == 0.0
