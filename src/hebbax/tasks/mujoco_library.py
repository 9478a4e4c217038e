"""MuJoCo's own shared library: where it is, and how to keep it quiet."""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from pathlib import Path

import mujoco
import numba
from numba import types

from hebbax.errors import HebbaxError


def library_names() -> tuple[str, ...]:
    """Return the file name patterns of MuJoCo's library on this platform."""
    return ("libmujoco*.dylib",) if sys.platform == "darwin" else ("libmujoco.so*",)


@cache
def find_library() -> Path:
    """Return the path of the MuJoCo library that the Python bindings use.

    The wheel keeps it beside the bindings, conda in the environment's lib folder. Raises HebbaxError if it is nowhere.
    """
    folders = [Path(mujoco.__file__).parent, Path(sys.prefix) / "lib"]
    for folder in folders:
        for pattern in library_names():
            found = sorted(
                folder.glob(pattern), key=lambda path: (mujoco.mj_versionString() not in path.name, path.name)
            )
            if found:
                return found[0]
    places = " or ".join(str(folder) for folder in folders)
    raise HebbaxError(f"MuJoCo's library ({library_names()[0]}) is not in {places}: reinstall mujoco")


@numba.cfunc(types.void(types.voidptr))
def _ignore(message):
    pass


@cache
def silence_warnings() -> None:
    """Keep MuJoCo's warnings off stderr and out of MUJOCO_LOG.TXT, which it would write where a user happens to be.

    A diverging life warns at every step: lives count these warnings instead. The handler is compiled, because a Python
    one would need the interpreter inside a life.
    """
    handler = ctypes.c_void_p.in_dll(ctypes.CDLL(str(find_library())), "mju_user_warning")
    handler.value = _ignore.address
