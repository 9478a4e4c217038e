"""The ant of *Hebbian Attractor Networks*: its numbers, Gymnasium's body as an oracle, and its reward by hand."""

import jax
import mujoco
import numpy as np
import pytest

from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.policies.open_loop import Replay
from hebbax.tasks.ant_run import PUBLISHED_LEGS
from hebbax.tasks.arguments import with_period
from hebbax.tasks.gymnasium_assets import gymnasium_model
from hebbax.tasks.registry import make_task
from hebbax.types import Noise, Simulation

PERIOD, SUBSTEPS = 0.05, 5
LEGS = {"front-left": (1, 1), "rear-left": (-1, 1), "rear-right": (-1, -1), "front-right": (1, -1)}  # signs of x and y
JOINTS = [f"{leg} {joint}" for leg in LEGS for joint in ("hip", "ankle")]
MOTORS = [*JOINTS[6:], *JOINTS[:6]]  # the front right leg comes first
FEET = ("left_ankle_geom", "right_ankle_geom", "third_ankle_geom", "fourth_ankle_geom")  # Gymnasium's, in that order
TICKS = 25


@pytest.fixture(scope="module")
def task():
    return make_task("ant_run")


@pytest.fixture(scope="module")
def model(task):
    return task.world.spec.copy().compile()  # as it is written, before its contacts are named


@pytest.fixture(scope="module")
def published():
    """Gymnasium's ant with what the paper changes in it: Euler without implicit damping, 1 iteration, and contacts."""
    spec = mujoco.MjSpec.from_file(str(gymnasium_model("ant.xml")))
    spec.option.integrator = mujoco.mjtIntegrator.mjINT_EULER
    spec.option.iterations, spec.option.ls_iterations = 1, 5
    spec.option.disableflags |= mujoco.mjtDisableBit.mjDSBL_EULERDAMP
    for geom in spec.geoms:
        geom.contype = geom.name in (*FEET, "floor")
    return spec.compile()


def ends_of(model, data, name):
    """Return the two ends of a capsule's axis in the world, m."""
    geom = model.geom(name).id
    axis = data.geom_xmat[geom].reshape(3, 3)[:, 2] * model.geom_size[geom, 1]
    return {tuple(np.round(data.geom_xpos[geom] + sign * axis, 12) + 0.0) for sign in (1, -1)}


def capsule(length, radius=0.08, density=5.0):
    return density * (np.pi * radius**2 * length + 4 / 3 * np.pi * radius**3)


@pytest.mark.parametrize("leg", LEGS)
def test_each_part_is_where_its_name_says(model, leg):
    """With all joints at zero a leg is one straight line outwards: to 0.2, 0.4 and 0.8 m in both x and y."""
    data = mujoco.MjData(model)
    mujoco.mj_kinematics(model, data)
    outwards = np.array([*LEGS[leg], 0.0])
    for part, (begin, end) in {"base": (0, 0.2), "upper leg": (0.2, 0.4), "lower leg": (0.4, 0.8)}.items():
        expected = {tuple(np.round([0, 0, 0.75] + at * outwards, 12) + 0.0) for at in (begin, end)}
        assert ends_of(model, data, f"{leg} {part}") == expected
    for joint, at in (("hip", 0.2), ("ankle", 0.4)):
        np.testing.assert_allclose(data.xanchor[model.joint(f"{leg} {joint}").id], [0, 0, 0.75] + at * outwards)
    # A foot is bent downwards within its range, so that the ant stands.
    ankle = model.joint(f"{leg} ankle")
    data.qpos[ankle.qposadr] = ankle.range.mean()
    mujoco.mj_kinematics(model, data)
    assert data.geom_xpos[model.geom(f"{leg} lower leg").id, 2] < 0.6


