"""What is left under damages: the lives of `hebbax evaluate` with the same damage, shares by hand, other physics."""

from __future__ import annotations

import dataclasses

import mujoco
import numpy as np
import pytest

import hebbax
from hebbax.engines.make_engine import make_engine
from hebbax.errors import HebbaxError
from hebbax.runs.evaluation import evaluate_run
from hebbax.runs.stored_run import StoredRun
from hebbax.stress import stress as stresses
from hebbax.stress.physics import physics_of
from hebbax.stress.stress import holds_up, retained_return, stress
from hebbax.stress.suites import SUITES, cases_of, events_of
from hebbax.stress.tables import markdown_of, rows_of
from hebbax.stress.transfer import TOGETHER, transfer_of


@pytest.fixture(scope="module")
def run():
    return StoredRun.open("zoo:half_cheetah/han-e", on_note=lambda line: None).under(ticks=60)


@pytest.fixture(scope="module")
def stressed(run):
    return stress(run, name="cheetah", suite="actuators", lifetimes=3, seed=4)


def test_each_case_is_an_evaluation_under_its_damage(run, stressed):
    engine = make_engine(run.task, run.policy)
    for outcome in stressed.outcomes:
        damage = "" if outcome.case is None else outcome.case.damage
        alone = evaluate_run(run.under(damage=damage), engine, lifetimes=3, seed=4)
        np.testing.assert_array_equal(outcome.lives.returns, alone.lives.returns, err_msg=damage)
    assert len(stressed.outcomes) == 1 + 3 + 2 + 1 + 3 + 3


def test_what_is_kept_is_the_share_of_the_same_lives():
    plain, harmed = np.array([4.0, 8.0, 6.0]), np.array([2.0, 1.0, 3.0])
    share, interval = retained_return(harmed, plain)
    assert share == pytest.approx(6 / 18)
    assert interval is not None
    assert interval[0] >= 1 / 8 - 1e-12  # of the worst pair
    assert interval[1] <= 3 / 6 + 1e-12  # of the best
    assert retained_return(plain, plain) == (1.0, (1.0, 1.0))
    assert retained_return(harmed, np.array([1.0, -2.0, 0.5])) == (None, None)


def test_the_interval_covers_a_known_share():
    """Pairs whose true share is 0.5: 95 % intervals of 20 of them cover it about as often."""
    random, covered = np.random.default_rng(0), 0
    for _ in range(200):
        plain = random.uniform(500, 1500, 20)
        harmed = plain * random.uniform(0.3, 0.7, 20)
        _, interval = retained_return(harmed, plain)
        assert interval is not None
        covered += interval[0] <= 0.5 <= interval[1]
    assert covered >= 0.88 * 200


def test_what_training_had_is_seen(run):
    damage = "none | scale-actuator(0.5) | ant/front-left"
    trained = dataclasses.replace(run.trained, damage="none | scale-actuator(0.5)", lifetimes=2)
    seen_by = dataclasses.replace(run)
    seen_by.__dict__["trained"] = trained
    told = stress(seen_by, name="cheetah", suite="actuators", lifetimes=2)
    seen = {outcome.case.damage for outcome in told.outcomes[1:] if outcome.seen and outcome.case}
    assert seen == {"scale-actuator(0.5)"}
    assert told.unharmed.seen
    assert "ant" in damage


def test_a_robot_has_the_suites_that_fit_it(run):
    controller = run.controller()
    found, left = cases_of("all", run.task, run.policy, controller.statistics.normaliser(), 60)
    assert {case.suite for case in found} == set(SUITES) - {"ant", "go1", "gecko", "dung_beetle", "car", "physics"}
    ant = hebbax.make_task("ant_run")
    policy = hebbax.make_policy("han-b", ant)
    plain = hebbax.Normaliser(np.zeros(27, np.float32), np.ones(27, np.float32))
    found, _ = cases_of("ant", ant, policy, plain, 60)
    assert len(found) == 12
    go1 = hebbax.make_task("go1_walk")
    plain = hebbax.Normaliser(np.zeros(33, np.float32), np.ones(33, np.float32))
    found, left_of_go1 = cases_of("go1", go1, hebbax.make_policy("mlp", go1), plain, 60)
    assert (len(found), left_of_go1) == (11, [])
    car = hebbax.make_task("car_racing")
    plain = hebbax.Normaliser.identity(car.observation_size)
    found, left_of_car = cases_of("car", car, hebbax.make_policy("mlp", car), plain, 60)
    assert (len(found), left_of_car) == (22, [])
    found, _ = cases_of("sensors", car, hebbax.make_policy("mlp", car), plain, 60)
    assert max(len(case.damage) for case in found) < 60, "not a damage for each number of a picture"
    with pytest.raises(HebbaxError, match="suite 'ant' has nothing for task 'half_cheetah'"):
        cases_of("ant", run.task, run.policy, controller.statistics.normaliser(), 60)
    with pytest.raises(HebbaxError, match="unknown suite 'sensor': did you mean 'sensors'"):
        cases_of("sensor", run.task, run.policy, controller.statistics.normaliser(), 60)
    assert all("left out" in line for line in left)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "cases"), [("gecko", 8 + 16 + 4 + 2 + 9), ("dung_beetle", 8 + 24 + 6 + 2 + 9)])
