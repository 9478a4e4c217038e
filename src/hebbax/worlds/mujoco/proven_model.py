"""A source compiled for many lives, and proven to step."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import mujoco
import numpy as np

from hebbax.errors import HebbaxError, one_line
from hebbax.worlds.mujoco.fast_model import quick_model


def proven_model(spec: mujoco.MjSpec) -> mujoco.MjModel:
    """Return the compiled model. Raises HebbaxError if MuJoCo cannot compile or step it."""
    model = compiled_model(spec, quick_model)
    # MuJoCo would put a diverged simulation back to its start and go on, which hides the divergence.
    model.opt.disableflags |= mujoco.mjtDisableBit.mjDSBL_AUTORESET
    prove(model)
    return model


def compiled_model(
    spec: mujoco.MjSpec, compile: Callable[[mujoco.MjSpec], mujoco.MjModel] = mujoco.MjSpec.compile
) -> mujoco.MjModel:
    """Return what a source compiles to. Raises HebbaxError if MuJoCo cannot compile it, or its steps take no time."""
    try:
        with without_deprecations():
            model = compile(spec)
    except ValueError as error:  # as of a moving body without mass
        raise HebbaxError(f"MuJoCo cannot compile the model: {one_line(error)}") from error
    timestep = float(model.opt.timestep)
    if not 0 < timestep < np.inf:
        raise HebbaxError(f"the model's timestep is {timestep:g} s: expected more than 0, such as 0.002")
    return model


def prove(model: mujoco.MjModel) -> mujoco.MjData:
    """Return data of a model after a step. Raises HebbaxError if MuJoCo cannot step it."""
    data = mujoco.MjData(model)
    try:
        # A raw mj_step error inside a compiled life ends the process; through the binding it is an exception.
        mujoco.mj_step(model, data)
    except mujoco.FatalError as error:
        raise HebbaxError(f"MuJoCo cannot step the model: {error}") from error
    return data


@contextmanager
def without_deprecations() -> Iterator[None]:
    """Keep quiet while a `spec` is compiled or written."""
    # Gymnasium's HalfCheetah uses an attribute that a later MuJoCo removes; our upper bound on mujoco covers it.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "compiler attribute 'settotalmass'", UserWarning)
        yield
