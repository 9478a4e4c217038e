"""MuJoCo's own shared library: finding it, calling it from compiled code, and keeping it quiet."""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from pathlib import Path

import llvmlite.binding
import mujoco
import numba
from numba import types

from hebbax.errors import HebbaxError

_ADDRESSES = types.void(types.intp, types.intp)
mj_step = types.ExternalFunction("mj_step", _ADDRESSES)
mj_forward = types.ExternalFunction("mj_forward", _ADDRESSES)
mj_reset_data = types.ExternalFunction("mj_resetData", _ADDRESSES)
"""MuJoCo functions for compiled code, called with the addresses of an mjModel and an mjData."""


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
def load_library() -> None:
    """Make MuJoCo's functions known to compiled code, and its warnings silent.

    A diverging life warns at every step: lives count these warnings instead of writing MUJOCO_LOG.TXT where a user
    happens to be. The handler is compiled, because a Python one would need the interpreter inside a life.
    """
    path = str(find_library())
    llvmlite.binding.load_library_permanently(path)
    handler = ctypes.c_void_p.in_dll(ctypes.CDLL(path), "mju_user_warning")
    handler.value = _ignore.address
