"""The life of one task with one policy step, compiled, and kept on disk for the next process.

Numba's own cache looks at a function's file alone: it would return yesterday's reward after an edit in a function that
is called from it, and finds nothing for functions that are passed in. So a life has a fingerprint of everything that it
is compiled from, and is kept under that (`life_cache.py`): another fingerprint is another life.
"""

from __future__ import annotations

import importlib.util
import sys
import types
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from hebbax.compiling.compiler import compiled, copy, from_source, inlined, outermost
from hebbax.damage.apply import apply_forces, clear_forces, hold_coordinates, restore_forces
from hebbax.engines.fingerprint import fingerprint_of
from hebbax.engines.life_cache import LifeCache
from hebbax.engines.task_functions import TaskFunctions, task_functions, term_columns
from hebbax.kernels.policy_step import PolicyStep
from hebbax.tasks.task import Task
from hebbax.worlds.base import BodyHooks, WorldFunctions

_LIFE = Path(__file__).with_name("life.py")
_REMEMBER = "def remember(before, state):\n"


def specialise(task: Task, step: PolicyStep) -> Any:
    """Return the compiled `live` of a task and a policy step (see `life.py`)."""
    names = life_names(task, step)
    return _build(fingerprint(names, task.world.versions()), names)


def life_names(task: Task, step: PolicyStep) -> dict[str, Any]:
    """Return the compiled functions that `life.py` calls, by the names it calls them."""
    functions = task_functions(task)
    return {
        **functions._asdict(),
        **world_functions(task, functions)._asdict(),
        "remember": _remember(task.compared),
        "new_observation": _new_observation(task.observation_size),
        "sees_numbers": _sees_numbers if task.image is None else _sees_an_image,
        "write_activity": step.write_activity if task.activity and step.write_activity else _write_no_activity,
        "newborn": step.birth,
        "act": step.act,
        "adapt": step.adapt,
        "weights_of": step.weights,
        "put_weights": step.put_weights,
        "draw_weights": step.draw_weights,
        **_inheritance(step.inherit, step.weights),
        **_signal(term_columns(task) if step.reads_signal else None),
    }


@cache
def _new_observation(size: int) -> Any:
    """Return what makes room for an observation."""

    @inlined
    def new_observation():
        return np.empty(size)

    return new_observation


@inlined
def _sees_numbers():
    return True


@inlined
def _sees_an_image():
    return False


@cache
def _inheritance(inherit: Any, weights_of: Any) -> dict[str, Any]:
    """Return what a life calls to begin with the weights that the one before left, and to leave its own."""
    if inherit is None:
        return {"inherit": _leave_nothing, "bequeath": _leave_nothing}

    @compiled
    def begin(layout, carry, inherited):
        if inherited.shape[0] > 0:
            inherit(layout, carry, inherited)

    @compiled
    def bequeath(layout, carry, inherited):
        if inherited.shape[0] > 0:
            weights_of(layout, carry, inherited)

    return {"inherit": begin, "bequeath": bequeath}


@inlined
def _leave_nothing(layout, carry, inherited):
    pass


@inlined
def _write_no_activity(layout, carry, inputs, terms):
    pass


@cache
def _signal(terms: int | None) -> dict[str, Any]:
    """Return what a life calls to keep what an update hears: the reward, then so many terms; None for nothing."""
    size = 0 if terms is None else 1 + terms

    @inlined
    def new_signal():
        return np.zeros(size, np.float32)

    @inlined
    def hear(reward, terms, signal):
        signal[0] = reward
        for i in range(terms.shape[0]):
            signal[1 + i] = terms[i]

    return {"new_signal": new_signal, "hear": _hear_nothing if terms is None else hear}


@inlined
def _hear_nothing(reward, terms, signal):
    pass


def world_functions(task: Task, functions: TaskFunctions) -> WorldFunctions:
    """Return what lives of a task call of its world."""
    hooks = BodyHooks(apply_forces, restore_forces, clear_forces, hold_coordinates)
    return task.world.functions(task, functions.actuate, hooks)


@cache
def _remember(fields: tuple[str, ...]) -> Any:
    lines = [f"    copy(state.{field}.reshape(-1), before.{field}.reshape(-1))\n" for field in fields]
    return compiled(from_source(_REMEMBER + ("".join(lines) or "    pass\n"), "remember", {"copy": copy}))


def fingerprint(names: dict[str, Any], versions: Iterable[str] = ()) -> str:
    """Return what a life compiled with these functions depends on, as 24 hexadecimal digits.

    `versions` are those of what its world calls.
    """
    return fingerprint_of((_LIFE.read_bytes(), _load_module("hebbax_life_unnamed", names).live), versions)


def _load_module(name: str, names: dict[str, Any]) -> types.ModuleType:
    """Return `life.py` as a module of its own, in which these names are bound to these functions."""
    spec = importlib.util.spec_from_file_location(name, _LIFE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    module.__dict__.update(names)
    sys.modules[name] = module  # where Numba looks for the globals of a life that was kept
    spec.loader.exec_module(module)
    return module


_BUILT: dict[str, Any] = {}


def _build(name: str, names: dict[str, Any]) -> Any:
    if name not in _BUILT:
        function = _load_module(f"hebbax_life_{name}", names).live.py_func
        life = outermost(function, no_cfunc_wrapper=True)
        life._cache = LifeCache(name)  # Numba has no public way to give a function another cache than its own
        _BUILT[name] = life
    return _BUILT[name]
