"""Where the arrays of a task's lives tell of layers, joints and feet, read from its model."""

from __future__ import annotations

import mujoco
import numpy as np

from hebbax.analysis.frame import Body, Frame
from hebbax.policies.policy import Policy
from hebbax.tasks.external.task import AnyTask
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
        # The weights of a policy without one may be bounded by their rule.
        bounded=True if policy.plasticity and policy.plasticity.normalisation != "none" else None,
    )


def body_of(model: mujoco.MjModel) -> Body:
    """Return where a gait is to be read from the records of a body."""
    joints = [_only_joint(model, actuator) for actuator in range(model.nu)]
    actuators = np.array([i for i, joint in enumerate(joints) if joint is not None], np.int64)
    driven = np.array([joint for joint in joints if joint is not None], np.int64)
    names = [mujoco.mj_id2name(model, mujoco.mjtObj.mjOBJ_BODY.value, index) for index in range(model.nbody)]
    return Body(
        forward=_forward(model),
        joints=model.jnt_qposadr[driven].astype(np.int64),
        joint_speeds=model.jnt_dofadr[driven].astype(np.int64),
        torques=actuators,
        names=tuple(name or f"body {index}" for index, name in enumerate(names)),
        mass=float(model.body_mass.sum()),
        whole_effort=len(actuators) == model.nu,
    )


def _only_joint(model: mujoco.MjModel, actuator: int) -> int | None:
    """Return the joint that takes all of an actuator's work; None where there are several, or one of many coordinates.

    A ball has no single speed that a torque could do work at, and neither has what a site or a longer tendon moves.
    """
    kind, target = model.actuator_trntype[actuator], int(model.actuator_trnid[actuator, 0])
    if kind == mujoco.mjtTrn.mjTRN_TENDON.value:
        wrap = model.tendon_adr[target]
        if model.tendon_num[target] != 1 or model.wrap_type[wrap] != mujoco.mjtWrap.mjWRAP_JOINT.value:
            return None
        target = int(model.wrap_objid[wrap])
    elif kind not in (mujoco.mjtTrn.mjTRN_JOINT.value, mujoco.mjtTrn.mjTRN_JOINTINPARENT.value):
        return None
    single = (mujoco.mjtJoint.mjJNT_SLIDE.value, mujoco.mjtJoint.mjJNT_HINGE.value)
    return target if model.jnt_type[target] in single else None


def _forward(model: mujoco.MjModel) -> int | None:
    """Return the coordinate of the first joint that moves the whole body along x: a free joint, or a slide."""
    for joint in range(model.njnt):
        of_root = model.body_parentid[model.jnt_bodyid[joint]] == 0
        free = model.jnt_type[joint] == mujoco.mjtJoint.mjJNT_FREE.value
        slide = model.jnt_type[joint] == mujoco.mjtJoint.mjJNT_SLIDE.value and model.jnt_axis[joint, 0] == 1
        if of_root and (free or slide):
            return int(model.jnt_qposadr[joint])
    return None
