"""What a task's fields were called before: still taken as keywords, and still there to be read."""

from __future__ import annotations

import functools
import sys
import warnings
from typing import Any, TypeVar

FORMER = {"model_path": "build", "birth": "reset", "ticks": "length"}
"""Former names, each with a DeprecationWarning where it is used."""

SIZES = {"observation_size": "observation", "action_size": "action"}
"""Keywords for a size alone, where groups are not named."""

_COPIERS = ("dataclasses", "copy")  # their `replace` calls a class in the name of its own caller

Class = TypeVar("Class", bound=type)


def accept_former_names(cls: Class) -> Class:
    """Have a dataclass take FORMER and SIZES as keywords. Beside the present name, as in `replace`, they prevail."""
    init = cls.__init__

    @functools.wraps(init)
    def accept(self: Any, *args: Any, **keywords: Any) -> None:
        former = [name for name in FORMER if name in keywords]
        if former:
            warn(cls.__name__, former)
        for name in (*former, *(name for name in SIZES if name in keywords)):
            keywords[{**FORMER, **SIZES}[name]] = keywords.pop(name)
        init(self, *args, **keywords)

    cls.__init__ = accept
    return cls


def warn(owner: str, names: list[str]) -> None:
    """Say once, at the line that uses them, what former names are called now."""
    level, frame = 3, sys._getframe(2)
    while frame is not None and frame.f_globals.get("__name__") in _COPIERS:
        level, frame = level + 1, frame.f_back
    told = ", ".join(f"{name} is called {FORMER[name]} now" for name in names)
    warnings.warn(f"{owner}: {told}", DeprecationWarning, stacklevel=level)
