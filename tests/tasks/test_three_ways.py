"""A task's functions in NumPy, compiled by Numba, and traced by JAX: one text, one result."""

import dataclasses
import types

import jax
import jax.numpy as jnp
import mujoco
import numpy as np
import pytest

import hebbax
from hebbax.compiling.compiler import compiled
from hebbax.tasks.arguments import takes, with_period
from hebbax.tasks.from_model.source import run_text, task_text
from hebbax.tasks.registry import TASKS, make_task
from hebbax.types import Noise, Simulation
from hebbax.worlds.mujoco.anatomy.anatomy import examine
from hebbax.worlds.mujoco.anatomy.read import read_model
from hebbax.worlds.mujoco.simulation import simulation_of

TICKS = 25  # until feet are on the ground


def traced(function):
    """Return the function, and all that it calls, with `np` bound to `jax.numpy`, under jit."""
    return jax.jit(rebound(function))


def rebound(function):
    names = {**function.__globals__, "np": jnp}
    helpers = [name for name in function.__code__.co_names if hasattr(names.get(name), "py_func")]
    names |= {name: rebound(names[name].py_func) for name in helpers}
    return types.FunctionType(function.__code__, names, "traced", function.__defaults__, function.__closure__)


def calls_of(task):
    """Return the arguments that the four functions have in the middle of a life."""
    model, rng = task.world.model, np.random.default_rng(1)
    size = model.nq + model.nv
    noise = Noise(rng.uniform(-1, 1, size), rng.normal(size=size))
    data = mujoco.MjData(model)
    data.qpos[:], data.qvel[:], memory = task.reset(noise)
    mujoco.mj_forward(model, data)
    simulation = before = simulation_of(data)
    for _ in range(TICKS):
        before = Simulation(*(field.copy() for field in simulation))
        action = rng.uniform(-1, 1, task.action_size)
        data.ctrl[:] = task.actuate(action, simulation, memory)
        mujoco.mj_step(model, data, nstep=task.world.substeps)
        mujoco.mj_rnePostConstraint(model, data)
    return {
        "reset": (noise,),
        "observe": (simulation, memory),
        "actuate": (action, simulation, memory),
        "outcome": (before, simulation, action, memory, *_period_and_noise(task, rng)),
    }


def _period_and_noise(task, rng):
    """Return what an outcome with noise takes besides; of others the control period is a constant."""
    if not takes(task.outcome, "outcome", "noise"):
        return ()
    return task.control_period, Noise(rng.uniform(-1, 1, task.noise_size), rng.normal(size=task.noise_size))


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if name in ("ant", "swimmer") else [pytest.mark.slow])
        for name in TASKS
        if not name.startswith("car_")  # without MuJoCo: tests/tasks/test_car_racing.py
    ],
)
def test_numpy_numba_and_jax_agree(name):
    check(make_task(name))


@pytest.mark.parametrize(
    "write",
    [
        "write_arm",
        pytest.param("write_quadruped", marks=pytest.mark.slow),
        pytest.param("write_hand", marks=pytest.mark.slow),
        pytest.param("write_hopper", marks=pytest.mark.slow),
    ],
)
def test_they_agree_on_a_task_that_was_read_off_a_model(others_robots, tmp_path, write):
    anatomy = examine(read_model(getattr(others_robots, write)(tmp_path / "model")))
    world = hebbax.mujoco(anatomy.spec, substeps=anatomy.substeps, keyframe=anatomy.keyframe)
    check(dataclasses.replace(run_text(task_text(anatomy, "mine", "mine.xml"), "<mine>"), world=world))


def check(task):
    """Assert that the four functions of a task give the same in three ways."""
    for function, arguments in calls_of(task).items():
        plain = with_period(task.outcome, task.control_period) if function == "outcome" else getattr(task, function)
        expected = plain(*arguments)
        for way, tolerance in ((compiled(plain), 1e-12), (traced(plain), 1e-4)):
            result = way(*arguments)
            parts = zip(jax.tree.leaves(result), jax.tree.leaves(expected), strict=True)
            for part, value in parts:
                assert np.shape(part) == np.shape(value), function
                np.testing.assert_allclose(part, value, rtol=tolerance, atol=tolerance, err_msg=function)
