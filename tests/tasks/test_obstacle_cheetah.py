"""The half cheetah with something in its way: Gymnasium's body as an oracle, the arenas' numbers, and lives by hand."""

import jax
import mujoco
import numpy as np
import pytest

from hebbax.engines.lockstep import LockstepEngine
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.errors import HebbaxError
from hebbax.policies.open_loop import Replay
from hebbax.tasks.gymnasium_assets import gymnasium_model
from hebbax.tasks.obstacle_cheetah import obstacle_cheetah, obstacle_cheetah_pendulums, obstacle_cheetah_slope
from hebbax.tasks.registry import make_task
from hebbax.types import Noise
from hebbax.worlds.mujoco.simulation import simulation_of
from hebbax.worlds.mujoco.world import without_deprecations

KEY, TICKS, SUBSTEPS, PERIOD = jax.random.key(3), 25, 5, 0.05
FIVE = ("pendulum 1", "pendulum 2", "pendulum 3", "pendulum 4", "pendulum 5")
ARENAS = {"obstacle_cheetah": ("pendulum",), "obstacle_cheetah_pendulums": FIVE, "obstacle_cheetah_slope": ()}
TAN = np.tan(np.deg2rad(5))


@pytest.fixture(scope="module", params=ARENAS)
def task(request):
    return make_task(request.param)


@pytest.fixture(scope="module")
def model(task):
    return task.world.spec.copy().compile()  # as it is written, before its contacts are named


@pytest.fixture(scope="module")
def published():
    with without_deprecations():
        return mujoco.MjModel.from_xml_path(str(gymnasium_model("half_cheetah.xml")))


def renamed(name):
    """Return what this model calls a part of Gymnasium's."""
    sides = {"b": "rear ", "f": "front "}
    return sides[name[0]] + name[1:] if name[1:] in ("thigh", "shin", "foot") else name


def test_the_body_is_gymnasiums(model, published):
    """Every number of its joints, motors and geoms, and the inertia of every joint against every other in any pose."""
    for kind, fields in {
        "joint": "qpos0 type pos axis range stiffness damping armature limited solref solimp",
        "geom": "type contype conaffinity condim friction solref solimp margin gap pos size",
        "body": "pos quat",
        "actuator": "gear ctrlrange gainprm biastype",
    }.items():
        count = {"joint": 9, "geom": 9, "body": 8, "actuator": 6}[kind]
        for index in range(count):
            theirs = getattr(published, kind)(index)
            ours = getattr(model, kind)(renamed(theirs.name))
            assert kind == "geom" or ours.id == index  # the slope stands among the geoms
            for field in fields.split():
                if (theirs.name, field) not in (("floor", "pos"), ("floor", "size")):
                    one, other = getattr(ours, field), getattr(theirs, field)
                    np.testing.assert_allclose(one, other, rtol=0, atol=1e-14, err_msg=f"{theirs.name} {field}")
    generator = np.random.default_rng(0)
    for _ in range(20):
        qpos, inertias = generator.uniform(-2, 2, 9), []
        for body in (model, published):
            data = mujoco.MjData(body)
            data.qpos[:9] = qpos
            mujoco.mj_forward(body, data)
            inertias.append(np.zeros((body.nv, body.nv)))
            mujoco.mj_fullM(body, data, inertias[-1])
        np.testing.assert_allclose(inertias[0][:9, :9], inertias[1], rtol=0, atol=1e-12)
        assert not inertias[0][:9, 9:].any()
    assert model.body_subtreemass[model.body("torso").id] == pytest.approx(14, rel=1e-14)


def test_the_task_is_half_cheetahs(task):
    ours, theirs = task, make_task("half_cheetah")
    for field in ("observation", "outcome", "actuate", "reward", "termination", "length", "compared"):
        assert getattr(ours, field) == getattr(theirs, field)
    assert (ours.world.model.opt.timestep, ours.world.substeps, ours.control_period) == (0.01, SUBSTEPS, PERIOD)
    assert ours.training_ticks == "full"
    assert [(one.size, one.unit, one.low, one.high) for one in ours.action] == [
        (one.size, one.unit, one.low, one.high) for one in theirs.action
    ]
    assert [group.name for group in ours.action] == [group.name.replace("back", "rear") for group in theirs.action]


def test_births_are_half_cheetahs_and_what_hangs_is_still(task, model):
    size = model.nq + model.nv
    noise = Noise(np.linspace(-1, 1, size), np.linspace(-2, 2, size))
    qpos, qvel, memory = task.reset(noise)
    assert (qpos.shape, qvel.shape, memory.shape) == ((model.nq,), (model.nv,), (0,))
    np.testing.assert_allclose(qpos[:9], 0.1 * noise.uniform[:9], rtol=1e-15)
    np.testing.assert_allclose(qvel[:9], 0.1 * noise.normal[:9], rtol=1e-15)
    np.testing.assert_array_equal(qpos[9:], model.qpos0[9:])
    assert not qvel[9:].any()


