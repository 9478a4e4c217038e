"""What Numba says of a function of a user's own that it cannot compile, in one line."""

from __future__ import annotations

import re
from pathlib import Path

_HELPER = re.compile(r"Untyped global name '(\w+)': Cannot determine Numba type of <class 'function'>")
_GLOBAL = re.compile(r"NameError: name '(\w+)' is not defined")
_OURS = Path(__file__).parents[1]


def uncompiled(error: BaseException) -> str | None:
    """Return why a function cannot be compiled, and where it is; None for an error that is not Numba's."""
    if not type(error).__module__.startswith("numba."):
        return None
    text = str(error)
    places = re.findall(r"During: typing of .* at (.+) \((\d+)\)$", text, re.MULTILINE)
    theirs = [(path, line) for path, line in places if not Path(path).is_relative_to(_OURS)]
    where = f" ({Path(theirs[0][0]).name}, line {theirs[0][1]})" if theirs else ""
    # A function that is inlined has lost its module: of that, Numba knows no name.
    helper = _HELPER.search(text) or _GLOBAL.search(text)
    if helper:
        return f"{helper[1]!r} is called by a function that is compiled{where}: expected @hebbax.compiled above its def"
    lines = (line.strip() for line in text.splitlines())
    reason = next((line for line in lines if line and not line.startswith("Failed in ")), type(error).__name__)
    return f"a function cannot be compiled{where}: {reason}; expected what NumPy and Numba share"
