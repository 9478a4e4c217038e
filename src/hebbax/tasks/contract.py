"""What a task's functions must return, tried once before any compiled code relies on it."""

from __future__ import annotations

import dataclasses
import math
import types
from typing import Any

import mujoco
import numpy as np

from hebbax.errors import HebbaxError
from hebbax.tasks.arguments import NEEDED, check_arguments, takes, with_period, without_noise
from hebbax.tasks.external.task import AnyTask, ExternalTask
from hebbax.tasks.groups import Group, is_identifier, nearest_identifier, repeated
from hebbax.tasks.task import Task
from hebbax.types import Noise
from hebbax.worlds.mujoco.simulation import simulation_of


def check_task(task: AnyTask) -> Task:
    """Call the four functions of a task once, in NumPy, and return the task; `reward` is as `outcome` has it.

    Compiled code does not check bounds: a size that is wrong would be read from other memory. Raises HebbaxError that
    names the function, what was expected and what it returned. What the numbers are does not matter here. An
    environment of another package has no such functions, and is an error too.
    """
    if isinstance(task, ExternalTask):
        raise HebbaxError(f"task {task.name!r} is an environment of another package: expected the vector engine")
    _check_description(task)
    for kind in NEEDED:
        check_arguments(getattr(task, kind), kind, task.name)
    _check_noise(task)
    with np.errstate(all="ignore"):
        return _with_one_term(task, _call_each(task))


def _check_description(task: Task) -> None:
    """Raise HebbaxError for groups, terms or numbers that a task cannot have."""
    for what, groups in (("observation", task.observation), ("action", task.action)):
        if not groups or not all(isinstance(group, Group) for group in groups):
            raise HebbaxError(f"task {task.name!r}: {what} is {groups!r}, expected hebbax.Group(name, size, unit), …")
        name = repeated([group.name for group in groups])
        if name is not None:
            raise HebbaxError(f"task {task.name!r}: two groups of {what} are called {name!r}; expected different names")
    _check_reward_names(task)
    for what, least in (("substeps", 1), ("length", 1), ("settle", 0), ("memory_size", 0), ("noise_size", 0)):
        value = getattr(task, what)
        if not isinstance(value, int | np.integer) or value < least:
            raise HebbaxError(f"task {task.name!r}: {what}={value!r}, expected a whole number of at least {least}")
    shape = task.observation_shape
    if shape is not None and math.prod(shape) != task.observation_size:
        raise HebbaxError(
            f"task {task.name!r}: observation_shape={shape} has {math.prod(shape)} numbers, but the groups of "
            f"observation have {task.observation_size}"
        )


def _check_reward_names(task: Task) -> None:
    if not task.reward:
        raise HebbaxError(f"task {task.name!r}: reward names no term, expected one at least")
    for name in task.reward:
        if not is_identifier(name):
            raise HebbaxError(
                f"task {task.name!r}: reward names a term {name!r}, expected lower-case words with single spaces or "
                f"hyphens; nearest valid: {nearest_identifier(name)!r}"
            )
    name = repeated(task.reward)
    if name is not None:
        raise HebbaxError(f"task {task.name!r}: reward names {name!r} twice; expected different names")


def _check_noise(task: Task) -> None:
    for kind in ("observe", "outcome"):
        if takes(getattr(task, kind), kind, "noise") and not task.noise_size:
            raise HebbaxError(
                f"task {task.name!r}: {kind} takes noise, so the task needs noise_size, how many numbers of each kind"
            )


def _call_each(task: Task) -> Any:
    """Call each function once; return what `outcome` gave as reward."""
    model = task.model
    data = mujoco.MjData(model)
    noise = Noise(np.zeros(model.nq + model.nv), np.zeros(model.nq + model.nv))
    qpos, qvel, memory = _parts(task, "reset", task.reset(noise), 3)
    _expect(task, "reset", "qpos", qpos, model.nq)
    _expect(task, "reset", "qvel", qvel, model.nv)
    _expect(task, "reset", "memory", memory, task.memory_size)
    data.qpos[:], data.qvel[:] = qpos, qvel
    mujoco.mj_forward(model, data)
    simulation = simulation_of(data)
    observe = without_noise(task.observe, "observe", task.noise_size)
    _expect(task, "observe", "the observation", observe(simulation, memory), task.observation_size)
    action = np.zeros(task.action_size)
    _expect(task, "actuate", "ctrl", task.actuate(action, simulation, memory), model.nu)
    outcome = without_noise(with_period(task.outcome, task.control_period), "outcome", task.noise_size)
    returned = outcome(simulation, simulation, action, memory)
    reward, done, memory = _parts(task, "outcome", returned, 3)
    _check_reward(task, reward)
    if np.shape(done) != ():
        raise HebbaxError(f"task {task.name!r}: outcome must return one truth value second, but it was {done!r}")
    _expect(task, "outcome", "memory", memory, task.memory_size)
    _check_contact_forces(task)
    for field in task.compares:
        if field not in simulation._fields:
            raise HebbaxError(f"task {task.name!r}: compares names {field!r}, expected fields of Simulation")
    return reward


def _check_reward(task: Task, reward: Any) -> None:
    terms = reward if isinstance(reward, tuple) else (reward,)
    names = task.reward if isinstance(reward, tuple) else ("reward",)
    if isinstance(reward, tuple) and len(reward) == 1:
        raise HebbaxError(f"task {task.name!r}: outcome returned a tuple of one reward term, expected a plain number")
    if len(terms) != len(names):
        raise HebbaxError(
            f"task {task.name!r}: outcome returned {len(terms)} reward terms, but reward names {len(names)}: "
            f"{', '.join(names)}"
        )
    for name, term in zip(names, terms, strict=True):
        if np.shape(term) != ():
            raise HebbaxError(
                f"task {task.name!r}: outcome must return one number as {name!r}, but it had shape {np.shape(term)}"
            )


def _with_one_term(task: Task, reward: Any) -> Task:
    """Return the task, with one name for a reward that is a plain number, as of a shipped task with another outcome."""
    if isinstance(reward, tuple) or len(task.reward) == 1:
        return task
    plain = dataclasses.replace(task, reward=("reward",))
    vars(plain).update({name: vars(task)[name] for name in ("spec", "model")})  # compiled once
    return plain


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
