"""The Unitree Go1: its published numbers, how it stands, what it senses, and its rewards by hand."""

import mujoco
import numpy as np
import pytest

from hebbax.damage.named import NAMED
from hebbax.damage.text import parse_damages
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.keys import life_key
from hebbax.policies.open_loop import Replay
from hebbax.tasks.arguments import with_period
from hebbax.tasks.go1 import HEIGHT, HOME, LEGS
from hebbax.tasks.go1_walk import SHAPING
from hebbax.tasks.registry import TASKS, make_task
from hebbax.types import Noise, Simulation
from hebbax.worlds.mujoco.simulation import simulation_of

GO1 = [name for name in TASKS if name.startswith("go1")]
CORNERS = {"front-right": (1, -1), "front-left": (1, 1), "rear-right": (-1, -1), "rear-left": (-1, 1)}
PARTS = ("hip", "thigh", "calf")
JOINTS = [f"{leg} {part}" for leg in LEGS for part in PARTS]
PERIOD = 0.02


@pytest.fixture(scope="module")
def model():
    return make_task("go1_walk").world.spec.copy().compile()  # as it is written, before its contacts are named


@pytest.fixture
def home(model):
    data = mujoco.MjData(model)
    mujoco.mj_resetDataKeyframe(model, data, model.key("home").id)
    mujoco.mj_forward(model, data)
    return data


def test_masses(model):
    """Trunk 5.204, and per leg 0.68 + 1.009 + 0.195862 kg."""
    assert model.body_mass.sum() == pytest.approx(12.743448, abs=1e-9)
    assert model.body("trunk").mass[0] == 5.204
    for leg in LEGS:
        assert [model.body(f"{leg} {part}").mass[0] for part in PARTS] == [0.68, 1.009, 0.195862]


def test_inertias_are_mirrored(model):
    """What is left is right with y the other way, what is in front is behind with x the other way, of hips."""
    for part in PARTS:
        for leg, (x, y) in CORNERS.items():
            centre = model.body(f"{leg} {part}").ipos
            other = model.body(f"front-left {part}").ipos
            mirrored = (x if part == "hip" else 1, y if part != "calf" else 1, 1)
            np.testing.assert_allclose(centre, np.array(mirrored) * other, atol=1e-12)


def test_joints_and_motors(model):
    assert [model.joint(index).name for index in range(model.njnt)] == ["root", *JOINTS]
    assert [model.joint(index).name for index in model.actuator_trnid[:, 0]] == JOINTS
    ranges = {"hip": (-0.863, 0.863), "thigh": (-0.686, 4.501), "calf": (-2.818, -0.888)}
    torques, speeds = {"hip": 23.7, "thigh": 23.7, "calf": 35.55}, {"hip": 30.1, "thigh": 30.1, "calf": 20.06}
    for joint in JOINTS:
        part, actuator = joint.split()[1], model.actuator(joint)
        np.testing.assert_allclose(model.joint(joint).range, ranges[part])
        np.testing.assert_allclose(actuator.ctrlrange, ranges[part])
        np.testing.assert_allclose(actuator.forcerange, [-torques[part], torques[part]])
        assert (actuator.gainprm[0], actuator.biasprm[1], model.joint(joint).damping[0]) == (50, -50, 1)
        assert model.numeric(f"speed_limit/{joint}").data[0] == speeds[part]
    limits = make_task("go1_walk").world.limits()
    assert limits.joints == tuple(JOINTS)
    np.testing.assert_allclose(limits.torques[:, 1], [torques[joint.split()[1]] for joint in JOINTS])


def test_where_a_joystick_steers_joints_and_ground_are_as_published():
    for name, ground in (("go1_joystick", 0.6), ("go1_joystick_rough", 1.0)):
        model = make_task(name).world.model
        np.testing.assert_array_equal(model.pair_friction[:, :2], ground)
        for joint in JOINTS:
            hinge, friction = model.joint(joint), 1.0 if joint.endswith("calf") else 0.3
            assert (hinge.damping[0], hinge.frictionloss[0]) == (0.5, friction)
            assert model.actuator(joint).gainprm[0] == -model.actuator(joint).biasprm[1] == 35
        assert model.dof_frictionloss[:6].max() == 0


