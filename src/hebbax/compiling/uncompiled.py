"""What Numba says of a function of a user's own that it cannot compile, in one line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hebbax.errors import HebbaxError

_HELPER = re.compile(r"Untyped global name '(\w+)': Cannot determine Numba type of <class 'function'>")
_GLOBAL = re.compile(r"NameError: name '(\w+)' is not defined")
_OURS = Path(__file__).parents[1]


@contextmanager
def compiling() -> Iterator[None]:
    """Raise HebbaxError where Numba cannot compile a function: why, and where that is."""
    try:
        yield
    except Exception as error:
        if not type(error).__module__.startswith("numba."):  # not all of Numba's errors are a NumbaError
            raise
        raise HebbaxError(_reason(error)) from error


def _reason(error: BaseException) -> str:
    text = str(error)
    places = re.findall(r'^File "(.+)", line (\d+):', text, re.MULTILINE)  # the innermost first, relative to here
    theirs = [
        (path, line) for path, line in places if not (path[0] == "<" or Path(path).resolve().is_relative_to(_OURS))
    ]
    where = f" ({Path(theirs[0][0]).name}, line {theirs[0][1]})" if theirs else ""
    helper = _HELPER.search(text) or _GLOBAL.search(text)  # the second where the caller is inlined
    if helper:
        needed = "one that is defined, and, if it is a function, @hebbax.compiled above its def"
        return f"name {helper[1]!r} cannot be compiled{where}: expected {needed}"
    lines = (line.strip() for line in text.splitlines())
    reason = next((line for line in lines if line and not line.startswith("Failed in ")), type(error).__name__)
    return f"a function cannot be compiled{where}: {reason}; expected what NumPy and Numba share"
