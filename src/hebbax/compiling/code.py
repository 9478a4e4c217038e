"""What the code of a function refers to."""

from __future__ import annotations

import types

_BY_VERSION = ("numpy", "math", "numba", "llvmlite")


def names_of(code: types.CodeType) -> set[str]:
    """Return the global names and attributes in a function's code, and in that of the functions within it."""
    inner = [names_of(constant) for constant in code.co_consts if isinstance(constant, types.CodeType)]
    return {*code.co_names}.union(*inner)


def follows_from_version(module: str) -> bool:
    """Whether what a module holds compiles to follows from its version, and need not be looked at."""
    return module.partition(".")[0] in _BY_VERSION
