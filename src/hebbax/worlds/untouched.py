"""Whether a function of a user's own leaves what it was given as it is."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from typing import Any

import numpy as np

from hebbax.errors import HebbaxError, calling

_OF_A_LOCK = ("read-only", "Cannot modify readonly array", "setitem(readonly array")
"""What NumPy and Numba say of a write."""


def call_untouched(what: str, function: Callable[..., Any], arguments: Mapping[str, Any]) -> Any:
    """Call a function; raise HebbaxError if it writes to arrays among the arguments, or in NamedTuples among them.

    Engines keep no second copy of a state: what is written to it changes the life, in some engines and not in others.
    The arrays cannot be written to, so that a write is also found where it would change nothing yet, as of a limit that
    no number passes. What fails for that or another reason is called once more with arrays that can be written to, and
    HebbaxError says where it still fails.
    """
    before = dict(_arrays(arguments))
    try:
        return function(*_locked(arguments, before).values())
    except Exception as error:
        locked = error
    given = _changed(arguments, lambda _, array: array.copy())
    with calling(what):
        returned = function(*given.values())
    written = [name for name, array in _arrays(given) if not np.array_equal(array, before[name], equal_nan=True)]
    if not written and _is_of_a_lock(locked):
        written = [name for name in before if _writes_to(function, arguments, name)]
    if written:
        name = written[0]
        raise HebbaxError(f"{what} writes into {name}: expected a new array instead, such as {name}.copy()")
    return returned


def _writes_to(function: Callable[..., Any], arguments: Mapping[str, Any], name: str) -> bool:
    """Whether a function that can be called fails where one of the arrays cannot be written to."""
    try:
        function(*_locked(arguments, {name}).values())
    except Exception as error:
        return _is_of_a_lock(error)
    return False


def _is_of_a_lock(error: Exception) -> bool:
    told = f"{error} {error.__cause__}"  # of a compiled function, Numba's own words stand behind ours
    return any(words in told for words in _OF_A_LOCK)


def _locked(arguments: Mapping[str, Any], names: Container[str]) -> dict[str, Any]:
    """Return arguments with copies of their arrays, of which some, by name, cannot be written to."""

    def lock(name: str, array: np.ndarray) -> np.ndarray:
        copy = array.copy()
        copy.flags.writeable = name not in names
        return copy

    return _changed(arguments, lock)


def _changed(arguments: Mapping[str, Any], change: Callable[[str, np.ndarray], np.ndarray]) -> dict[str, Any]:
    """Return arguments with other arrays."""
    changed = dict(arguments)
    for name, value in arguments.items():
        if isinstance(value, np.ndarray):
            changed[name] = change(name, value)
        elif hasattr(value, "_fields"):
            changed[name] = value._make(
                change(f"{name}.{field}", array) for field, array in zip(value._fields, value, strict=True)
            )
    return changed


def _arrays(arguments: Mapping[str, Any]) -> Iterator[tuple[str, np.ndarray]]:
    for name, value in arguments.items():
        if isinstance(value, np.ndarray):
            yield name, value
        elif hasattr(value, "_fields"):
            yield from ((f"{name}.{field}", array) for field, array in zip(value._fields, value, strict=True))
