"""One MuJoCo simulation: its arrays as tasks read them, and what compiled code needs beside them."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import mujoco
import numpy as np
from mujoco import batch

from hebbax.types import Array, Simulation

_ALSO_CHANGING = ("qacc_warmstart", "act")
"""Arrays of MuJoCo that the next step reads, whether a task does or not."""


class _Clock:
    """The time of a simulation as an array, which MuJoCo's bindings give as a number: it stands before the energies."""

    def __init__(self, data: mujoco.MjData) -> None:
        self._data = data  # alive as long as the array is
        place = data.energy.__array_interface__["data"][0] - np.float64().itemsize
        self.__array_interface__ = {
            "data": (place, False),
            "shape": (1,),
            "typestr": data.energy.dtype.str,
            "version": 3,
        }


class Simulator(NamedTuple):
    """What of one simulation no task reads: to step it, to push it, and to measure it."""

    data: int  # address of the MjData
    substeps: int  # physics steps per control tick
    warnings: Array  # [warnings], how often each came since the last reset
    tally: Array  # [warnings + 1], int64, those of all simulations, and errors; see `trouble.Trouble`
    xfrc_applied: Array  # [nbody, 6], N and N·m
    qfrc_constraint: Array  # [nv], N or N·m, of contacts, joint limits and the like
    actuator_force: Array  # [nu], before the transmission
    actuator_moment: Array  # [entries], N·m or N at a degree of freedom for each of actuator_force: a sparse matrix
    moment_rownnz: Array  # [nu], int32, entries of an actuator's row
    moment_rowadr: Array  # [nu], int32, where they begin
    moment_colind: Array  # [entries], int32, the degree of freedom of each


def simulation_of(data: mujoco.MjData, state: Any = Simulation) -> Any:
    """Return the arrays of a MuJoCo simulation, as `Simulation` or one with more fields: live views, not copies."""
    return state(*(np.asarray(_Clock(data)) if field == "time" else getattr(data, field) for field in state._fields))


@cache
def state_type(further: tuple[str, ...]) -> Any:
    """Return the type of a simulation with further fields; the same for the same, as compiled code asks."""
    return namedtuple("Simulation", (*Simulation._fields, *further)) if further else Simulation


@cache
def readable_fields() -> tuple[str, ...]:
    """Return the fields of MuJoCo's data that a task can read beside those of a `Simulation`."""
    data = mujoco.MjData(mujoco.MjModel.from_xml_string("<mujoco/>"))
    arrays = (name for name in batch.DATA_FIELDS if getattr(getattr(data, name, None), "dtype", None) == np.float64)
    return ("time", *sorted(set(arrays) - set(Simulation._fields)))


def simulator_of(data: mujoco.MjData, substeps: int, tally: np.ndarray) -> Simulator:
    """Return what else of a MuJoCo simulation engines hold: live views."""
    arrays = (getattr(data, field) for field in Simulator._fields[4:])
    return Simulator(data._address, substeps, data.warning.number, tally, *arrays)


def empty_simulation(model: mujoco.MjModel, state: Any = Simulation) -> Any:
    """Return arrays of a model's sizes full of NaN, to copy a simulation into."""
    return state(*(np.full_like(array, np.nan) for array in simulation_of(mujoco.MjData(model), state)))


class MujocoSimulation:
    """A simulation of one model; see `worlds.base.Simulation`."""

    def __init__(self, model: mujoco.MjModel, substeps: int, tally: np.ndarray, state: Any) -> None:
        self.data = mujoco.MjData(model)
        self.state, self.before = simulation_of(self.data, state), empty_simulation(model, state)
        self.control = self.data.ctrl
        self.simulator = simulator_of(self.data, substeps, tally)

    @property
    def phase(self) -> Sequence[np.ndarray]:
        """Positions [nq] and velocities [nv]."""
        return [self.data.qpos, self.data.qvel]

    @property
    def arrays(self) -> Sequence[np.ndarray]:
        """All that goes on changing; derived arrays too, because a task reads those of the last step."""
        return [*self.state, *(getattr(self.data, field) for field in unseen(self.state))]

    def follow(self, other: Any) -> None:
        """Take over the time."""
        self.data.time = other.data.time


def unseen(state: Any) -> tuple[str, ...]:
    """Return the arrays of MuJoCo that the next step reads and a state does not have."""
    return tuple(field for field in _ALSO_CHANGING if field not in state._fields)
