"""What a task's fields were called before: still taken as keywords, and still there to be read."""

from __future__ import annotations

import functools
import sys
import warnings
from operator import attrgetter
from typing import Any, TypeVar

from hebbax.worlds.mujoco.make_world import mujoco

FORMER = {
    "model_path": "world.build",
    "birth": "reset",
    "ticks": "length",
    "build": "world.build",
    "substeps": "world.substeps",
    "contact_forces": "world.contact_forces",
    "model": "world.model",
    "spec": "world.spec",
    "model_xml": "world.xml",
}
"""Former names, each with a DeprecationWarning where it is used."""

SIZES = {"observation_size": "observation", "action_size": "action"}
"""Keywords for a size alone, where groups are not named."""

_OF_MUJOCO = {
    "model_path": "build",
    "build": "build",
    "substeps": "substeps",
    "contact_forces": "contact_forces",
}
"""Former keywords that became arguments of `hebbax.mujoco`."""

_RENAMED = {name: present for name, present in FORMER.items() if "." not in present}

_COPIERS = ("dataclasses", "copy")  # their `replace` calls a class in the name of its own caller

Class = TypeVar("Class", bound=type)


def accept_former_names(cls: Class) -> Class:
    """Have a dataclass take FORMER and SIZES as keywords. Beside the present name, as in `replace`, they prevail."""
    init = cls.__init__

    @functools.wraps(init)
    def accept(self: Any, *args: Any, **keywords: Any) -> None:
        former = [name for name in (*_OF_MUJOCO, *_RENAMED) if name in keywords]
        if former:
            warn(cls.__name__, former)
        for name in (*former, *(name for name in SIZES if name in keywords)):
            if name not in _OF_MUJOCO:
                keywords[{**_RENAMED, **SIZES}[name]] = keywords.pop(name)
        of_mujoco = {_OF_MUJOCO[name]: keywords.pop(name) for name in former if name in _OF_MUJOCO}
        if of_mujoco:
            world = keywords.get("world")
            keywords["world"] = mujoco(**of_mujoco) if world is None else world.replace(**of_mujoco)
        init(self, *args, **keywords)

    cls.__init__ = accept
    return cls


def read_former(task: Any, name: str) -> Any:
    """Return what a former name stands for, with a warning."""
    warn(type(task).__name__, [name], frames=4)
    return attrgetter(FORMER[name])(task)


def warn(owner: str, names: list[str], frames: int = 3) -> None:
    """Say once, at the line so many frames up that uses them, what former names are called now."""
    level, frame = frames, sys._getframe(frames - 1)
    while frame is not None and frame.f_globals.get("__name__") in _COPIERS:
        level, frame = level + 1, frame.f_back
    pairs = ", ".join(f"{name} is {FORMER[name]} now" for name in names)
    more = ", made by hebbax.mujoco(…)" if any(FORMER[name].startswith("world.") for name in names) else ""
    warnings.warn(f"{owner}: {pairs}{more}", DeprecationWarning, stacklevel=level)
