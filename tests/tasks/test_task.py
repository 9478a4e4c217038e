"""What a task can be made of: former names, a model from a file, a source or a function, and its own period."""

import dataclasses
import warnings

import jax
import mujoco
import numpy as np
import pytest

import hebbax
from hebbax.engines.native import NativeEngine
from hebbax.engines.scenario import Scenario
from hebbax.errors import HebbaxError
from hebbax.policies.open_loop import Replay
from hebbax.tasks.arguments import with_period
from hebbax.tasks.contract import check_task
from hebbax.tasks.groups import Group
from hebbax.tasks.registry import TASKS, make_task
from hebbax.tasks.task import Task
from hebbax.types import Simulation

XML = """<mujoco>
  <worldbody><body><joint name="slide" type="slide" axis="1 0 0"/><geom size="0.1" mass="1"/></body></worldbody>
  <actuator><motor joint="slide"/></actuator>
</mujoco>"""


def functions():
    return {
        "reset": lambda noise: (np.zeros(1), np.zeros(1), np.zeros(0)),
        "observe": lambda simulation, memory: simulation.qvel,
        "actuate": lambda action, simulation, memory: action,
        "outcome": lambda before, simulation, action, memory: (0.0, False, memory),
    }


def cart(build, **more):
    groups = {"observation": [Group("velocity", 1, "m/s")], "action": [Group("motor", 1, "share of 1 N", -1, 1)]}
    return check_task(Task(name="cart", world=hebbax.mujoco(build, substeps=1), **{**groups, **functions(), **more}))


def source():
    return mujoco.MjSpec.from_string(XML)


def without_mass():
    spec = source()
    for geom in spec.geoms:
        geom.mass = 0.0
    return spec


def test_a_model_comes_from_a_file_a_source_or_a_function(tmp_path):
    path = tmp_path / "cart.xml"
    path.write_text(XML)
    texts = [cart(build).world.xml for build in (path, str(path), source(), source)]
    assert len(set(texts)) == 1


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: XML.replace("<mujoco>", ""), "task 'cart': cannot build it"),
        (lambda: 3, "task 'cart': build is of type int, expected a path, an mujoco.MjSpec, or a function"),
        ("nowhere.xml", "task 'cart': cannot read the model nowhere.xml"),
        (lambda: without_mass(), "task 'cart': MuJoCo cannot compile the model: .*mass and inertia"),
    ],
)
def test_what_is_no_model(build, message):
    with pytest.raises(HebbaxError, match=message) as error:
        cart(build)
    assert "\n" not in str(error.value)


def test_former_names_are_taken_with_one_warning_at_the_line_that_uses_them():
    given = functions()
    with pytest.warns(
        DeprecationWarning,
        match="model_path is world.build now, substeps is .*, birth is reset now, ticks is length",
    ) as told:
        task = Task(
            name="cart",
            robot="cart",
            model_path=source(),
            substeps=1,
            observation_size=1,
            action_size=1,
            birth=given.pop("reset"),
            ticks=30,
            **given,
        )
    assert [warning.filename for warning in told] == [__file__]
    check_task(task)
    assert (task.length, task.observation, task.action_size) == (30, (Group("", 1, ""),), 1)
    with pytest.warns(DeprecationWarning, match="ticks is length now") as told:
        assert dataclasses.replace(task, ticks=5).length == 5
    assert [warning.filename for warning in told] == [__file__]
    with pytest.warns(DeprecationWarning, match="birth is reset now"):
        assert task.birth is task.reset
    with pytest.warns(DeprecationWarning, match="substeps is world.substeps now") as told:
        assert task.substeps == 1
    assert [warning.filename for warning in told] == [__file__]
    with pytest.warns(DeprecationWarning, match="model is world.model now"):
        assert task.model is task.world.model
    with pytest.warns(DeprecationWarning, match="substeps is world.substeps now"):
        assert dataclasses.replace(task, substeps=3).world.substeps == 3
    with pytest.raises(AttributeError, match="nobody"):
        task.nobody  # noqa: B018


def test_present_names_are_taken_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in TASKS:
            dataclasses.replace(make_task(name), length=5, observation_size=3)


def test_a_life_with_other_substeps_earns_its_true_speed(swimmer):
    """The reward without action is the speed: the way of a tick over the seconds that it takes."""
    slow = dataclasses.replace(swimmer, world=swimmer.world.replace(substeps=12))
    _, record = NativeEngine(slow, Replay(2, 6), threads=1).record(
        np.zeros(12, np.float32), jax.random.key(0), Scenario(ticks=6)
    )
    seconds = slow.world.model.opt.timestep * 12
    np.testing.assert_allclose(record.rewards[:-1], np.diff(record.qpos[:, 0]) / seconds, rtol=1e-12)


FORWARD = [
    name
    for name in TASKS
    if name != "cheetah_run" and not name.startswith(("inverted", "go1", "car_", "gecko", "dung_"))
]


@pytest.mark.parametrize("name", FORWARD)
def test_every_shipped_task_earns_its_true_speed_with_other_steps(name):
    """Twice the substeps of half as long again: the reward's speed is the way over three times the seconds."""
    task = make_task(name)

    def build():
        spec = task.world.spec.copy()
        spec.option.timestep *= 1.5
        return spec

    other = dataclasses.replace(task, world=task.world.replace(build=build, substeps=2 * task.world.substeps))
    assert other.control_period == pytest.approx(3 * task.control_period)
    data = mujoco.MjData(task.world.model)
    here = Simulation(*(np.array(getattr(data, field)) for field in Simulation._fields))
    ahead = {field: getattr(here, field) + 0.3 * (np.arange(3) == 0) for field in ("xpos", "xipos")}
    there = here._replace(qpos=here.qpos + 0.3 * (np.arange(here.qpos.size) == 0), cinert=here.cinert + 1.0, **ahead)
    action, memory = np.zeros(task.action_size), np.zeros(task.memory_size)

    def gain(of):
        """Return what a way of 0.3 m adds to the reward, the height being the same."""
        outcome = with_period(of.outcome, of.control_period)
        moved, still = outcome(here, there, action, memory), outcome(there, there, action, memory)
        counted = len(of.reward)
        return np.sum(np.ravel(moved[0])[:counted]) - np.sum(np.ravel(still[0])[:counted])

    factor = {"humanoid": 1.25, "quadruped": 21 / 22, "quadruped_najarro": 21 / 22}.get(name, 1.0)
    assert gain(task) == pytest.approx(factor * 0.3 / task.control_period)
    assert gain(other) == pytest.approx(gain(task) / 3)


def test_a_life_s_noise_is_that_of_jax_for_every_stream():
    from hebbax.compiling.noise import draw

    key = jax.random.key(11)
    drawn = draw(*np.asarray(jax.random.key_data(key)), 5)
    np.testing.assert_array_equal(drawn[0], jax.random.uniform(key, (5,), minval=-1.0))
    np.testing.assert_allclose(drawn[1], jax.random.normal(key, (10,))[5:], rtol=1e-5)