@pytest.mark.parametrize("leg", LEGS)
def test_each_leg_is_at_its_corner(model, home, leg):
    assert tuple(np.sign(home.xpos[model.body(f"{leg} hip").id, :2])) == CORNERS[leg]
    hip, thigh, calf, foot = (*(home.xpos[model.body(f"{leg} {p}").id] for p in PARTS), home.site(f"{leg} foot").xpos)
    np.testing.assert_allclose(np.abs(hip[:2]), [0.1881, 0.04675], atol=1e-12)
    assert [np.linalg.norm(b - a) for a, b in ((hip, thigh), (thigh, calf), (calf, foot))] == pytest.approx(
        [0.08, 0.213, 0.213]
    )
    np.testing.assert_allclose(np.abs(foot[:2]), [0.1881, 0.0999], atol=1e-4)


def test_feet_just_touch_in_the_home_pose(model, home):
    np.testing.assert_array_equal(home.qpos[7:], HOME)
    lowest = [home.geom(f"{leg} foot").xpos[2] - model.geom(f"{leg} foot").size[0] for leg in LEGS]
    assert home.qpos[2] == HEIGHT == 0.2945
    np.testing.assert_allclose(lowest, 0, atol=1e-4)


def test_only_feet_knees_and_trunk_touch_the_ground_and_nothing_touches_the_robot(model):
    touching = {
        model.geom(i).name for i in range(model.ngeom) if model.geom_conaffinity[i] & model.geom("floor").contype[0]
    }
    assert touching == {"trunk", "head", *(f"{leg} {part}" for leg in LEGS for part in ("foot", "knee"))}
    robot = [i for i in range(model.ngeom) if model.geom(i).name != "floor"]
    assert not any(model.geom_contype[i] for i in robot)


@pytest.mark.parametrize("name", GO1)
def test_it_stands_for_ten_seconds_under_its_own_gains(name):
    task = make_task(name)
    model = task.world.model
    data = mujoco.MjData(model)
    mujoco.mj_resetDataKeyframe(model, data, 0)
    heights = []
    for _ in range(2_500):
        mujoco.mj_step(model, data)
        heights.append(data.qpos[2])
    assert min(heights) > 0.24
    assert np.ptp(heights[-500:]) < (1e-3 if "joystick" in name else 1e-4)  # joints with dry friction creep
    assert 1 - 2 * (data.qpos[4] ** 2 + data.qpos[5] ** 2) > 0.99
    if "joystick" not in name and "rough" not in name:
        assert heights[-1] == pytest.approx(0.272, abs=2e-3)  # 0.271 where feet are softer


def rotation(qpos):
    matrix = np.zeros(9)
    mujoco.mju_quat2Mat(matrix, qpos[3:7])
    return matrix.reshape(3, 3)


def moment_of(name, ticks=30, seed=0):
    """Return task, states before and after the last of some ticks with random actions, that action and the memory."""
    task, rng = make_task(name), np.random.default_rng(seed)
    model = task.world.model
    size = model.nq + model.nv
    data = mujoco.MjData(model)
    data.qpos[:], data.qvel[:], memory = task.reset(Noise(rng.uniform(-1, 1, size), rng.normal(size=size)))
    mujoco.mj_forward(model, data)
    last = np.zeros(12)
    outcome = with_period(task.outcome, PERIOD)
    for tick in range(ticks):
        before = Simulation(*(np.array(field) for field in simulation_of(data)))
        action = rng.uniform(-0.4, 0.4, 12)
        data.ctrl[:] = task.actuate(action, before, memory)
        mujoco.mj_step(model, data, nstep=5)
        after = Simulation(*(np.array(field) for field in simulation_of(data)))
        noise = Noise(np.zeros(task.noise_size), np.zeros(task.noise_size)) if task.noise_size else None
        arguments = (before, after, action, memory, *((PERIOD, noise) if noise else ()))
        if tick < ticks - 1:
            _, _, memory = outcome(*arguments)
            last = action
    return task, model, before, after, action, last, memory, outcome(*arguments)