@pytest.mark.parametrize(
    ("make", "names", "places"),
    [(obstacle_cheetah, ("pendulum",), (150,)), (obstacle_cheetah_pendulums, FIVE, (50, 52, 54, 56, 58))],
)
def test_pendulums(make, names, places):
    """A cylinder of 50 kg, 20 cm wide and high, on a string of 1.35 m from a hook 2 m above the floor."""
    model = make().world.spec.copy().compile()
    assert [model.body(index).name for index in range(8, model.nbody)] == list(names)
    for name, x in zip(names, places, strict=True):
        body, geom, string = model.body(name), model.geom(name), model.tendon(name)
        np.testing.assert_allclose(body.pos, [x, 0, 0.65], rtol=1e-14)
        assert body.mass[0] == 50
        assert geom.type[0] == mujoco.mjtGeom.mjGEOM_CYLINDER
        assert (geom.contype[0], geom.conaffinity[0], geom.condim[0]) == (1, 1, 4)
        np.testing.assert_array_equal(geom.size[:2], [0.1, 0.1])
        np.testing.assert_array_equal(model.site(f"{name} hook").pos, [x, 0, 2])
        np.testing.assert_array_equal(model.tendon_range[string.id], [0, 1.35])
        assert model.tendon_limited[string.id]
        spring = model.joint(name)  # what the published weight has from the cheetah's joints
        assert (spring.stiffness[0], spring.damping[0], spring.armature[0]) == (8, 0.01, 0.1)
    light = make(mass=7.5).world.spec.copy().compile()
    assert [light.body(name).mass[0] for name in names] == [7.5] * len(names)
    world = make().world.model
    pairs = zip(world.pair_geom1, world.pair_geom2, strict=True)
    touching = {frozenset((world.geom(a).name, world.geom(b).name)) for a, b in pairs}
    assert {frozenset((name, part)) for name in names for part in ("head", "torso", "front foot", "floor")} <= touching


def test_a_pendulum_is_at_rest_until_it_is_hit_and_then_swings():
    task = obstacle_cheetah()
    model, data = task.world.model, mujoco.MjData(task.world.model)
    data.qpos[:], data.qvel[:], _ = task.reset(Noise(np.zeros(31), np.zeros(31)))
    for _ in range(100):
        mujoco.mj_step(model, data)
        np.testing.assert_allclose(data.body("pendulum").xpos, [150, 0, 0.65], atol=1e-3)  # its string gives by 0.4 mm
    np.testing.assert_allclose(data.qvel[9:], 0, atol=1e-6)
    # Pushed from 1.5 m before it, at 8 m/s: 14 kg against 50 kg.
    data.qpos[0], data.qvel[0] = 148.5, 8.0
    ways, lengths = [], []
    for _ in range(200):
        mujoco.mj_step(model, data)
        ways.append(data.body("pendulum").xpos[0] - 150)
        lengths.append(data.ten_length[0])
    assert max(ways) > 0.2
    assert min(ways[np.argmax(ways) :]) < -0.1, "it comes back, and swings to the other side"
    assert max(lengths) < 1.36, "its string may hang loose for a moment, but gives by no more than a centimetre"
    assert data.qpos[0] < 150, "and the cheetah is stopped"


def test_a_free_pendulum_swings_as_long_as_its_string_says():
    """2π √(l/g) at small angles, times √(m g / (m g + k l)) for the weak spring of 8 N/m that it has."""
    task = obstacle_cheetah()
    model, data = task.world.model, mujoco.MjData(task.world.model)
    angle = 0.05
    data.qpos[9:12] = [150 + 1.35 * np.sin(angle), 0, 2 - 1.35 * np.cos(angle)]
    crossings, before = [], 1.0
    for step in range(600):
        mujoco.mj_step(model, data)
        way = data.body("pendulum").xpos[0] - 150
        if before > 0 >= way:
            crossings.append(0.01 * (step + before / (before - way)))
        before = way
    weight = 50 * 9.81
    expected = 2 * np.pi * np.sqrt(1.35 / 9.81) * np.sqrt(weight / (weight + 8 * 1.35))
    assert np.diff(crossings).mean() == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize("angle", [5.0, 12.0])
