"""Whether a function still refers to what it was compiled with: compiled code keeps the values of its globals."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from hebbax.compiling.code import follows_from_version, names_of
from hebbax.errors import HebbaxError

_AS_COMPILED: WeakKeyDictionary[Any, dict[str, Any]] = WeakKeyDictionary()


def check_unchanged(function: Any, *, compiled: bool = True) -> None:
    """Remember what a function refers to; raise HebbaxError if that has changed since it was compiled.

    `compiled` says whether it has been since it was last seen: until then another value is no harm.
    """
    plain = getattr(function, "py_func", function)
    values = dict(_globals_of(plain))
    known = _AS_COMPILED.get(function)
    if known is None or not compiled:
        _AS_COMPILED[function] = {name: _kept(value) for name, value in values.items()}
        return
    for name, value in values.items():
        if name in known and not _same(known[name], value):
            raise HebbaxError(
                f"{plain.__qualname__} was compiled with {name}={_short(known[name])}, which is {_short(value)} now: "
                "define the function anew, or start Python anew"
            )


def _globals_of(function: types.FunctionType) -> Iterator[tuple[str, Any]]:
    """Yield the names that a function reads from outside, with their values; of a module what it reads of it."""
    names = names_of(function.__code__)
    for name in sorted(names & function.__globals__.keys()):
        value = function.__globals__[name]
        if not isinstance(value, types.ModuleType):
            yield name, value
        elif not follows_from_version(value.__name__):
            for other in sorted(names & vars(value).keys()):
                yield f"{name}.{other}", vars(value)[other]


def _kept(value: Any) -> Any:
    return value.copy() if isinstance(value, np.ndarray) else value


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    if isinstance(one, int | float | str | bytes | tuple | np.generic) and type(one) is type(other):
        return bool(one == other) or (one != one and other != other)  # NaN is the same as before
    return one is other


def _short(value: Any) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else f"{text[:57]}..."
