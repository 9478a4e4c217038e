"""A task's functions compiled over many simulations at once, for the lockstep engine."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from hebbax.compiling.compiler import compiled, copy, copy_by_way_of, from_source
from hebbax.engines.fingerprint import fingerprint_of
from hebbax.engines.life import draw_birth
from hebbax.engines.life_cache import kept
from hebbax.engines.specialise import world_functions
from hebbax.engines.task_functions import TaskFunctions, task_functions
from hebbax.tasks.task import Task
from hebbax.worlds.base import WorldFunctions


class BatchedTask(NamedTuple):
    """A task's functions over all lives; `which` and `alive` [lives] say which to touch, `ticks` [lives] when each is.

    - `place(keys, terminations, which, states, memory)` fills the last two with births.
    - `observe(states, memory, alive, keys, ticks, out)` fills out [lives, observations].
    - `actuate(actions, states, memory, alive, out)` fills out [lives, controls].
    - `outcome(befores, states, actions, memory, alive, keys, ticks, rewards, done, terms)` fills the last three and
      updates memory.
    - `world` is what compiled lives call of the world.
    """

    place: Any
    observe: Any
    actuate: Any
    outcome: Any
    world: WorldFunctions


_KEPT: WeakKeyDictionary[Task, tuple[str, BatchedTask]] = WeakKeyDictionary()


def batch_task(task: Task) -> BatchedTask:
    """Return the task's functions over many simulations, compiled anew where what they refer to has changed."""
    functions = task_functions(task)
    world = world_functions(task, functions)
    fingerprint = fingerprint_of((*functions, *world))
    if task not in _KEPT or _KEPT[task][0] != fingerprint:
        _KEPT[task] = (fingerprint, _batch(functions, world, task.world.state, task.world.versions()))
    return _KEPT[task][1]


def _batch(functions: TaskFunctions, world: WorldFunctions, state: type, versions: tuple[str, ...]) -> BatchedTask:
    one_of = row_of(state)
    return BatchedTask(
        kept(_place(world.birth_size, world.place, one_of), versions),
        kept(_observe(functions.observe, one_of), versions),
        kept(_actuate(functions.actuate, one_of), versions),
        kept(_outcome(functions.outcome, functions.write_terms, one_of), versions),
        world,
    )


@cache
def row_of(state: type) -> Any:
    """Return the compiled function of states and a row that returns the arrays of one simulation."""
    fields = ", ".join(f"states.{name}[i]" for name in state._fields)  # pyright: ignore[reportAttributeAccessIssue]
    return compiled(from_source(f"def one_of(states, i):\n    return State({fields})\n", "one_of", {"State": state}))


def _place(birth_size: Any, place: Any, one_of: Any) -> Any:
    def place_all(keys, terminations, which, states, memory):
        for i in range(keys.shape[0]):
            if which[i]:
                state = one_of(states, i)
                noise = draw_birth(keys[i, 0], keys[i, 1], terminations[i], birth_size(state))
                place(noise, state, memory[i])

    return place_all


def _observe(observe: Any, one_of: Any) -> Any:
    def observe_all(states, memory, alive, keys, ticks, out):
        for i in range(out.shape[0]):
            if alive[i]:
                copy(observe(one_of(states, i), memory[i], keys[i, 0], keys[i, 1], ticks[i]), out[i])

    return observe_all


def _actuate(actuate: Any, one_of: Any) -> Any:
    def actuate_all(actions, states, memory, alive, out):
        spare = np.empty(out.shape[1])
        for i in range(out.shape[0]):
            if alive[i]:
                # What is returned may be a view of the controls themselves.
                copy_by_way_of(spare, actuate(actions[i], one_of(states, i), memory[i]), out[i])

    return actuate_all


def _outcome(outcome: Any, write_terms: Any, one_of: Any) -> Any:
    def outcome_all(befores, states, actions, memory, alive, keys, ticks, rewards, done, terms):
        spare = np.empty(memory.shape[1])
        for i in range(rewards.shape[0]):
            if alive[i]:
                before, after = one_of(befores, i), one_of(states, i)
                key0, key1, tick = keys[i, 0], keys[i, 1], ticks[i]
                rewards[i], done[i], new_memory = outcome(before, after, actions[i], memory[i], key0, key1, tick)
                write_terms(before, after, actions[i], memory[i], key0, key1, tick, terms[i])
                copy_by_way_of(spare, new_memory, memory[i])  # it may be a view of the memory before

    return outcome_all
