"""What a task's functions must return, tried once before any compiled code relies on it."""

from __future__ import annotations

import dataclasses
import functools
import math
import types
from typing import Any, cast

import numpy as np

from hebbax.compiling.code import names_of
from hebbax.compiling.compiler import as_python
from hebbax.errors import HebbaxError, are_real
from hebbax.tasks.arguments import NEEDED, check_arguments, takes, with_period, without_noise
from hebbax.tasks.external.task import AnyTask
from hebbax.tasks.groups import Group, is_identifier, nearest_identifier, repeated
from hebbax.tasks.task import Task
from hebbax.worlds.untouched import call_untouched


def compiled_task(task: AnyTask) -> Task:
    """Return a task after `check_task`. Raises HebbaxError for a world that compiled lives cannot run."""
    if not task.world.compiled:
        raise HebbaxError(f"task {task.name!r} is an {task.world.kind} of another package: expected the vector engine")
    return cast("Task", check_task(task))


def check_task(task: AnyTask) -> AnyTask:
    """Call the functions of a task once, in NumPy, and return the task; `reward` is as `outcome` has it.

    Compiled code does not check bounds: a size that is wrong would be read from other memory. Raises HebbaxError that
    names the function, what was expected and what it returned. What the numbers are does not matter here. An
    environment of another package has no such functions, and nothing to check.
    """
    if not task.world.compiled:
        return task
    ours = cast("Task", task)
    _check_description(ours)
    for kind in NEEDED:
        if kind != "reset" or ours.reset is not None:
            check_arguments(getattr(ours, kind), kind, ours.name)
    _check_noise(ours)
    with ours.named():
        ours.world.check()
    with np.errstate(all="ignore"), as_python():
        return _with_one_term(ours, _call_each(ours))


def _check_description(task: Task) -> None:
    """Raise HebbaxError for groups, terms or numbers that a task cannot have."""
    for what, groups in (("observation", task.observation), ("action", task.action)):
        if not groups or not all(isinstance(group, Group) for group in groups):
            raise HebbaxError(f"task {task.name!r}: {what} is {groups!r}, expected hebbax.Group(name, size, unit), …")
        name = repeated([group.name for group in groups])
        if name is not None:
            raise HebbaxError(f"task {task.name!r}: two groups of {what} are called {name!r}; expected different names")
    _check_reward_names(task)
    for what, least in (("length", 1), ("settle", 0), ("memory_size", 0), ("noise_size", 0)):
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
    for name in task.terms:
        if not is_identifier(name):
            field = "reward" if name in task.reward else "shaping"
            raise HebbaxError(
                f"task {task.name!r}: {field} names a term {name!r}, expected lower-case words with single spaces or "
                f"hyphens; nearest valid: {nearest_identifier(name)!r}"
            )
    name = repeated(task.terms)
    if name is not None:
        named = "reward and shaping name" if task.shaping else "reward names"
        raise HebbaxError(f"task {task.name!r}: {named} {name!r} twice; expected different names")


def _check_noise(task: Task) -> None:
    for kind in ("observe", "outcome"):
        if takes(getattr(task, kind), kind, "noise") and not task.noise_size:
            raise HebbaxError(
                f"task {task.name!r}: {kind} takes noise, so the task needs noise_size, how many numbers of each kind"
            )


def _call_each(task: Task) -> Any:
    """Call each function once; return what `outcome` gave as reward."""
    world, expect = task.world, functools.partial(_expect, task)
    with task.named():
        returned = None if task.reset is None else _call(task, "reset", task.reset, world.example_noise())
        state, memory = world.check_reset(returned, expect, task.memory_size)
    _expect(task, "reset", "memory", memory, (task.memory_size,))
    observe = without_noise(task.observe, "observe", task.noise_size)
    action = np.full(task.action_size, 0.5)  # not 0, which would hide a function that writes into it
    outcome = without_noise(with_period(task.outcome, task.control_period), "outcome", task.noise_size)
    with task.named():
        observation = _call(task, "observe", observe, state, memory)
        controls = _call(task, "actuate", task.actuate, action, state, memory)
        arguments = state, state, action, memory
        returned = _call(task, "outcome", outcome, *arguments)
    _expect(task, "observe", "the observation", observation, (task.observation_size,))
    _expect(task, "actuate", "controls", controls, (world.control_size,))
    reward, done, next_memory = _parts(task, "outcome", returned, 3)
    _check_reward(task, reward)
    if np.shape(done) != () or not are_real(done):
        raise HebbaxError(f"task {task.name!r}: outcome must return one truth value second, but it was {done!r}")
    _expect(task, "outcome", "memory", next_memory, (task.memory_size,))
    _check_uncomputed(task)
    _check_compared(task, outcome, arguments, returned)
    return reward


