"""The text of functions and of all that they call, to say what a world or a rule was made of."""

from __future__ import annotations

import hashlib
import inspect
import textwrap
import types
from collections.abc import Iterable
from typing import Any

import numpy as np

from hebbax.compiling.code import follows_from_version, names_of


def text_of(functions: Iterable[Any]) -> str:
    """Return the text of functions, compiled or not, and of those that they refer to, each once."""
    texts: dict[int, str] = {}
    for function in functions:
        _collect(function, texts)
    return "\n\n".join(texts.values()) + "\n"


def _collect(value: Any, texts: dict[int, str]) -> None:
    function = getattr(value, "py_func", value)
    if not isinstance(function, types.FunctionType) or id(function) in texts:
        return
    if follows_from_version(function.__module__):
        return
    constants = []
    texts[id(function)] = _text(function)
    names = names_of(function.__code__)
    reached = {name: function.__globals__[name] for name in sorted(names & function.__globals__.keys())}
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    reached |= {name: cell.cell_contents for name, cell in cells}
    for name, other in reached.items():
        if isinstance(other, np.ndarray):
            digest = hashlib.sha256(other.tobytes()).hexdigest()  # of which no digit is left out, as `repr` does
            constants.append(f"{name}: {other.dtype} {list(other.shape)} = {digest}")
        elif isinstance(other, int | float | str | tuple) or type(other).__module__ == "numpy":
            constants.append(f"{name} = {other!r}")
        _collect(other, texts)
    defaults = (*(function.__defaults__ or ()), *sorted((function.__kwdefaults__ or {}).items()))
    if defaults:
        constants.append(f"defaults = {defaults!r}")
    texts[id(function)] = "\n".join([*constants, texts[id(function)]])


def _text(function: types.FunctionType) -> str:
    try:
        return textwrap.dedent(inspect.getsource(function)).rstrip()
    except (OSError, TypeError):  # typed into an interpreter: what it was compiled to is all that is left of it
        code = function.__code__
        return f"# {function.__qualname__}: {code.co_code.hex()} {code.co_consts} {code.co_names}"
