"""What a task's functions must return, tried once before any compiled code relies on it."""

from __future__ import annotations

import types
from typing import Any

import mujoco
import numpy as np

from hebbax.errors import HebbaxError
from hebbax.tasks.external.task import AnyTask, ExternalTask
from hebbax.tasks.task import Task, simulation_of
from hebbax.types import Noise


def check_task(task: AnyTask) -> Task:
    """Call the four functions of a task once, in NumPy, and return the task.

    Compiled code does not check bounds: a size that is wrong would be read from other memory. Raises HebbaxError that
    names the function, what was expected and what it returned. What the numbers are does not matter here. An
    environment of another package has no such functions, and is an error too.
    """
    if isinstance(task, ExternalTask):
        raise HebbaxError(f"task {task.name!r} is an environment of another package: expected the vector engine")
    with np.errstate(all="ignore"):
        _call_each(task)
    return task


def _call_each(task: Task) -> None:
    model = task.model
    data = mujoco.MjData(model)
    noise = Noise(np.zeros(model.nq + model.nv), np.zeros(model.nq + model.nv))
    qpos, qvel, memory = _parts(task, "birth", task.birth(noise), 3)
    _expect(task, "birth", "qpos", qpos, model.nq)
    _expect(task, "birth", "qvel", qvel, model.nv)
    _expect(task, "birth", "memory", memory, task.memory_size)
    data.qpos[:], data.qvel[:] = qpos, qvel
    mujoco.mj_forward(model, data)
    simulation = simulation_of(data)
    _expect(task, "observe", "the observation", task.observe(simulation, memory), task.observation_size)
    action = np.zeros(task.action_size)
    _expect(task, "actuate", "ctrl", task.actuate(action, simulation, memory), model.nu)
    _, _, memory = _parts(task, "outcome", task.outcome(simulation, simulation, action, memory), 3)
    _expect(task, "outcome", "memory", memory, task.memory_size)
    _check_contact_forces(task)
    for field in task.compares:
        if field not in simulation._fields:
            raise HebbaxError(f"task {task.name!r}: compares names {field!r}, expected fields of Simulation")


def _check_contact_forces(task: Task) -> None:
    # Without the flag they would be zero, and nobody would notice.
    for name in ("observe", "actuate", "outcome"):
        if not task.contact_forces and _mentions(getattr(task, name), "cfrc_ext", set()):
            raise HebbaxError(f"task {task.name!r}: {name} reads cfrc_ext, so the task needs contact_forces=True")


def _mentions(value: Any, name: str, seen: set[int]) -> bool:
    """Whether a function, compiled or not, or any that it refers to has a name in its code."""
    function = getattr(value, "py_func", value)
    if not isinstance(function, types.FunctionType) or id(function) in seen:
        return False
    seen.add(id(function))
    names = _names(function.__code__)
    known = function.__globals__
    reached = [known[each] for each in names & known.keys()]
    reached += [cell.cell_contents for cell in function.__closure__ or ()]
    modules = [vars(each) for each in reached if isinstance(each, types.ModuleType)]
    reached += [module[each] for module in modules for each in names & module.keys()]
    return name in names or any(_mentions(each, name, seen) for each in reached)


def _names(code: types.CodeType) -> set[str]:
    inner = [_names(constant) for constant in code.co_consts if isinstance(constant, types.CodeType)]
    return {*code.co_names}.union(*inner)


def _parts(task: Task, function: str, returned: Any, count: int) -> tuple[Any, ...]:
    if not isinstance(returned, tuple) or len(returned) != count:
        raise HebbaxError(f"task {task.name!r}: {function} must return {count} values, but returned {returned!r}")
    return returned


def _expect(task: Task, function: str, what: str, value: Any, size: int) -> None:
    shape = np.shape(value)
    if shape != (size,):
        raise HebbaxError(f"task {task.name!r}: {function} must return {what} of shape ({size},), but it had {shape}")