def _call(task: Task, kind: str, function: Any, *arguments: Any) -> Any:
    try:
        return call_untouched(kind, function, dict(zip(NEEDED[kind], arguments, strict=True)))
    except HebbaxError as error:
        field = str(error.__cause__.name) if isinstance(error.__cause__, AttributeError) else ""
        remedy = task.world.remedy(field)
        if remedy is None:
            raise
        raise HebbaxError(f"{kind} reads {field}, so {remedy}") from error


def _check_compared(task: Task, outcome: Any, arguments: tuple[Any, ...], returned: Any) -> None:
    """Raise HebbaxError where `outcome` reads a field of the state before that lives do not keep: it is NaN there."""
    state = arguments[0]
    for field in task.compared:
        if field not in state._fields:
            fields = f"fields of {type(state).__name__}: {', '.join(state._fields)}"
            raise HebbaxError(f"task {task.name!r}: compares names {field!r}, expected {fields}")
    for field in state._fields:
        if field not in task.compared and not _same(_without(outcome, arguments, field), returned):
            raise HebbaxError(
                f"task {task.name!r}: outcome reads {field} of the state before, which compares does not name: "
                f"expected compares={(*task.compared, field)!r}"
            )


def _without(outcome: Any, arguments: tuple[Any, ...], field: str) -> Any:
    """Return what `outcome` makes of a state before in which a field is unknown; None where it cannot do without."""
    before = arguments[0]._replace(**{field: np.full_like(getattr(arguments[0], field), np.nan)})
    try:
        return outcome(before, *arguments[1:])
    except (ValueError, ArithmeticError):  # of NaN, where the whole state was no such problem
        return None


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    return one is other or (one is not None and np.array_equal(one, other, equal_nan=True))


def _check_reward(task: Task, reward: Any) -> None:
    terms = reward if isinstance(reward, tuple) else (reward,)
    names = task.own_terms if isinstance(reward, tuple) else ("reward",)
    if isinstance(reward, tuple) and len(reward) == 1:
        raise HebbaxError(f"task {task.name!r}: outcome returned a tuple of one reward term, expected a plain number")
    if len(terms) != len(names):
        raise HebbaxError(
            f"task {task.name!r}: outcome returned {len(terms)} reward terms, but "
            f"{'reward and shaping name' if task.shaping else 'reward names'} {len(names)}: "
            f"{', '.join(names)}"
        )
    for name, term in zip(names, terms, strict=True):
        if np.shape(term) != ():
            raise HebbaxError(
                f"task {task.name!r}: outcome must return one number as {name!r}, but it had shape {np.shape(term)}"
            )
        if not are_real(term):
            raise HebbaxError(f"task {task.name!r}: outcome must return one number as {name!r}, but it was {term!r}")


def _with_one_term(task: Task, reward: Any) -> Task:
    """Return the task, with one name for a reward that is a plain number, as of a shipped task with another outcome."""
    if isinstance(reward, tuple) or len(task.own_terms) == 1:
        return task
    return dataclasses.replace(task, reward=("reward",), shaping=(), training_weights={}, training_phases=())


def _check_uncomputed(task: Task) -> None:
    # It would be zero, and nobody would notice.
    for name in ("observe", "actuate", "outcome"):
        for field, remedy in task.world.uncomputed().items():
            if _mentions(getattr(task, name), field, set()):
                raise HebbaxError(f"task {task.name!r}: {name} reads {field}, so {remedy}")


def _mentions(value: Any, name: str, seen: set[int]) -> bool:
    """Whether a function, compiled or not, or any that it refers to has a name in its code."""
    function = getattr(value, "py_func", value)
    if not isinstance(function, types.FunctionType) or id(function) in seen:
        return False
    seen.add(id(function))
    names = names_of(function.__code__)
    known = function.__globals__
    reached = [known[each] for each in names & known.keys()]
    reached += [cell.cell_contents for cell in function.__closure__ or ()]
    modules = [vars(each) for each in reached if isinstance(each, types.ModuleType)]
    reached += [module[each] for module in modules for each in names & module.keys()]
    return name in names or any(_mentions(each, name, seen) for each in reached)


def _parts(task: Task, function: str, returned: Any, count: int) -> tuple[Any, ...]:
    if not isinstance(returned, tuple) or len(returned) != count:
        raise HebbaxError(f"task {task.name!r}: {function} must return {count} values, but returned {returned!r}")
    return returned


def _expect(task: Task, function: str, what: str, value: Any, shape: tuple[int, ...]) -> None:
    found = np.shape(value)
    if found != shape:
        raise HebbaxError(f"task {task.name!r}: {function} must return {what} of shape {shape}, but it had {found}")
    if not are_real(value):
        raise HebbaxError(f"task {task.name!r}: {function} must return {what} of real numbers, but it was {value!r}")
