"""Pictures that a life observed, drawn anew from the states that a recording holds, and harmed as they were.

A picture takes many times the room of the state that it is drawn from. So a recording of a task that observes pictures
keeps those alone that do not come out of its states to the bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hebbax.compiling.compiler import compiled, copy, outermost
from hebbax.config.train import from_stored
from hebbax.damage.apply import change_values
from hebbax.damage.draws import drawn
from hebbax.damage.event_table import SENSE, states_of
from hebbax.damage.events import Event
from hebbax.damage.text import parse_damages
from hebbax.engines.batched import row_of
from hebbax.engines.fingerprint import fingerprint_of
from hebbax.engines.hooks import damage_table
from hebbax.engines.life_cache import LifeCache
from hebbax.engines.scenario import variant_of
from hebbax.engines.task_functions import task_functions
from hebbax.evolution.trust import check_trust
from hebbax.policies.any_policy import AnyPolicy
from hebbax.policies.make_policy import make_policy
from hebbax.tasks.external.task import AnyTask
from hebbax.tasks.registry import make_task
from hebbax.tasks.task import Task


def is_redrawn(task: AnyTask) -> bool:
    """Whether what a task observes is a picture of a state that recordings hold."""
    return isinstance(task, Task) and task.observation_shape is not None and bool(task.world.state_units())


class Redraw:
    """Draws what one life observed; the ticks that it is asked for come in order, each once."""

    def __init__(self, task: Task, policy: AnyPolicy, events: Sequence[Event], key: np.ndarray) -> None:
        """Take a life's key, uint32 [2], and what happens to it; raises HebbaxError for what it cannot have."""
        self._task, self._key = task, np.asarray(key, np.uint32)
        self._table = damage_table(drawn(events, self._key, task, policy), task, policy)
        self._states = states_of(self._table)

    def observations(self, states: Any, ticks: np.ndarray) -> np.ndarray:
        """Return what is observed in the states [ticks, …] of some ticks, float64 [ticks, observations].

        A damage that remembers, such as a delay, remembers these ticks alone.
        """
        task, out = self._task, np.empty((len(ticks), self._task.observation_size))
        arrays = (np.ascontiguousarray(array, np.float64) for array in states)
        memory, numbers = np.zeros(task.memory_size), np.asarray(ticks, np.int64)
        key0, key1 = self._key
        _drawing(task)(task.world.state(*arrays), memory, key0, key1, numbers, self._table, self._states, out)
        return out


def redraw_of_stored(config: dict[str, Any], damage: str, path: Path, life: int, key: np.ndarray) -> Redraw:
    """Return what draws the pictures of a life of a recording, from what its file says.

    Raises HebbaxError for a task that would import a module which nobody has named, or that is another today.
    """
    settings = from_stored(config)
    check_trust(settings, path)
    task = make_task(settings.task.name)
    if not isinstance(task, Task):
        raise TypeError(f"task {task.name!r} has no functions")  # `is_redrawn` was asked when it was written
    events = variant_of(parse_damages(damage, task.control_period), life)
    return Redraw(task, make_policy(settings.policy, task), events, key)


_DRAWING: dict[str, Any] = {}


def _drawing(task: Task) -> Any:
    """Return the compiled function that draws a task's pictures, and harms them."""
    observe, one_of = task_functions(task).observe, row_of(task.world.state)

    @compiled
    def draw(states, memory, key0, key1, ticks, events, remembered, out):
        seen = np.empty(out.shape[1])
        for i in range(out.shape[0]):
            copy(observe(one_of(states, i), memory, key0, key1, ticks[i]), seen)
            change_values(events, ticks[i], SENSE, remembered, key0, key1, seen)
            copy(seen, out[i])

    name = fingerprint_of(draw)
    if name not in _DRAWING:
        _DRAWING[name] = outermost(draw.py_func, no_cfunc_wrapper=True)
        _DRAWING[name]._cache = LifeCache(name)  # as for a life, Numba's own cache would miss edits
    return _DRAWING[name]
