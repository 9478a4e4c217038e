"""The functions of damages, compiled one by one, so that a life need not be compiled anew for each that it meets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numba
import numpy as np
from numba import types
from numba.core.ccallback import CFunc
from numba.np.numpy_support import carray

from hebbax.compiling.noise import normal, uniform
from hebbax.compiling.unchanged import check_unchanged
from hebbax.compiling.uncompiled import compiling
from hebbax.damage.event_table import BEGIN, HOOK, INDEX, event_table
from hebbax.damage.events import Event
from hebbax.damage.kind import VALUES, Change, DamageNoise, Kind
from hebbax.damage.kinds import KINDS
from hebbax.engines.fingerprint import fingerprint_of
from hebbax.engines.life_cache import LifeCache
from hebbax.policies.any_policy import AnyPolicy
from hebbax.tasks.external.task import AnyTask

# No fastmath: these run rarely, and a sum in another order would change lives of stored records.
_FLAGS: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
_NUMBERS = types.CPointer(types.float64)
_SIGNATURE = types.void(
    _NUMBERS, types.intp, _NUMBERS, _NUMBERS, types.intp, types.uint32, types.uint32, _NUMBERS
)  # values, their number, (x, y, z, relative), state, its size, key, fresh weights


def damage_table(events: Sequence[Event], task: AnyTask, policy: AnyPolicy) -> np.ndarray:
    """Return the table of `event_table` with the addresses of the functions in it."""
    table = event_table(events, task, policy)
    for row in table:
        kind = KINDS[events[int(row[INDEX])].kind]
        for function in filter(None, (kind.change, kind.begin)):
            check_unchanged(function)
        if kind.change is not None and kind.stage != "model":  # which compiled code has nothing to do with
            row[HOOK], row[BEGIN] = _addresses(kind, kind.change)
    return table


@cache
def _addresses(kind: Kind, change: Change) -> tuple[int, int]:
    hook = _compile(_change(kind, numba.njit(**_FLAGS)(change)))
    if kind.begin is None:
        return hook, 0
    return hook, _compile(_begin(kind, numba.njit(**_FLAGS)(kind.begin)))


_KEPT: list[CFunc] = []
"""Compiled functions are gone with the object that holds them."""


def _compile(function: Callable[..., Any]) -> int:
    hook: Any = CFunc(function, (_SIGNATURE.args, _SIGNATURE.return_type), {}, {"nopython": True, **_FLAGS})
    hook._cache = LifeCache(fingerprint_of(function))  # as for a life, Numba's own cache would miss edits
    with compiling():
        hook.compile()
    _KEPT.append(hook)
    return hook.address


@cache
def _value(form: str) -> Any:
    """Return how the value is taken from (x, y, z, relative)."""
    if VALUES[form] == 3:
        return numba.njit(**_FLAGS)(lambda numbers: numbers[:3])
    if form == "position":
        return numba.njit(**_FLAGS)(lambda numbers: numbers[::3])
    return numba.njit(**_FLAGS)(lambda numbers: numbers[0])


def _change(kind: Kind, change: Any) -> Callable[..., Any]:
    value_of = _value(kind.value)
    draws_uniform, draws_normal = (int(kind.draws in (name, "both")) for name in ("uniform", "normal"))
    has_fresh = int(kind.draws == "fresh")
    skipped = int(kind.draws == "both")  # or a normal number would follow from the uniform one of its place

    def hook(values_at, size, value_at, state_at, state_size, key0, key1, fresh_at):
        values, state, numbers = (
            carray(values_at, size),
            carray(state_at, state_size),
            carray(value_at, 4),
        )
        uniforms, normals = np.empty(size * draws_uniform), np.empty(size * draws_normal)
        for i in range(len(uniforms)):
            uniforms[i] = uniform(key0, key1, i, np.float32(-1.0), np.float32(1.0))
        for i in range(len(normals)):
            normals[i] = normal(key0, key1, skipped * size + i)
        noise = DamageNoise(uniforms, normals, carray(fresh_at, size * has_fresh))
        changed, following = change(values, value_of(numbers), state, noise)
        # What is returned may be a view of what was given.
        spare, kept = np.empty(size), np.empty(state_size)
        for i in range(size):
            spare[i] = changed[i]
        for i in range(state_size):
            kept[i] = following[i]
        values[:], state[:] = spare, kept

    return hook


def _begin(kind: Kind, begin: Any) -> Callable[..., Any]:
    value_of = _value(kind.value)

    def hook(values_at, size, value_at, state_at, state_size, key0, key1, fresh_at):
        numbers = carray(value_at, 4)
        state = begin(carray(values_at, size), value_of(numbers))
        kept = carray(state_at, state_size)
        for i in range(state_size):
            kept[i] = state[i]

    return hook
