"""Whether a function of a user's own leaves what it was given as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from hebbax.errors import HebbaxError


@contextmanager
def untouched(what: str, arguments: Mapping[str, Any]) -> Iterator[None]:
    """Raise HebbaxError if arrays among the arguments, or in NamedTuples among them, are written to meanwhile.

    Engines keep no second copy of a state: what is written to it changes the life, in some engines and not in others.
    """
    before = {name: array.copy() for name, array in _arrays(arguments)}
    yield
    for name, array in _arrays(arguments):
        if not np.array_equal(array, before[name], equal_nan=True):
            raise HebbaxError(f"{what} writes into {name}: expected a new array instead, such as {name}.copy()")


def _arrays(arguments: Mapping[str, Any]) -> Iterator[tuple[str, np.ndarray]]:
    for name, value in arguments.items():
        if isinstance(value, np.ndarray):
            yield name, value
        elif hasattr(value, "_fields"):
            yield from ((f"{name}.{field}", array) for field, array in zip(value._fields, value, strict=True))
