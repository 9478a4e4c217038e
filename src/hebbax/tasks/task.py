"""What a task is: a model, and four small functions over one simulation's arrays."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import mujoco
import numpy as np

from hebbax.errors import HebbaxError
from hebbax.types import Array, Handles, Noise, Simulation
from hebbax.worlds.mujoco.fast_model import quick_model


@dataclass(frozen=True, eq=False)
class Task:
    """A robot and a goal.

    The four functions use only what NumPy, Numba and `jax.numpy` share, and write to nothing. They may return views of
    what they are given, since engines copy what they keep:

    - `birth(noise) -> qpos [nq], qvel [nv], memory [memory_size]`
    - `observe(simulation, memory) -> observation [observation_size]`
    - `actuate(action, simulation, memory) -> ctrl [nu]`
    - `outcome(before, simulation, action, memory) -> reward, done, memory`

    `before` holds the state that the control period began with, only in the fields named by `compares`; its other
    fields are NaN. `memory` is float64 and carries what the physics does not.
    """

    name: str
    robot: str
    model_path: Path  # MJCF
    substeps: int  # physics steps a control tick
    observation_size: int
    action_size: int
    birth: Callable[[Noise], tuple[Array, Array, Array]]
    observe: Callable[[Simulation, Array], Array]
    actuate: Callable[[Array, Simulation, Array], Array]
    outcome: Callable[[Simulation, Simulation, Array, Array], tuple[Array, Array, Array]]
    compares: tuple[str, ...] = ("qpos",)
    memory_size: int = 0
    ticks: int = 1000  # control ticks of a full life
    contact_forces: bool = False  # whether a function reads cfrc_ext, which MuJoCo fills only when it is asked to
    gymnasium_id: str | None = None
    gymnasium_options: Mapping[str, Any] = field(default_factory=dict)  # what `gymnasium.make` takes besides the id

    @cached_property
    def spec(self) -> mujoco.MjSpec:
        """The model's source. Raises HebbaxError if the file is missing or not MJCF."""
        try:
            return mujoco.MjSpec.from_file(str(self.model_path))
        except (ValueError, OSError) as error:
            raise HebbaxError(f"task {self.name!r}: cannot read the model {self.model_path}: {error}") from error

    @cached_property
    def model(self) -> mujoco.MjModel:
        """The compiled model, proven to step. Raises HebbaxError if MuJoCo cannot step it."""
        with without_deprecations():
            model = quick_model(self.spec)
        # MuJoCo would put a diverged simulation back to its start and go on, which hides the divergence.
        model.opt.disableflags |= mujoco.mjtDisableBit.mjDSBL_AUTORESET
        try:
            # A raw mj_step error inside a compiled life ends the process; through the binding it is an exception.
            mujoco.mj_step(model, mujoco.MjData(model))
        except mujoco.FatalError as error:
            raise HebbaxError(f"task {self.name!r}: MuJoCo cannot step the model: {error}") from error
        return model

    @property
    def model_xml(self) -> str:
        """The model as one self-contained MJCF text."""
        self.model  # noqa: B018  the text can be written only after compiling
        with without_deprecations():
            return self.spec.to_xml()

    @property
    def control_period(self) -> float:
        """Seconds from one control tick to the next."""
        return float(self.model.opt.timestep * self.substeps)


def model_hash(task: Task) -> str:
    """Return the SHA-256 of a task's model as MJCF text, hexadecimal."""
    return hashlib.sha256(task.model_xml.encode()).hexdigest()


@contextmanager
def without_deprecations() -> Iterator[None]:
    """Keep quiet while a task's `spec` is compiled or written."""
    # Gymnasium's HalfCheetah uses an attribute that a later MuJoCo removes; our upper bound on mujoco covers it.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "compiler attribute 'settotalmass'", UserWarning)
        yield


def simulation_of(data: mujoco.MjData) -> Simulation:
    """Return the arrays of a MuJoCo simulation: live views, not copies."""
    return Simulation(*(getattr(data, field) for field in Simulation._fields))


def handles_of(data: mujoco.MjData) -> Handles:
    """Return what else of a MuJoCo simulation engines hold: live views."""
    return Handles(*(getattr(data, field) for field in Handles._fields))


def empty_simulation(model: mujoco.MjModel) -> Simulation:
    """Return arrays of a model's sizes full of NaN, to copy a simulation into."""
    data = mujoco.MjData(model)
    return Simulation(*(np.full_like(getattr(data, field), np.nan) for field in Simulation._fields))
