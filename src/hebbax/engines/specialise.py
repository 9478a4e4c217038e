"""The life of one task with one policy step, compiled, and kept on disk for the next process.

Numba's own cache looks at a function's file alone: it would return yesterday's reward after an edit in a function that
is called from it, and finds nothing for functions that are passed in. So a life has a fingerprint of everything that it
is compiled from, and is kept under that (`life_cache.py`): another fingerprint is another life.
"""

from __future__ import annotations

import hashlib
import importlib.util
import sys
import types
from collections.abc import Callable, Collection
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite
import mujoco
import numba
import numpy as np
from numba.core.dispatcher import Dispatcher
from numba.core.extending import _Intrinsic as Intrinsic  # it has no public name

from hebbax.engines.life_cache import LifeCache
from hebbax.engines.task_functions import task_functions
from hebbax.kernels.compiler import FLAGS, compiled, copy, from_source
from hebbax.kernels.policy_step import PolicyStep
from hebbax.settings import of_numba
from hebbax.tasks.task import Task

_LIFE = Path(__file__).with_name("life.py")
_REMEMBER = "def remember(before, simulation):\n"

_PACKAGES_BY_VERSION = ("numpy", "math", "numba")  # what they compile to follows from their version


def specialise(task: Task, step: PolicyStep) -> Any:
    """Return the compiled `live` of a task and a policy step (see `life.py`)."""
    names = life_names(task, step)
    return _build(fingerprint(names), names)


def life_names(task: Task, step: PolicyStep) -> dict[str, Any]:
    """Return the compiled functions that `life.py` calls, by the names it calls them."""
    return {
        **task_functions(task)._asdict(),
        "remember": _remember(task.compares),
        "newborn": step.birth,
        "act": step.act,
        "adapt": step.adapt,
        "weights_of": step.weights,
        "put_weights": step.put_weights,
        "draw_weights": step.draw_weights,
    }


@cache
def _remember(fields: tuple[str, ...]) -> Any:
    lines = [f"    copy(simulation.{field}.reshape(-1), before.{field}.reshape(-1))\n" for field in fields]
    return compiled(from_source(_REMEMBER + ("".join(lines) or "    pass\n"), "remember", {"copy": copy}))


def fingerprint(names: dict[str, Any]) -> str:
    """Return what a life compiled with these functions depends on, as 24 hexadecimal digits."""
    digest = hashlib.sha256(_LIFE.read_bytes())
    for version in (numba.__version__, llvmlite.__version__, mujoco.mj_versionString(), np.__version__, sys.version):
        digest.update(version.encode())
    # A life compiled under NUMBA_OPT=0 must not serve all processes after it.
    _digest_flags({**of_numba(), **FLAGS}, digest)
    _digest_value(_load_module("hebbax_life_unnamed", names).live, digest, (), set())
    return digest.hexdigest()[:24]


def _digest_value(value: Any, digest: Any, attributes: Collection[str], seen: set[int]) -> None:
    """Add what a compiled function would make of a value: code, constants and all that it refers to."""
    if isinstance(value, Dispatcher):
        _digest_flags(value.targetoptions, digest)
        value = value.py_func
    elif isinstance(value, Intrinsic):
        value = vars(value)["__wrapped__"]
    if isinstance(value, types.FunctionType):
        if id(value) not in seen:
            seen.add(id(value))
            _digest_function(value, digest, seen)
    elif isinstance(value, np.ndarray):
        digest.update(f"{value.dtype}{value.shape}".encode() + value.tobytes())
    elif isinstance(value, tuple | list):
        for item in value:
            _digest_value(item, digest, attributes, seen)
    elif isinstance(value, types.ModuleType):
        digest.update(value.__name__.encode())
        if value.__name__.partition(".")[0] not in _PACKAGES_BY_VERSION:
            for name in sorted(set(attributes) & vars(value).keys()):
                _digest_value(vars(value)[name], digest, attributes, seen)
    else:
        digest.update(repr((value, getattr(value, "_fields", ()))).encode())


def _digest_flags(flags: dict[str, Any], digest: Any) -> None:
    ordered = {key: sorted(value) if isinstance(value, set | frozenset) else value for key, value in flags.items()}
    digest.update(repr(sorted(ordered.items())).encode())


def _digest_function(function: Callable[..., Any], digest: Any, seen: set[int]) -> None:
    _digest_code(function.__code__, digest)
    names = set(_names(function.__code__))
    for name in sorted(names & function.__globals__.keys()):
        digest.update(name.encode())
        _digest_value(function.__globals__[name], digest, names, seen)
    for cell in function.__closure__ or ():
        _digest_value(cell.cell_contents, digest, names, seen)
    _digest_value(function.__defaults__ or (), digest, names, seen)
    _digest_value(sorted((function.__kwdefaults__ or {}).items()), digest, names, seen)


def _names(code: types.CodeType) -> list[str]:
    inner = [name for const in code.co_consts if isinstance(const, types.CodeType) for name in _names(const)]
    return [*code.co_names, *inner]


def _digest_code(code: types.CodeType, digest: Any) -> None:
    digest.update(code.co_code + repr((code.co_names, code.co_varnames, code.co_freevars)).encode())
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            _digest_code(const, digest)
        else:
            digest.update(repr(const).encode())


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
        options: dict[str, Any] = {"no_cfunc_wrapper": True, **FLAGS}
        life: Any = numba.njit(**options)(function)
        life._cache = LifeCache(name)  # Numba has no public way to give a function another cache than its own
        _BUILT[name] = life
    return _BUILT[name]
