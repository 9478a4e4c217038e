"""What the columns of a robot's recorded arrays are called."""

from __future__ import annotations

from itertools import chain

import mujoco
import numpy as np

from hebbax.worlds.mujoco.robot import actuator_name


def columns_of(model: mujoco.MjModel) -> dict[str, list[str]]:
    """Return the names of the columns of `qpos`, `qvel`, `contacts`, `torques` and `speeds`.

    A joint of several coordinates gives its name with a number, as in `root[3]`.
    """
    actuators = [actuator_name(model, i) or f"actuator {i}" for i in range(model.nu)]
    return {
        "qpos": _coordinates(model, model.jnt_qposadr, model.nq),
        "qvel": _coordinates(model, model.jnt_dofadr, model.nv),
        "contacts": [_name(model, mujoco.mjtObj.mjOBJ_BODY, i) or f"body {i}" for i in range(model.nbody)],
        "torques": actuators,
        "speeds": actuators,
    }


def _coordinates(model: mujoco.MjModel, addresses: np.ndarray, size: int) -> list[str]:
    """Return the name of every coordinate, from where each joint's begin."""
    ends = [*addresses[1:].tolist(), size]
    names = []
    for joint, (begin, end) in enumerate(zip(addresses.tolist(), ends, strict=True)):
        name = _name(model, mujoco.mjtObj.mjOBJ_JOINT, joint) or f"joint {joint}"
        names.append([name] if end == begin + 1 else [f"{name}[{number}]" for number in range(end - begin)])
    return list(chain.from_iterable(names))


def _name(model: mujoco.MjModel, kind: mujoco.mjtObj, index: int) -> str:
    return mujoco.mj_id2name(model, kind.value, index) or ""
