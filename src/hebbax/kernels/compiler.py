"""How every kernel is compiled: the flags, and why these."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba

# Plain fastmath assumes that NaN and infinity do not happen, and would delete the checks that find a diverging life.
FLAGS: dict[str, Any] = {
    "nogil": True,
    "error_model": "numpy",
    "fastmath": {"reassoc", "nsz", "arcp", "contract"},
}


def compiled(function: Callable[..., Any]) -> Any:
    """Return the function as a Numba dispatcher with the project's flags."""
    return numba.njit(**FLAGS)(function)


def kernel(function: Callable[..., Any]) -> Any:
    """Return a function that makes no array, not even a slice, as a dispatcher that counts no references to any.

    Numba counts them otherwise, with atomic instructions, as arrays are passed on from function to function: that cost
    a small network more than its arithmetic.
    """
    flags: dict[str, Any] = {"_nrt": False, **FLAGS}
    return numba.njit(**flags)(function)


def from_source(source: str, name: str, names: dict[str, Any]) -> Callable[..., Any]:
    """Return a function of generated text, with `names` as its globals."""
    namespace = dict(names)
    exec(compile(source, f"<hebbax {name}>", "exec"), namespace)
    return namespace[name]


@kernel
def copy(source, target):
    """Write all numbers of a flat array over those of another as long.

    Slice assignment says the same, but brings Numba's text formatting with it, for an error that cannot happen here:
    seconds of compiling.
    """
    for i in range(target.shape[0]):
        target[i] = source[i]
