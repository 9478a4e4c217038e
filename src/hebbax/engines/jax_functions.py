"""Functions that were written for NumPy and Numba, as `jax.numpy` runs them: the same code, with other globals."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from hebbax.compiling.code import names_of
from hebbax.errors import HebbaxError, one_line
from hebbax.streams import BODY_STREAM, OBSERVATION_STREAM, OUTCOME_STREAM, RESTART_STREAM
from hebbax.tasks.arguments import takes, with_period
from hebbax.types import Noise

_STANDARD = sys.stdlib_module_names


def under_jax(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function in which `np` is `jax.numpy`, also in the functions that it calls.

    Those of NumPy and of Python's own library stay as they are.
    """
    return _twin(function, {})


def _twin(function: Any, known: dict[Any, Any]) -> Any:
    plain = getattr(function, "py_func", function)
    if function is np:
        return jnp
    if not isinstance(plain, types.FunctionType) or _is_foreign(plain):
        return function
    if plain in known:
        return known[plain]
    read, around = dict(plain.__globals__), plain.__closure__ or ()
    cells = tuple(types.CellType() for _ in around)
    twin = types.FunctionType(plain.__code__, read, plain.__name__, plain.__defaults__, cells)
    twin.__kwdefaults__ = plain.__kwdefaults__
    known[plain] = twin  # before what it calls, which may call it
    for name in names_of(plain.__code__) & read.keys():
        read[name] = _twin(read[name], known)
    for cell, original in zip(cells, around, strict=True):
        cell.cell_contents = _twin(original.cell_contents, known)
    return twin


def _is_foreign(function: types.FunctionType) -> bool:
    package = (function.__module__ or "").partition(".")[0]
    return package in ("numpy", "jax", "numba") or package in _STANDARD


class TaskUnderJax:
    """A task's four functions under `jax.numpy`, with the control period and noise of a life seen to.

    Raises HebbaxError, naming the function, where JAX cannot trace one.
    """

    def __init__(self, task: Any) -> None:
        self._task, self._reset = task, None if task.reset is None else under_jax(task.reset)
        self._observe, self._actuate = under_jax(task.observe), under_jax(task.actuate)
        self._outcome = under_jax(with_period(task.outcome, task.control_period))
        self._noisy = [takes(task.observe, "observe", "noise"), takes(task.outcome, "outcome", "noise")]

    def reset(self, key: Any, terminations: Any, size: int) -> Any:
        """Return what `reset` returns at a birth of the life of a key; None where a keyframe is all."""
        restart = jax.random.fold_in(jax.random.fold_in(key, RESTART_STREAM), terminations)
        first = jax.random.fold_in(key, BODY_STREAM)
        data = jnp.where(terminations == 0, *(jax.random.key_data(one) for one in (first, restart)))
        return None if self._reset is None else self._call("reset", self._reset, _noise(data, size))

    def observe(self, state: Any, memory: Any, key: Any, tick: Any) -> Any:
        """Return the observation, float32 [observations]."""
        more = self._more(0, key, OBSERVATION_STREAM, tick)
        seen = self._call("observe", self._observe, state, memory, **more)
        return jnp.asarray(seen, jnp.float32).reshape(self._task.observation_size)

    def actuate(self, action: Any, state: Any, memory: Any) -> Any:
        """Return the controls, float32 [controls]."""
        controls = self._call("actuate", self._actuate, action, state, memory)
        return jnp.asarray(controls, jnp.float32).reshape(self._task.world.control_size)

    def outcome(self, before: Any, state: Any, action: Any, memory: Any, key: Any, tick: Any) -> tuple[Any, ...]:
        """Return the reward, its terms [terms], whether the life is over, and the memory."""
        more = self._more(1, key, OUTCOME_STREAM, tick)
        found, done, kept = self._call("outcome", self._outcome, before, state, action, memory, **more)
        terms = jnp.stack([jnp.float32(term) for term in found]) if isinstance(found, tuple) else jnp.float32([found])
        reward = jnp.sum(terms[: len(self._task.reward)])
        return reward, terms, jnp.asarray(done, bool), jnp.asarray(kept, jnp.float32)

    def _more(self, place: int, key: Any, stream: int, tick: Any) -> dict[str, Any]:
        if not self._noisy[place]:
            return {}
        of_tick = jax.random.fold_in(jax.random.fold_in(key, stream), tick)
        return {"noise": _noise(jax.random.key_data(of_tick), self._task.noise_size)}

    def _call(self, kind: str, function: Callable[..., Any], *arguments: Any, **more: Any) -> Any:
        try:
            return function(*arguments, **more)
        except (TypeError, ValueError, IndexError, AttributeError) as error:
            raise HebbaxError(
                f"engine=mjx: task {self._task.name!r}: JAX cannot run {kind} ({one_line(error)}); expected no branch "
                "on a value and no writing to arrays, or engine=native"
            ) from error


def _noise(data: Any, size: int) -> Noise:
    """Return the numbers that compiled lives draw (`compiling.noise.draw`), to float32 rounding."""
    key = jax.random.wrap_key_data(data)
    return Noise(jax.random.uniform(key, (size,), minval=-1.0, maxval=1.0), jax.random.normal(key, (2 * size,))[size:])
