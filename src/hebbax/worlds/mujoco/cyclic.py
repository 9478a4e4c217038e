"""Which coordinates of a body nothing depends on, such as the place on a level ground."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mujoco
import numpy as np

from hebbax.worlds.mujoco.simulation import simulation_of


def cyclic_positions(
    model: mujoco.MjModel,
    observe: Callable[[Any, Any], Any],
    qpos: np.ndarray,
    qvel: np.ndarray,
    memory: np.ndarray,
) -> np.ndarray:
    """Return which positions neither the forces nor `observe(simulation, memory)` depends on, bool [nq].

    Only what moves a body straight on is tried, by a metre either way.

    Args:
        model: of the robot.
        observe: of the task.
        qpos: float64 [nq], m and rad, around which it is tried.
        qvel: float64 [nv], m/s and rad/s.
        memory: of the task.
    """
    data = mujoco.MjData(model)

    def response(index: int, shift: float) -> np.ndarray:
        data.qpos[:], data.qvel[:] = qpos, qvel
        data.qpos[index] += shift
        data.qacc_warmstart[:] = 0.0
        mujoco.mj_forward(model, data)
        return np.concatenate([np.ravel(observe(simulation_of(data), memory)), data.qacc])

    cyclic = np.zeros(model.nq, bool)
    for joint in range(model.njnt):
        kind, at = model.jnt_type[joint], int(model.jnt_qposadr[joint])
        straight = {mujoco.mjtJoint.mjJNT_FREE.value: 3, mujoco.mjtJoint.mjJNT_SLIDE.value: 1}.get(int(kind), 0)
        for index in range(at, at + straight):
            here = response(index, 0.0)
            cyclic[index] = all(
                np.allclose(response(index, shift), here, rtol=1e-6, atol=1e-6) for shift in (-1.0, 1.0)
            )
    return cyclic
