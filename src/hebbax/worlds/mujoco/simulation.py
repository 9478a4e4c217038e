"""One MuJoCo simulation: its arrays as tasks read them, and what compiled code needs beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import mujoco
import numpy as np

from hebbax.types import Array, Simulation

_ALSO_CHANGING = ("qacc_warmstart", "act")
"""Arrays of MuJoCo that no task reads, and the next step does."""


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


def simulation_of(data: mujoco.MjData) -> Simulation:
    """Return the arrays of a MuJoCo simulation: live views, not copies."""
    return Simulation(*(getattr(data, field) for field in Simulation._fields))


def simulator_of(data: mujoco.MjData, substeps: int, tally: np.ndarray) -> Simulator:
    """Return what else of a MuJoCo simulation engines hold: live views."""
    arrays = (getattr(data, field) for field in Simulator._fields[4:])
    return Simulator(data._address, substeps, data.warning.number, tally, *arrays)


def empty_simulation(model: mujoco.MjModel) -> Simulation:
    """Return arrays of a model's sizes full of NaN, to copy a simulation into."""
    data = mujoco.MjData(model)
    return Simulation(*(np.full_like(getattr(data, field), np.nan) for field in Simulation._fields))


class MujocoSimulation:
    """A simulation of one model; see `worlds.base.Simulation`."""

    def __init__(self, model: mujoco.MjModel, substeps: int, tally: np.ndarray) -> None:
        self.data = mujoco.MjData(model)
        self.state, self.before = simulation_of(self.data), empty_simulation(model)
        self.control = self.data.ctrl
        self.simulator = simulator_of(self.data, substeps, tally)

    @property
    def phase(self) -> Sequence[np.ndarray]:
        """Positions [nq] and velocities [nv]."""
        return [self.data.qpos, self.data.qvel]

    @property
    def arrays(self) -> Sequence[np.ndarray]:
        """All that goes on changing; derived arrays too, because a task reads those of the last step."""
        return [getattr(self.data, field) for field in changing_fields()]

    def follow(self, other: Any) -> None:
        """Take over the time."""
        self.data.time = other.data.time


def changing_fields() -> tuple[str, ...]:
    """Return the arrays of MuJoCo that a difference between two lives may be in."""
    return (*Simulation._fields, *_ALSO_CHANGING)