def test_robots_with_many_legs_have_cases_for_each(name, cases):
    """Ground and slopes 8, a leg 4, a pair of legs 2, two senses, and 9 of load, friction, gravity and push."""
    task = hebbax.make_task(name)
    size = task.observation_size
    plain = hebbax.Normaliser(np.zeros(size, np.float32), np.ones(size, np.float32))
    found, left = cases_of(name, task, hebbax.make_policy("leung-ff", task), plain, 60)
    assert (len(found), left) == (cases, [])


def test_an_environment_of_another_package_has_what_needs_no_body():
    task = hebbax.make_task("gymnasium/Pendulum-v1")
    policy = hebbax.make_policy("mlp", task)
    plain = hebbax.Normaliser(np.zeros(3, np.float32), np.ones(3, np.float32))
    found, left = cases_of("all", task, policy, plain, 60)
    assert {case.suite for case in found} == {"actuators", "sensors"}
    assert any(line.startswith("another weight is left out") for line in left)


def test_other_physics_is_the_same_robot_computed_otherwise(run):
    tasks = {case.name: task for case, task in physics_of(run.task) if not case.damage}
    own = run.task.world.model
    solver, cones, half = (tasks[name].world.model for name in ("converged solver", "elliptic cones", "half the step"))
    assert (solver.opt.iterations, solver.opt.tolerance) == (100, 1e-10)
    assert cones.opt.cone == int(mujoco.mjtCone.mjCONE_ELLIPTIC) != own.opt.cone
    assert half.opt.timestep == own.opt.timestep / 2
    assert tasks["half the step"].control_period == pytest.approx(run.task.control_period)
    for model in (solver, cones, half):
        np.testing.assert_array_equal(model.body_mass, own.body_mass)


def test_another_simulation_is_the_same_robot_with_other_motors_contacts_and_senses():
    """Torque that is gone at 10 rad/s of a limit of 4.1 N·m is 0.41 N·m·s/rad more of damping, 0.82 at 5 rad/s."""
    task = hebbax.make_task("dung_beetle")
    scale = np.full(task.observation_size, 4.0, np.float32)
    cases = transfer_of(task, hebbax.Normaliser(np.zeros_like(scale), scale))
    own = task.world.model
    models = {case.label: other.world.model for case, other in cases if other is not task}
    assert models["another integrator"].opt.integrator == int(mujoco.mjtIntegrator.mjINT_EULER) != own.opt.integrator
    assert models["half the step, 5 ms"].opt.timestep == own.opt.timestep / 2
    for soft in (40, 80):
        assert np.all(models[f"softer contacts, {soft} ms"].geom_solref[:, 0] == soft / 1000)
    for speed, more in ((10, 0.41), (5, 0.82)):
        slowed = models[f"torque falls with speed, {speed} rad/s"]
        np.testing.assert_allclose(slowed.dof_damping[6:] - own.dof_damping[6:], more)
        np.testing.assert_array_equal(slowed.dof_damping[:6], 0)
    together = models[TOGETHER]
    assert (together.opt.timestep, together.geom_solref[0, 0]) == (own.opt.timestep / 2, 0.04)
    assert together.opt.integrator != own.opt.integrator
    for case, other in cases:
        np.testing.assert_array_equal(other.world.model.body_mass, own.body_mass)
        assert other.control_period == pytest.approx(task.control_period)
        assert bool(case.damage) == bool(case.damage and events_of(case, other))
    harms = {case.label: case.damage for case, _ in cases}
    assert harms["late motors, 2 ticks"] == "delay-actuator(2)"
    assert harms["noisy sensors, 0.1 of their std"].startswith(
        "noise-observation(0, 0.025) + noise-observation(1, 0.025)"
    )
    assert harms[TOGETHER].startswith("delay-actuator(1) + delay-observation(1) + noise-observation(0, 0.025)")


@pytest.mark.slow
def test_a_controller_is_put_into_another_simulation_where_it_is_asked_for(run):
    told = stress(run, name="cheetah", suite="transfer", lifetimes=2)
    assert {outcome.case.suite for outcome in told.outcomes[1:] if outcome.case} == {"transfer"}
    assert told.outcomes[-1].case is not None
    assert told.outcomes[-1].case.name == TOGETHER
    with pytest.raises(HebbaxError, match="'transfer' of task 'gymnasium/Pendulum-v1'"):
        transfer_of(hebbax.make_task("gymnasium/Pendulum-v1"), hebbax.Normaliser.identity(3))


def test_a_controller_that_lives_by_its_physics_is_told(run):
    told = stress(run, name="cheetah", suite="physics", lifetimes=2)
    assert len(told.outcomes) == 1 + 7
    fallen = [dataclasses.replace(outcome, retained=0.5 if outcome.case else 1.0) for outcome in told.outcomes]
    fallen = dataclasses.replace(told, outcomes=fallen)
    assert holds_up(fallen) is False
    assert "does not hold up in other physics: it keeps less than 80 % (0.50 with converged solver" in markdown_of(
        [fallen]
    )
    steady = [dataclasses.replace(outcome, retained=0.9) for outcome in told.outcomes]
    assert holds_up(dataclasses.replace(told, outcomes=steady)) is True


def test_controllers_stand_side_by_side(stressed, run):
    columns, rows = rows_of([stressed, dataclasses.replace(stressed, name="other")])
    assert columns == ["suite", "what happens", "cheetah: return kept", "other: return kept"]
    assert len(rows) == len(stressed.outcomes)
    assert all(len(row) == 4 and row[2] == row[3] for row in rows)
    with pytest.raises(HebbaxError, match="runs of ticks 60, 61: expected the same"):
        stresses.check_comparable([run, run.under(ticks=61)])