def test_the_slope_rises_from_45_m_on(angle):
    """To the plane a point on the line from (45, 0) has no distance; it begins where the floor as drawn ends."""
    model = obstacle_cheetah_slope(angle).world.spec.copy().compile()
    data = mujoco.MjData(model)
    mujoco.mj_kinematics(model, data)
    slope, floor = model.geom("slope"), model.geom("floor")
    frame = data.geom_xmat[slope.id].reshape(3, 3)
    np.testing.assert_allclose(frame[:, 2], [-np.sin(np.deg2rad(angle)), 0, np.cos(np.deg2rad(angle))], atol=1e-12)
    for along, place in ((0, -50), (100, 50)):  # its two ends, from its middle
        end = [45 + along * np.cos(np.deg2rad(angle)), 0, along * np.sin(np.deg2rad(angle))]
        np.testing.assert_allclose(data.geom_xpos[slope.id] + place * frame[:, 0], end, atol=1e-12)
    assert floor.pos[0] - floor.size[0] == -5
    assert floor.pos[0] + floor.size[0] == 45
    assert slope.size[0] == 50
    for field in ("contype", "conaffinity", "condim", "friction", "solref", "solimp"):
        np.testing.assert_array_equal(getattr(slope, field), getattr(floor, field))


@pytest.mark.parametrize(("x", "ground"), [(-3, 0), (45, 0), (46, TAN), (145, 100 * TAN)])
def test_the_observed_height_is_above_the_slope(x, ground):
    task = make_task("obstacle_cheetah_slope")
    data = mujoco.MjData(task.world.model)
    data.qpos[:], data.qvel[:] = [x, *np.arange(1, 9)], np.arange(10, 19)
    expected = [1 - ground, *np.arange(2, 9), *np.arange(10, 19)]
    np.testing.assert_allclose(task.observe(simulation_of(data), np.zeros(0)), expected, rtol=1e-12)


def test_a_cheetah_lies_on_the_slope_as_it_does_on_the_floor():
    """Put down at 5 m above the ground's level at its place, it comes to rest at that height, turned by the slope."""
    task, heights = obstacle_cheetah_slope(), {}
    model = task.world.model
    for x in (20.0, 80.0):
        data = mujoco.MjData(model)
        data.qpos[:2] = x, max(x - 45, 0) * TAN + 0.2
        mujoco.mj_step(model, data, 300)
        heights[x] = task.observe(simulation_of(data), np.zeros(0))[0]
        assert data.ncon > 0
        assert abs(data.qpos[0] - x) < 0.5
    assert heights[80.0] == pytest.approx(heights[20.0], abs=0.05)


@pytest.mark.parametrize(
    ("make", "arguments", "message"),
    [
        (obstacle_cheetah, {"mass": 0}, "mass=0: expected 0.001 to 1e+06; nearest valid: 0.001"),
        (obstacle_cheetah_pendulums, {"mass": float("nan")}, "mass=nan: expected"),
        (obstacle_cheetah, {"mass": "heavy"}, "mass='heavy': expected a number from 0.001 to"),
        (obstacle_cheetah_slope, {"angle": -5}, "angle=-5: expected 0 to 45; nearest valid: 0"),
        (obstacle_cheetah_slope, {"angle": 90}, "nearest valid: 45"),
    ],
)
def test_what_no_arena_can_have(make, arguments, message):
    with pytest.raises(HebbaxError) as told:
        make(**arguments)
    assert message in str(told.value)


@pytest.mark.parametrize(
    ("name", "engine"),
    [
        pytest.param("obstacle_cheetah", NativeEngine, marks=pytest.mark.slow),
        ("obstacle_cheetah", LockstepEngine),
        pytest.param("obstacle_cheetah_pendulums", NativeEngine, marks=pytest.mark.slow),
        pytest.param("obstacle_cheetah_pendulums", LockstepEngine, marks=pytest.mark.slow),
        pytest.param("obstacle_cheetah_slope", NativeEngine, marks=pytest.mark.slow),
        pytest.param("obstacle_cheetah_slope", LockstepEngine, marks=pytest.mark.slow),
    ],
)
def test_a_life_is_the_published_one_by_hand(published, name, engine):
    """Observations and rewards of Gymnasium's own model before anything is in the way, in plain NumPy."""
    actions = np.random.default_rng(5).uniform(-1, 1, (TICKS, 6)).astype(np.float32)
    _, record = engine(make_task(name), Replay(6, TICKS), threads=1).record(actions.ravel(), KEY, Scenario(ticks=TICKS))
    data = mujoco.MjData(published)
    data.qpos[:], data.qvel[:] = record.qpos[0, :9], record.qvel[0, :9]
    assert data.qvel.any()
    mujoco.mj_forward(published, data)
    for tick, action in enumerate(actions.astype(np.float64)):
        np.testing.assert_allclose(record.observations[tick], [*data.qpos[1:], *data.qvel], rtol=0, atol=1e-9)
        before = data.qpos[0]
        data.ctrl[:] = action
        mujoco.mj_step(published, data, SUBSTEPS)
        reward = (data.qpos[0] - before) / PERIOD - 0.1 * sum(share**2 for share in action)
        assert record.rewards[tick] == pytest.approx(reward, abs=1e-8)
