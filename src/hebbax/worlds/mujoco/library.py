"""MuJoCo's own shared library: where it is, how to keep it quiet, and its functions for compiled code."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import llvmlite.binding
import mujoco
import numba
from numba import types

from hebbax.errors import HebbaxError
from hebbax.worlds.mujoco.catching import add_catching, error_handler


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
    _pointer("mju_user_warning").value = _ignore.address


def stop_clock() -> None:
    """Keep MuJoCo from reading the clock around every part of a step: an eighth of HalfCheetah's step went into that.

    It holds for the whole process: `mjData.timer` then counts calls and no time. `mujoco.set_mjcb_time(None)` would not
    do: it puts back the clock of the Python bindings.
    """
    _pointer("mjcb_time").value = None


@contextmanager
def clock_running() -> Iterator[None]:
    """Give MuJoCo meanwhile the clock that its Python bindings set, as programs without hebbax have it."""
    mujoco.set_mjcb_time(None)
    try:
        yield
    finally:
        stop_clock()


def _pointer(name: str) -> ctypes.c_void_p:
    """Return a pointer that the library keeps under this name."""
    return ctypes.c_void_p.in_dll(ctypes.CDLL(str(find_library())), name)


_CATCHING = types.intp(types.intp, types.intp, types.intp)
mj_step = types.ExternalFunction("hebbax_mj_step", _CATCHING)
mj_forward = types.ExternalFunction("hebbax_mj_forward", _CATCHING)
mj_rne_post_constraint = types.ExternalFunction("hebbax_mj_rnePostConstraint", _CATCHING)
mj_reset_to_keyframe = types.ExternalFunction("mj_resetDataKeyframe", types.void(types.intp, types.intp, types.int32))
mj_reset_data = types.ExternalFunction("mj_resetData", types.void(types.intp, types.intp))
"""MuJoCo functions for compiled code, called with the addresses of an mjModel and an mjData.

All but the last two take how often as well, and return 1 where MuJoCo failed, else 0 (`catching.add_catching`).
"""


@cache
def load_library() -> None:
    """Make MuJoCo's functions known to compiled code, its warnings silent, and its steps free of clock readings."""
    llvmlite.binding.load_library_permanently(str(find_library()))
    for name in ("mj_step", "mj_forward", "mj_rnePostConstraint"):
        add_catching(f"hebbax_{name}", llvmlite.binding.address_of_symbol(name))
    _pointer("mju_user_error").value = error_handler()
    silence_warnings()
    stop_clock()
