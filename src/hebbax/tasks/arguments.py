"""The arguments that a task's functions may take beyond those they must, known by their names: `period`, `noise`."""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from hebbax.errors import HebbaxError
from hebbax.types import Noise

NEEDED = {
    "reset": ("noise",),
    "observe": ("simulation", "memory"),
    "actuate": ("action", "simulation", "memory"),
    "outcome": ("before", "simulation", "action", "memory"),
}
"""What each function takes, in order; there names are the author's own."""

ALLOWED = {"reset": (), "observe": ("noise",), "actuate": (), "outcome": ("period", "noise")}
"""What it may take after that, in any order, by exactly these names."""


def takes(function: Any, kind: str, name: str) -> bool:
    """Whether a task's function, one of NEEDED, takes an argument that it may take."""
    return name in _further(function, kind)


def check_arguments(function: Any, kind: str, task: str) -> None:
    """Raise HebbaxError, naming the task, for a function that cannot be called as one of NEEDED."""
    needed, allowed = ", ".join(NEEDED[kind]), " and ".join(ALLOWED[kind])
    positional = [one for one in _parameters(function) if one.kind is not one.VAR_POSITIONAL]
    if len(positional) < len(NEEDED[kind]) and len(positional) == len(_parameters(function)):
        raise HebbaxError(f"task {task!r}: {kind} takes {len(positional)} arguments, expected ({needed})")
    for name, parameter in _further(function, kind).items():
        if name not in ALLOWED[kind] and parameter.default is parameter.empty:
            more = f", and after them {allowed}" if allowed else ""
            raise HebbaxError(f"task {task!r}: {kind} takes an argument {name!r}, expected ({needed}){more}")


def with_period(outcome: Any, period: float) -> Callable[..., Any]:
    """Return an `outcome` in whose text the control period (s) is a constant; `noise` can be left out too.

    It becomes a default of the same code: a compiler sees the number, as it would see one that the author had typed,
    so a division by it is compiled alike.
    """
    function = getattr(outcome, "py_func", outcome)
    further = _further(function, "outcome")
    if not {"period", "noise"} & further.keys():
        return function
    values = {name: one.default for name, one in further.items()} | {"noise": None, "period": period}
    bound = types.FunctionType(
        function.__code__,
        function.__globals__,
        function.__name__,
        tuple(values[name] for name in further),
        function.__closure__,
    )
    bound.__kwdefaults__ = function.__kwdefaults__
    return bound


def without_noise(function: Any, kind: str, size: int) -> Callable[..., Any]:
    """Return a task's function with noise of zeros bound, if it takes any: what it does apart from it."""
    if not takes(function, kind, "noise"):
        return function
    return functools.partial(function, noise=Noise(np.zeros(size), np.zeros(size)))


def _further(function: Any, kind: str) -> dict[str, inspect.Parameter]:
    return {one.name: one for one in _parameters(function)[len(NEEDED[kind]) :] if one.kind is not one.VAR_POSITIONAL}


def _parameters(function: Any) -> list[inspect.Parameter]:
    parameters = inspect.signature(getattr(function, "py_func", function)).parameters.values()
    return [one for one in parameters if one.kind not in (one.KEYWORD_ONLY, one.VAR_KEYWORD)]