@pytest.mark.parametrize("leg", LEGS)
def test_each_lower_leg_is_at_its_side(model, leg):
    """Front is +x and left is +y, in the model's own pose and when every joint is bent as far as it goes."""
    data = mujoco.MjData(model)
    for bent in (
        data.qpos.copy(),
        [*data.qpos[:7], *model.jnt_range[1:, 0]],
        [*data.qpos[:7], *model.jnt_range[1:, 1]],
    ):
        data.qpos[:] = bent
        mujoco.mj_kinematics(model, data)
        place = data.geom_xpos[model.geom(f"{leg} lower leg").id]
        assert tuple(np.sign(place[:2])) == LEGS[leg]
        assert model.body(model.geom(f"{leg} lower leg").bodyid[0]).name == f"{leg} lower leg"


def test_published_names_of_legs(model, published):
    """By the corner of each, as the papers' damages shorten it; HAN's are named after Gymnasium's geoms."""
    corners = {
        "han": {"FL": (1, 1), "FR": (-1, 1), "RL": (-1, -1), "RR": (1, -1)},
        "najarro": {"right-front": (1, -1), "left-front": (1, 1)},
    }
    assert {paper: {name: LEGS[leg] for name, leg in legs.items()} for paper, legs in PUBLISHED_LEGS.items()} == corners
    data = mujoco.MjData(published)
    mujoco.mj_kinematics(published, data)
    for name, foot in zip(("FL", "FR", "RL", "RR"), FEET, strict=True):
        assert tuple(np.sign(data.geom_xpos[published.geom(foot).id, :2])) == LEGS[PUBLISHED_LEGS["han"][name]]


def test_masses_by_hand(model):
    """5 kg/m³: a sphere of 0.25 m, and capsules of 0.08 m; the torso bears the bases of its legs."""
    short, long = capsule(0.2 * np.sqrt(2)), capsule(0.4 * np.sqrt(2))
    assert model.body("torso").mass[0] == pytest.approx(5 * 4 / 3 * np.pi * 0.25**3 + 4 * short)
    for leg in LEGS:
        assert model.body(f"{leg} upper leg").mass[0] == pytest.approx(short)
        assert model.body(f"{leg} lower leg").mass[0] == pytest.approx(long)
    assert model.body_mass.sum() == pytest.approx(0.9109, abs=1e-4)


def test_joints_and_motors(task, model):
    assert [model.joint(joint).name for joint in range(model.njnt)] == ["root", *JOINTS]
    assert [model.joint(joint).name for joint in model.actuator_trnid[:, 0]] == MOTORS
    assert [group.name for group in task.action] == MOTORS == task.world.actuator_names()
    np.testing.assert_array_equal(model.actuator_gear[:, 0], 150)
    np.testing.assert_array_equal(model.actuator_ctrlrange, [[-1, 1]] * 8)
    np.testing.assert_array_equal(model.dof_damping, [0] * 6 + [1] * 8)
    np.testing.assert_array_equal(model.dof_armature, [0] * 6 + [1] * 8)
    ranges = np.rad2deg(model.jnt_range[1:]).round(9)
    np.testing.assert_array_equal(ranges[::2], [[-30, 30]] * 4)
    np.testing.assert_array_equal(ranges[1::2], [[30, 70], [-70, -30], [-70, -30], [30, 70]])


def test_options_and_contacts(task):
    options = task.world.model.opt
    assert (options.timestep, task.world.substeps, task.control_period) == (0.01, SUBSTEPS, pytest.approx(PERIOD))
    assert options.integrator == mujoco.mjtIntegrator.mjINT_EULER
    assert (options.iterations, options.ls_iterations) == (1, 5)
    assert options.disableflags & mujoco.mjtDisableBit.mjDSBL_EULERDAMP
    world = task.world.model
    pairs = zip(world.pair_geom1, world.pair_geom2, strict=True)
    touching = {frozenset(world.geom(geom).name for geom in pair) for pair in pairs}
    assert touching == {frozenset(("floor", f"{leg} lower leg")) for leg in LEGS}
    assert not world.geom_contype.any()  # nothing but these pairs