@pytest.mark.parametrize("name", GO1)
def test_what_it_senses(name):
    task, _, _before, after, action, _, memory, _ = moment_of(name)
    sensed = task.observe(after, memory)
    turned = rotation(after.qpos)
    velocity = after.qvel[:3] if "walk" in name else turned.T @ after.qvel[:3]
    expected = [velocity, after.qvel[3:6], turned.T @ [0, 0, -1], after.qpos[7:] - HOME, after.qvel[6:]]
    np.testing.assert_allclose(sensed[:33], np.concatenate(expected), atol=1e-12)
    np.testing.assert_allclose(task.actuate(action, after, memory), HOME + 0.5 * action)


def test_the_reward_of_the_paper():
    """exp(-(v - 2)² / s) with 0.0025 at rest, and 0.2 exp(-yaw² / 2): together 24 in 1,000 ticks of 0.02 s."""
    task, _, before, after, action, _, memory, _ = moment_of("go1_walk")
    outcome = with_period(task.outcome, PERIOD)

    def rewarded(speed, yaw):
        state = after._replace(qvel=after.qvel.copy(), qpos=after.qpos.copy())
        state.qvel[0] = speed
        state.qpos[3:7] = np.cos(yaw / 2), 0, 0, np.sin(yaw / 2)
        return np.array(outcome(before, state, action, memory)[0][:2])

    np.testing.assert_allclose(1000 * rewarded(2.0, 0.0), [20, 4])
    np.testing.assert_allclose(1000 * rewarded(0.0, np.sqrt(2)), [20 * 0.05**2, 4 / np.e])
    assert task.reward == ("speed", "heading")


def test_terms_of_walking_by_hand():
    task, model, before, after, action, last, _memory, (terms, done, _) = moment_of("go1_walk")
    found = dict(zip(task.terms, terms, strict=True))
    turned = rotation(after.qpos)
    yaw, torque = np.arctan2(turned[1, 0], turned[0, 0]), after.qfrc_actuator[6:]
    local = turned.T @ after.qvel[:3]
    low, high = model.jnt_range[1:].T
    beyond = np.abs(after.qpos[7:] - (low + high) / 2) - 0.95 * (high - low) / 2
    weights = np.tile([1, 1, 0.1], 4)
    expected = {
        "heading-error": 1 - np.exp(-2 * yaw**2),
        "side-speed": abs(after.qvel[1]),
        "side-speed-squared": after.qvel[1] ** 2,
        "velocity-tracking": np.exp(-((local[0] - 2) ** 2 + local[1] ** 2) / 0.25),
        "turning-tracking": np.exp(-(after.qvel[5] ** 2) / 0.25),
        "vertical-speed-squared": after.qvel[2] ** 2,
        "rolling": np.sum(after.qvel[3:5] ** 2),
        "tilt": np.sum(turned[2, :2] ** 2),
        "torque": np.linalg.norm(torque) + np.abs(torque).sum(),
        "torque-squared": np.sum(torque**2),
        "torque-fourth": np.sum((torque / 28.44) ** 4),
        "action": np.sum(action**2),
        "action-change": np.sum((action - last) ** 2),
        "energy": np.sum(np.abs(torque * after.qvel[6:])),
        "pose": np.exp(-np.sum(weights * (after.qpos[7:] - HOME) ** 2)),
        "joint-limits": np.sum(np.maximum(beyond, 0)),
    }
    for name, value in expected.items():
        assert found[name] == pytest.approx(PERIOD * value, rel=1e-9, abs=1e-15), name
    assert found["distance"] == after.qpos[0] - before.qpos[0]
    assert found["forward"] == min(found["distance"], PERIOD)
    assert (found["alive"], found["fall"], bool(done)) == (PERIOD, 0, False)
    assert task.shaping == tuple(SHAPING)


