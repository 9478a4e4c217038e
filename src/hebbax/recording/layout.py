"""What stands where in a recording: its arrays with their units, and the names of their columns.

docs/recording.md documents it, and a test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

import mujoco
import numpy as np

from hebbax.damage.event_table import actuator_name
from hebbax.tasks.external.task import AnyTask
from hebbax.tasks.task import Task
from hebbax.types import END_DIVERGED, END_REACHED, END_STOPPED, END_TERMINATED

SCHEMA = 2

END_NAMES = {END_REACHED: "reached", END_TERMINATED: "terminated", END_DIVERGED: "diverged", END_STOPPED: "stopped"}
"""What a life's attribute `end` says."""


@dataclass(frozen=True)
class Dataset:
    """One array of a life, a row a kept tick."""

    name: str
    unit: str
    meaning: str


DATASETS = (
    Dataset("tick", "", "number of the tick, from 0"),
    Dataset("time", "s", "since birth, at the start of the tick"),
    Dataset("qpos", "m, rad", "positions, at the start of the tick"),
    Dataset("qvel", "m/s, rad/s", "velocities, at the start of the tick"),
    Dataset("observations", "", "what the policy saw, before normalisation"),
    Dataset("actions", "", "what it did"),
    Dataset("rewards", "", "reward of the tick"),
    Dataset("terminated", "", "whether the task's termination came at the end of the tick"),
    Dataset("contacts", "", "part of the tick's physics steps in which each body feels a contact force"),
    Dataset("torques", "N·m, N", "torque (N of a slide) of each actuator where it acts most, end of the tick before"),
)
"""All arrays but the weights: these are in a group `weights`, an array a layer, [ticks, presynaptic, postsynaptic]."""

WEIGHTS_MEANING = "weights of a layer at the start of the tick"


def columns_of(task: AnyTask) -> dict[str, list[str]]:
    """Return the names of the columns of `qpos`, `qvel`, `contacts`, `actions` and `torques`, where there are any.

    A joint of several coordinates gives its name with a number, as in `root[3]`.
    """
    if not isinstance(task, Task):
        return {}
    model = task.model
    actuators = [actuator_name(model, i) or f"actuator {i}" for i in range(model.nu)]
    return {
        "qpos": _coordinates(model, model.jnt_qposadr, model.nq),
        "qvel": _coordinates(model, model.jnt_dofadr, model.nv),
        "contacts": [_name(model, mujoco.mjtObj.mjOBJ_BODY, i) or f"body {i}" for i in range(model.nbody)],
        "torques": actuators,
        # A task may turn another number of actions into its controls.
        **({"actions": actuators} if task.action_size == model.nu else {}),
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
