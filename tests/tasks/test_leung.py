"""What the gecko and the dung beetle share: no energy from the solver, damaged legs, one law on every engine."""

import jax
import mujoco
import numpy as np
import pytest

import hebbax
from hebbax.damage.models import changed_model
from hebbax.damage.named import NAMED
from hebbax.damage.text import parse_damages
from hebbax.tasks import dung_beetle, gecko
from hebbax.tasks.arguments import with_period
from hebbax.tasks.registry import make_task
from hebbax.types import Noise, Simulation

ROBOTS = {"gecko": gecko, "dung_beetle": dung_beetle}
LEGS = [(robot, leg) for robot, module in ROBOTS.items() for leg in module.LEGS]
PERIOD = 0.02


# The seeds are the worst of twelve with four and three iterations of the solver: 459 m/s and 1.8e7 m/s.
@pytest.mark.parametrize(("robot", "seed", "fastest"), [("gecko", 11, 1.0), ("dung_beetle", 4, 3.0)])
def test_a_slippery_ground_gives_no_energy(robot, seed, fastest):
    """Ten seconds of targets that jump from end to end twice a second, at a quarter of the friction."""
    task, random = make_task(robot), np.random.default_rng(seed)
    model = changed_model(task, parse_damages("scale-friction(0.25)", PERIOD)[0])
    data = mujoco.MjData(model)
    data.qpos[:] = task.reset(Noise(np.zeros(50), np.zeros(50)))[0]
    targets = goals = np.zeros(task.action_size)
    for tick in range(500):
        goals = np.sign(random.uniform(-1, 1, task.action_size)) if tick % 25 == 0 else goals
        targets = 0.9 * targets + 0.1 * goals
        data.ctrl[:] = targets
        mujoco.mj_step(model, data, nstep=2)
        assert np.abs(data.qvel[:3]).max() < fastest


@pytest.mark.parametrize("robot", ROBOTS)
def test_feet_slide_that_bear_weight(robot):
    """Of feet that moved by 3 mm along x and 4 along y, two bear weight: 10 mm; that they rise is none of it."""
    task = make_task(robot)
    feet = len(ROBOTS[robot].LEGS)
    still = Simulation(*(np.zeros(task.world.model.nq) for _ in Simulation._fields))
    before = still._replace(site_xpos=np.zeros((feet, 3)), sensordata=np.ones(feet))
    on = 2.0 * np.isin(np.arange(feet), (0, feet - 1))
    after = still._replace(site_xpos=np.tile([0.003, 0.004, 0.5], (feet, 1)), sensordata=on)
    names = [task.world.model.site(index).name for index in range(task.world.model.nsite)]
    assert names == [f"{leg} foot" for leg in ROBOTS[robot].LEGS]
    action, memory = np.zeros(task.action_size), np.zeros(task.memory_size)
    for other in (task, make_task(f"{robot}_leung")):
        terms, _, _ = with_period(other.outcome, PERIOD)(before, after, action, memory)
        found = dict(zip(other.terms, terms, strict=True))
        assert found["foot-slip"] == pytest.approx(0.01)


@pytest.mark.parametrize("robot", ROBOTS)
def test_steps_are_swings_that_end(robot):
    """Feet land after 0.06, 0.24, 0.5 and 0.5 s in the air, of which 0, 0.14, 0.3 and 0.3 count; others stay up."""
    task = make_task(robot)
    feet, outcome = len(ROBOTS[robot].LEGS), with_period(task.outcome, PERIOD)
    still = Simulation(*(np.zeros(task.world.model.nq) for _ in Simulation._fields))
    still = still._replace(site_xpos=np.zeros((feet, 3)))
    action, memory = np.zeros(task.action_size), np.zeros(task.memory_size)
    lands = np.array([3, 12, 25, 25, 999, 999])[:feet]  # the tick in which it lands
    steps = []
    for tick in range(40):
        touching = 1.0 * (lands <= tick)
        terms, _, memory = outcome(still, still._replace(sensordata=touching), action, memory)
        steps.append(dict(zip(task.terms, terms, strict=True))["steps"])
    expected = np.zeros(40)
    expected[[12, 25]] = 0.14, 0.6
    np.testing.assert_allclose(steps, expected, atol=1e-12)


def changed(robot, name):
    task = make_task(robot)
    return task.world.model, changed_model(task, parse_damages(f"{robot}/{name}", PERIOD)[0])


def test_every_leg_has_its_damages():
    harms = ("dead", "locked", "shortened", "removed")
    named = {name for name in NAMED if name.startswith(("gecko/", "dung_beetle/"))}
    assert named == {f"{robot}/{leg}-{harm}" for robot, leg in LEGS for harm in harms}


@pytest.mark.parametrize(("robot", "leg"), LEGS)
def test_a_damaged_leg_is_the_one_of_its_name(robot, leg):
    own = make_task(robot).world.model
    joints = [own.joint(f"{leg} {part}").dofadr[0] for part in ROBOTS[robot].PARTS]
    others = np.setdiff1d(np.arange(6, own.nv), joints)
    _, dead = changed(robot, f"{leg}-dead")
    motors = np.isin(own.jnt_dofadr[own.actuator_trnid[:, 0]], joints)
    np.testing.assert_array_equal(dead.actuator_gainprm[motors, 0], 0)
    np.testing.assert_array_equal(dead.actuator_gainprm[~motors], own.actuator_gainprm[~motors])
    np.testing.assert_array_equal(dead.dof_damping[joints], 0)
    _, locked = changed(robot, f"{leg}-locked")
    assert np.all(locked.dof_frictionloss[joints] > 4.1)
    np.testing.assert_array_equal(locked.dof_frictionloss[others], 0)
    _, short = changed(robot, f"{leg}-shortened")
    before, after = own.body_mass.sum(), short.body_mass.sum()
    assert 0.5 < 1000 * (before - after) < 25
    foot = own.site(f"{leg} foot")
    np.testing.assert_allclose(short.site(f"{leg} foot").pos, foot.pos / 2, atol=0.02)
    assert np.linalg.norm(short.site(f"{leg} foot").pos) < 0.75 * np.linalg.norm(foot.pos)
    _, without = changed(robot, f"{leg}-removed")
    mass = 0.328 if robot == "gecko" else 0.33
    assert before - without.body_mass.sum() == pytest.approx(mass, rel=0.01)


@pytest.mark.slow
@pytest.mark.parametrize("robot", [f"{robot}{reward}" for robot in ROBOTS for reward in ("", "_leung")])
def test_native_and_lockstep_live_the_same(robot):
    """Ten ticks in the air, and 90, in which the reward of ours begins to count, as far as contacts let them."""
    task = make_task(robot)
    policy = hebbax.make_policy("leung-ff", task)
    genomes = np.random.default_rng(0).normal(size=(6, policy.genome_size)).astype(np.float32)
    native, lockstep = (make(task, policy, threads=1) for make in (hebbax.NativeEngine, hebbax.LockstepEngine))
    for ticks, most in ((5, 1e-6), (90, 0.05)):
        one, other = (
            engine.evaluate(genomes, jax.random.key(3), hebbax.Scenario(ticks)).reward_terms
            for engine in (native, lockstep)
        )
        assert np.median(np.abs(one - other)) < most
        assert np.abs(one).max() > 1e-4
