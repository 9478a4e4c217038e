"""The arrays of one MuJoCo simulation, as tasks and engines read them."""

from __future__ import annotations

import mujoco
import numpy as np

from hebbax.types import Handles, Simulation


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
