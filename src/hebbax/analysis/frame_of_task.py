"""Where the arrays of a task's lives tell of layers, joints and feet, read from its model."""

from __future__ import annotations

import mujoco
import numpy as np

from hebbax.analysis.frame import Body, Frame
from hebbax.policy import Policy
from hebbax.tasks.external import AnyTask
from hebbax.tasks.task import Task


def frame_of(task: AnyTask, policy: Policy, every: int = 1) -> Frame:
    """Return what lives of a policy on a task share, where every n-th tick was kept."""
    names, shapes = (policy.network.layer_names, policy.network.layer_shapes) if policy.plasticity else ((), ())
    return Frame(
        layers=names,
        layer_shapes=shapes,
        control_period=task.control_period,
        every=every,
        body=body_of(task.model) if isinstance(task, Task) else None,
    )


def body_of(model: mujoco.MjModel) -> Body:
    """Return where a gait is to be read from the records of a body."""
    drives_joint = model.actuator_trntype == mujoco.mjtTrn.mjTRN_JOINT.value
    actuators = np.flatnonzero(drives_joint)
    driven = model.actuator_trnid[actuators, 0]
    # Of joints with one coordinate: a ball has no single speed that a torque could do work at.
    single = np.isin(model.jnt_type[driven], (mujoco.mjtJoint.mjJNT_SLIDE.value, mujoco.mjtJoint.mjJNT_HINGE.value))
    actuators, driven = actuators[single], driven[single]
    names = [mujoco.mj_id2name(model, mujoco.mjtObj.mjOBJ_BODY.value, index) for index in range(model.nbody)]
    return Body(
        forward=_forward(model),
        joints=model.jnt_qposadr[driven].astype(np.int64),
        joint_speeds=model.jnt_dofadr[driven].astype(np.int64),
        torques=actuators,
        names=tuple(name or f"body {index}" for index, name in enumerate(names)),
        mass=float(model.body_mass.sum()),
    )


def _forward(model: mujoco.MjModel) -> int | None:
    """Return the coordinate of the first joint that moves the whole body along x: a free joint, or a slide."""
    for joint in range(model.njnt):
        of_root = model.body_parentid[model.jnt_bodyid[joint]] == 0
        free = model.jnt_type[joint] == mujoco.mjtJoint.mjJNT_FREE.value
        slide = model.jnt_type[joint] == mujoco.mjtJoint.mjJNT_SLIDE.value and model.jnt_axis[joint, 0] == 1
        if of_root and (free or slide):
            return int(model.jnt_qposadr[joint])
    return None
