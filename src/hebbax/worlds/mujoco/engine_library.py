"""MuJoCo's functions for compiled code."""

from __future__ import annotations

from functools import cache

import llvmlite.binding
from numba import types

from hebbax.worlds.mujoco.library import find_library, silence_warnings, stop_clock

_ADDRESSES = types.void(types.intp, types.intp)
mj_step = types.ExternalFunction("mj_step", _ADDRESSES)
mj_forward = types.ExternalFunction("mj_forward", _ADDRESSES)
mj_reset_data = types.ExternalFunction("mj_resetData", _ADDRESSES)
mj_rne_post_constraint = types.ExternalFunction("mj_rnePostConstraint", _ADDRESSES)
"""MuJoCo functions for compiled code, called with the addresses of an mjModel and an mjData."""


@cache
def load_library() -> None:
    """Make MuJoCo's functions known to compiled code, its warnings silent, and its steps free of clock readings."""
    llvmlite.binding.load_library_permanently(str(find_library()))
    silence_warnings()
    stop_clock()
