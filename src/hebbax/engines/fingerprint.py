"""What compiled code depends on, as a digest: bytecode, constants, and all that a function refers to."""

from __future__ import annotations

import hashlib
import sys
import types
from collections.abc import Callable, Collection, Iterable
from typing import Any

import llvmlite
import numba
import numpy as np
from numba.core.dispatcher import Dispatcher
from numba.core.extending import _Intrinsic as Intrinsic  # it has no public name

from hebbax.compiling.code import follows_from_version, names_of
from hebbax.compiling.compiler import FLAGS
from hebbax.compiling.unchanged import check_unchanged
from hebbax.settings import of_numba


def fingerprint_of(value: Any, versions: Iterable[str] = ()) -> str:
    """Return what a value compiles to, as 24 hexadecimal digits: under another it is other code.

    `versions` are those of what it calls beside what everything is compiled with.
    """
    digest = hashlib.sha256()
    digest_environment(digest, versions)
    digest_value(value, digest)
    return digest.hexdigest()[:24]


def digest_environment(digest: Any, versions: Iterable[str] = ()) -> None:
    """Add the versions and the settings that code is compiled under, and further versions."""
    for version in (numba.__version__, llvmlite.__version__, np.__version__, sys.version, *versions):
        digest.update(version.encode())
    # A life compiled under NUMBA_OPT=0 must not serve all processes after it.
    _digest_flags({**of_numba(), **FLAGS}, digest)


def digest_value(value: Any, digest: Any, attributes: Collection[str] = (), seen: dict[int, int] | None = None) -> None:
    """Add what a compiled function would make of a value: code, constants and all that it refers to.

    Raises HebbaxError for a compiled function that refers to something else than when it was compiled.
    """
    seen = {} if seen is None else seen
    if isinstance(value, Dispatcher):
        if id(value.py_func) not in seen:
            check_unchanged(value, compiled=bool(value.overloads))
        _digest_flags(value.targetoptions, digest)
        value = value.py_func
    elif isinstance(value, Intrinsic):
        value = vars(value)["__wrapped__"]
    if isinstance(value, types.FunctionType) and follows_from_version(value.__module__ or ""):
        # What such a function refers to, as Numba's carray does, may be written by its place in memory.
        digest.update(f"{value.__module__}.{value.__qualname__}".encode())
    elif isinstance(value, types.FunctionType):
        if id(value) not in seen:
            seen[id(value)] = len(seen)
            _digest_function(value, digest, seen)
        else:  # which of those before: (f, g, f) is not (f, g, g)
            digest.update(f"#{seen[id(value)]}".encode())
    elif isinstance(value, np.ndarray):
        digest.update(f"{value.dtype}{value.shape}".encode() + value.tobytes())
    elif isinstance(value, tuple | list):
        for item in value:
            digest_value(item, digest, attributes, seen)
    elif isinstance(value, types.ModuleType):
        digest.update(value.__name__.encode())
        if not follows_from_version(value.__name__):
            for name in sorted(set(attributes) & vars(value).keys()):
                digest_value(vars(value)[name], digest, attributes, seen)
    else:
        digest.update(repr((value, getattr(value, "_fields", ()))).encode())


def _digest_flags(flags: dict[str, Any], digest: Any) -> None:
    ordered = {key: sorted(value) if isinstance(value, set | frozenset) else value for key, value in flags.items()}
    digest.update(repr(sorted(ordered.items())).encode())


def _digest_function(function: Callable[..., Any], digest: Any, seen: dict[int, int]) -> None:
    _digest_code(function.__code__, digest)
    names = names_of(function.__code__)
    for name in sorted(names & function.__globals__.keys()):
        digest.update(name.encode())
        digest_value(function.__globals__[name], digest, names, seen)
    for cell in function.__closure__ or ():
        digest_value(cell.cell_contents, digest, names, seen)
    digest_value(function.__defaults__ or (), digest, names, seen)
    digest_value(sorted((function.__kwdefaults__ or {}).items()), digest, names, seen)


def _digest_code(code: types.CodeType, digest: Any) -> None:
    digest.update(code.co_code + repr((code.co_names, code.co_varnames, code.co_freevars)).encode())
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            _digest_code(const, digest)
        else:
            digest.update(repr(const).encode())