def test_the_body_is_gymnasiums(model, published):
    """The inertia of every joint against every other, in any pose, and all that acts on the joints."""
    generator = np.random.default_rng(0)
    for _ in range(20):
        qpos = np.concatenate((generator.uniform(-1, 1, 7), generator.uniform(-1.2, 1.2, 8)))
        inertias = []
        for body in (model, published):
            data = mujoco.MjData(body)
            data.qpos[:] = qpos
            mujoco.mj_forward(body, data)
            inertias.append(np.zeros((14, 14)))
            mujoco.mj_fullM(body, data, inertias[-1])
        np.testing.assert_allclose(*inertias, rtol=0, atol=1e-12)
    for field in ("qpos0", "jnt_type", "jnt_range", "dof_damping", "dof_armature", "actuator_gear"):
        np.testing.assert_array_equal(getattr(model, field), getattr(published, field), err_msg=field)
    for ours, theirs in zip(LEGS, FEET, strict=True):
        for field in ("friction", "solref", "solimp", "margin", "contype", "conaffinity", "size"):
            own, other = getattr(model.geom(f"{ours} lower leg"), field), getattr(published.geom(theirs), field)
            np.testing.assert_array_equal(own, other, err_msg=field)


def test_a_life_is_the_published_one_by_hand(task, published):
    """Observations and rewards of Gymnasium's body with the paper's options, in plain NumPy."""
    actions = np.random.default_rng(5).uniform(-1, 1, (TICKS, 8)).astype(np.float32)
    lives, record = NativeEngine(task, Replay(8, TICKS), threads=1).record(
        actions.ravel(), jax.random.key(3), Scenario(ticks=TICKS)
    )
    assert lives.lengths[0] == TICKS
    data = mujoco.MjData(published)
    data.qpos[:], data.qvel[:] = record.qpos[0], record.qvel[0]
    mujoco.mj_forward(published, data)
    terms = []
    for tick, action in enumerate(actions.astype(np.float64)):
        np.testing.assert_allclose(record.observations[tick], [*data.qpos[2:], *data.qvel], rtol=0, atol=1e-9)
        before = data.body("torso").xpos[0]
        data.ctrl[:] = action
        mujoco.mj_step(published, data, SUBSTEPS)
        speed = (data.body("torso").xpos[0] - before) / 0.05
        terms.append((speed, 1.0, -0.5 * sum(share**2 for share in action)))
        assert record.rewards[tick] == pytest.approx(sum(terms[-1]), abs=1e-8)
    np.testing.assert_allclose(lives.reward_terms[0], np.sum(terms, axis=0), rtol=0, atol=1e-7)
    assert task.reward == ("forward", "survive", "control")


@pytest.mark.parametrize(
    ("height", "healthy"), [(0.25, False), (0.2501, True), (0.75, True), (0.9999, True), (1.0, False), (1.5, False)]
)
def test_a_life_ends_outside_of_the_healthy_heights(task, height, healthy):
    data = mujoco.MjData(task.world.model)
    before = Simulation(*(np.array(getattr(data, field)) for field in Simulation._fields))
    after = before._replace(qpos=before.qpos.copy(), xpos=before.xpos.copy())
    after.qpos[2], after.xpos[1, 0] = height, 0.1
    action = np.array([1.0, -1.0, 0.5, 0, 0, 0, 0, 0])
    terms, done, _ = with_period(task.outcome, PERIOD)(before, after, action, np.zeros(0))
    np.testing.assert_allclose(terms, (2.0, float(healthy), -1.125))  # 0.1 m in 0.05 s; half of 1 + 1 + 0.25
    assert done == (not healthy)


def test_births(task):
    """The model's own pose and rest, ± 0.1 in every position, and normal velocities of 0.1."""
    nothing = Noise(np.zeros(29), np.zeros(29))
    qpos, qvel, memory = task.reset(nothing)
    np.testing.assert_array_equal(qpos, task.world.model.qpos0)
    assert not qvel.any()
    assert memory.shape == (0,)
    moved = Noise(np.linspace(-1, 1, 29), np.linspace(-2, 2, 29))
    np.testing.assert_allclose(task.reset(moved)[0] - qpos, 0.1 * moved.uniform[:15])
    np.testing.assert_allclose(task.reset(moved)[1], 0.1 * moved.normal[:14])