def test_terms_of_feet_by_hand():
    """Over a second of random steps: the time that each foot is in the air, and the height that it comes to."""
    task, rng = make_task("go1_walk"), np.random.default_rng(3)
    model, outcome = task.world.model, with_period(task.outcome, PERIOD)
    data = mujoco.MjData(model)
    mujoco.mj_resetDataKeyframe(model, data, 0)
    mujoco.mj_forward(model, data)
    memory, air, peak, landings = np.zeros(20), np.zeros(4), np.zeros(4), 0
    for _ in range(50):
        before = Simulation(*(np.array(field) for field in simulation_of(data)))
        action = rng.uniform(-1, 1, 12)
        data.ctrl[:] = HOME + 0.5 * action
        mujoco.mj_step(model, data, nstep=5)
        after = Simulation(*(np.array(field) for field in simulation_of(data)))
        terms, _, memory = outcome(before, after, action, memory)
        found = dict(zip(task.terms, terms, strict=True))
        touching = np.array([data.sensor(f"{leg} foot").data[0] > 0 for leg in LEGS])
        places = np.array([data.site(f"{leg} foot").xpos.copy() for leg in LEGS])
        moved = np.linalg.norm((places - before.site_xpos[:4])[:, :2], axis=1) / PERIOD
        peak = np.maximum(peak, places[:, 2])
        height = time = 0.0
        for foot in range(4):
            if touching[foot] and air[foot] > 0:
                height += (peak[foot] / 0.1 - 1) ** 2
                time += air[foot] - 0.1
                landings += 1
            air[foot] = 0 if touching[foot] else air[foot] + PERIOD
            peak[foot] = 0 if touching[foot] else peak[foot]
        expected = {
            "foot-slip": np.sum(moved[touching] ** 2),
            "foot-clearance": np.sum(np.abs(places[:, 2] - 0.1) * np.sqrt(moved)),
            "foot-height": height,
            "foot-air-time": time,
        }
        for name, value in expected.items():
            assert found[name] == pytest.approx(PERIOD * value, rel=1e-9, abs=1e-15), name
    assert landings > 5


def test_the_economical_reward_by_hand():
    task, _, before, after, action, last, _, (terms, _, _) = moment_of("go1_walk_economical")
    found = dict(zip(task.terms, terms, strict=True))
    turned = rotation(after.qpos)
    yaw = np.arctan2(turned[1, 0], turned[0, 0])
    moved = np.linalg.norm((after.site_xpos - before.site_xpos)[:, :2], axis=1) / PERIOD
    model = task.world.model
    begun = np.clip(model.actuator_gainprm[:, 0] * (after.ctrl - before.qpos[7:]), *model.actuator_forcerange.T)
    expected = {
        "forward": min(after.qpos[0] - before.qpos[0], PERIOD) / PERIOD,
        "alive": 0.5,
        "heading": -0.3 * (1 - np.exp(-2 * yaw**2)),
        "side-speed": -0.3 * abs(after.qvel[1]),
        "tilt": -0.5 * np.sum(turned[2, :2] ** 2),
        "vertical-speed": -0.3 * after.qvel[2] ** 2,
        "action": -0.01 * np.sum(action**2),
        "action-change": -0.01 * np.sum((action - last) ** 2),
        "energy": -0.0015
        * np.sum(np.abs((begun + after.qfrc_actuator[6:]) / 2 * (after.qpos - before.qpos)[7:]))
        / PERIOD,
        "foot-slip": -0.5 * np.sum(np.square(moved) * (after.sensordata > 0)),
    }
    assert tuple(expected) == task.reward
    for name, value in expected.items():
        assert found[name] == pytest.approx(PERIOD * value, rel=1e-9, abs=1e-15), name


def test_the_joystick_reward_is_that_of_its_terms_but_never_below_nothing():
    task, _, _before, after, action, last, memory, (terms, _, _) = moment_of("go1_joystick")
    found = dict(zip(task.reward, terms, strict=True))
    turned, command = rotation(after.qpos), memory[20:23]
    local, torque = turned.T @ after.qvel[:3], after.qfrc_actuator[6:]
    expected = {
        "velocity": np.exp(-4 * np.sum((command[:2] - local[:2]) ** 2)),
        "turning": 0.5 * np.exp(-4 * (command[2] - after.qvel[5]) ** 2),
        "vertical-speed": -0.5 * after.qvel[2] ** 2,
        "rolling": -0.05 * np.sum(after.qvel[3:5] ** 2),
        "tilt": -5 * np.sum(turned[2, :2] ** 2),
        "torque": -2e-4 * (np.linalg.norm(torque) + np.abs(torque).sum()),
        "action-change": -0.01 * np.sum((action - last) ** 2),
        "energy": -1e-3 * np.sum(np.abs(after.qvel[6:] * torque)),
        "standing-still": 0.0,
    }
    assert np.linalg.norm(command) > 0.01
    for name, value in expected.items():
        assert found[name] == pytest.approx(PERIOD * value, rel=1e-9, abs=1e-15), name
    assert sum(terms) == pytest.approx(max(0.0, sum(terms[:-1])), abs=1e-15)
    assert found["floor"] >= 0


def test_commands_are_drawn_as_published():
    """A part is asked for in 0.9, 0.25 and 0.5 of the first commands, evenly up to its fastest; waits are of 5 s."""
    task, rng = make_task("go1_joystick"), np.random.default_rng(0)
    size = task.world.model.nq + task.world.model.nv
    memories = np.array([task.reset(Noise(rng.uniform(-1, 1, size), rng.normal(size=size)))[2] for _ in range(4000)])
    commands, waits = memories[:, 20:23], memories[:, 23]
    np.testing.assert_allclose(np.mean(commands != 0, axis=0), [0.9, 0.25, 0.5], atol=0.03)
    assert np.all(np.abs(commands) <= [1.5, 0.8, 1.2])
    np.testing.assert_allclose(
        [np.std(c[c != 0]) for c in commands.T], np.array([1.5, 0.8, 1.2]) / np.sqrt(3), rtol=0.1
    )
    assert waits.mean() == pytest.approx(5, rel=0.06)
    assert np.mean(waits > 5) == pytest.approx(np.exp(-1), abs=0.03)


def test_a_command_that_is_due_keeps_half_of_its_parts():
    task, _, before, after, action, _, memory, _ = moment_of("go1_joystick")
    outcome, rng = with_period(task.outcome, PERIOD), np.random.default_rng(1)
    held = memory.copy()
    held[20:23] = 9.0  # no command that can be drawn

    def following(wait):
        held[23] = wait
        noise = Noise(rng.uniform(-1, 1, 10), rng.normal(size=10))
        return outcome(before, after, action, held, PERIOD, noise)[2]

    kept = np.array([following(PERIOD)[20:23] == 9.0 for _ in range(2000)])
    np.testing.assert_allclose(kept.mean(axis=0), 0.5, atol=0.05)
    assert np.all(following(1.0)[20:23] == 9.0)
    assert following(1.0)[23] == pytest.approx(1.0 - PERIOD)
    assert following(PERIOD)[23] > 0


@pytest.mark.slow
def test_sensor_noise_is_even_and_of_its_group():
    task = make_task("go1_walk")
    engine = NativeEngine(task, Replay(12, 400), threads=1)
    noise = parse_damages("go1/sensor-noise", PERIOD)[0]
    actions = np.zeros(12 * 400, np.float32)
    records = [engine.record(actions, life_key(0, 0), Scenario(ticks=400, damages=one))[1] for one in ((), noise)]
    difference = records[1].observations - records[0].observations
    np.testing.assert_array_equal(records[1].qpos, records[0].qpos)  # it walks blindly
    most = np.repeat([0.1, 0.2, 0.05, 0.03, 1.5], [3, 3, 3, 12, 12])
    assert np.all(np.abs(difference) <= most)
    np.testing.assert_allclose(difference.std(axis=0), most / np.sqrt(3), rtol=0.15)


@pytest.mark.parametrize("name", [name for name in NAMED if name.startswith("go1/")])
@pytest.mark.slow
def test_each_named_damage_changes_a_life(name):
    task = make_task("go1_walk")
    engine = NativeEngine(task, Replay(12, 600), threads=1)
    actions = np.full(12 * 600, 0.1, np.float32)
    harmed = parse_damages(name, PERIOD)[0]
    whole, other = (
        engine.record(actions, life_key(0, 1), Scenario(ticks=600, damages=events))[1] for events in ((), harmed)
    )
    rows = min(len(whole.observations), len(other.observations))
    assert not np.array_equal(whole.observations[:rows], other.observations[:rows])
