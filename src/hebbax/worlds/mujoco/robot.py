"""Where a model's robot is: its root body, how far it reaches, and which joint an actuator drives.

MuJoCo is imported where a function needs it: importing it fixes the OpenGL library of a process, and a process that
draws has to choose that first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from hebbax.worlds.body import Body, Coordinates, Parts
from hebbax.worlds.mujoco.legs import legs_of

if TYPE_CHECKING:
    import mujoco

_ROOT_AXES = ("x", "y", "z")


def root_body(model: mujoco.MjModel) -> int:
    """Return the body that the robot hangs on: the root of the first tree that an actuator moves.

    Without one it is the first body that is not the world, or the world where there is no other.
    """
    driven = {int(model.body_rootid[body]) for actuator in range(model.nu) for body in moved_bodies(model, actuator)}
    moving = set(model.body_rootid[model.body_dofnum > 0].tolist())
    return min(driven & moving, default=min(1, model.nbody - 1))


def reach(model: mujoco.MjModel, data: mujoco.MjData, geoms: Sequence[int] | None = None) -> float:
    """Return how far the robot, or these geoms of it, reach from its centre of mass, in m.

    `data` must hold a state after `mj_forward`. A model without a robot gives the extent of the whole.
    """
    root = root_body(model)
    considered = np.arange(model.ngeom) if geoms is None else np.asarray(geoms, np.int64)
    parts = considered[model.body_rootid[model.geom_bodyid[considered]] == root]
    if root == 0 or not len(parts):
        return float(model.stat.extent)
    distances = np.linalg.norm(data.geom_xpos[parts] - data.subtree_com[root], axis=1) + model.geom_rbound[parts]
    return float(distances.max())


def driven_joint(model: mujoco.MjModel, actuator: int) -> int | None:
    """Return the joint that takes all of an actuator's work; None where there are several, or one of many coordinates.

    A ball has no single speed that a torque could do work at, and neither has what a site or a longer tendon moves.
    """
    import mujoco

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


def moved_bodies(model: mujoco.MjModel, actuator: int) -> set[int]:
    """Return the bodies that an actuator moves: that of its joint, those along its tendon, that of its site."""
    import mujoco

    kind, target = model.actuator_trntype[actuator], model.actuator_trnid[actuator]
    if kind in (mujoco.mjtTrn.mjTRN_JOINT.value, mujoco.mjtTrn.mjTRN_JOINTINPARENT.value):
        return {int(model.jnt_bodyid[target[0]])}
    if kind in (mujoco.mjtTrn.mjTRN_SITE.value, mujoco.mjtTrn.mjTRN_SLIDERCRANK.value):
        return {int(model.site_bodyid[site]) for site in target if site >= 0}
    if kind == mujoco.mjtTrn.mjTRN_BODY.value:
        return {int(target[0])}
    bodies_by_wrap = {
        mujoco.mjtWrap.mjWRAP_JOINT.value: model.jnt_bodyid,
        mujoco.mjtWrap.mjWRAP_SITE.value: model.site_bodyid,
    }
    begin = model.tendon_adr[target[0]]
    wraps = range(begin, begin + model.tendon_num[target[0]])
    found = [(bodies_by_wrap.get(int(model.wrap_type[wrap])), model.wrap_objid[wrap]) for wrap in wraps]
    return {int(bodies[number]) for bodies, number in found if bodies is not None}


def forward_coordinate(model: mujoco.MjModel) -> int | None:
    """Return the column of qpos of the first joint that moves the whole robot along x: a free joint, or a slide."""
    import mujoco

    root = root_body(model)
    for joint in range(model.njnt):
        of_root = model.jnt_bodyid[joint] == root
        free = model.jnt_type[joint] == mujoco.mjtJoint.mjJNT_FREE.value
        slide = model.jnt_type[joint] == mujoco.mjtJoint.mjJNT_SLIDE.value and model.jnt_axis[joint, 0] == 1
        if of_root and (free or slide):
            return int(model.jnt_qposadr[joint])
    return None


def body_of(model: mujoco.MjModel) -> Body:
    """Return where a gait is to be read from the records of a body."""
    joints = [driven_joint(model, actuator) for actuator in range(model.nu)]
    of_robot = model.body_rootid == root_body(model)  # and not of what stands or hangs in its way
    actuators = np.array([i for i, joint in enumerate(joints) if joint is not None], np.int64)
    driven = np.array([joint for joint in joints if joint is not None], np.int64)
    return Body(
        forward=forward_coordinate(model),
        joints=model.jnt_qposadr[driven].astype(np.int64),
        joint_speeds=model.jnt_dofadr[driven].astype(np.int64),
        torques=actuators,
        names=tuple(model.body(index).name or f"body {index}" for index in range(model.nbody)),
        own=np.flatnonzero(of_robot & (np.arange(model.nbody) > 0)),
        mass=float(np.where(of_robot, model.body_mass, 0.0).sum()),
        gravity=float(np.linalg.norm(model.opt.gravity)),
        whole_effort=len(actuators) == model.nu,
        legs=legs_of(model, root_body(model)),
    )


def parts_of(model: mujoco.MjModel) -> Parts:
    """Return what belongs to the robot itself, and not to what stands or hangs in its way.

    The joints of its root that no actuator moves are left out: they say where it is and not what it is.
    """
    import mujoco

    bodies = np.flatnonzero((model.body_rootid == root_body(model)) & (np.arange(model.nbody) > 0))
    single = (mujoco.mjtJoint.mjJNT_SLIDE.value, mujoco.mjtJoint.mjJNT_HINGE.value)
    driven = {driven_joint(model, actuator) for actuator in range(model.nu)}
    joints = [
        joint
        for joint in range(model.njnt)
        if model.jnt_bodyid[joint] in bodies
        and model.jnt_type[joint] in single
        and (model.body_parentid[model.jnt_bodyid[joint]] != 0 or joint in driven)
    ]
    return Parts(frozenset(bodies.tolist()), frozenset(joints), frozenset(model.jnt_qposadr[joints].tolist()))


def actuator_name(model: mujoco.MjModel, index: int) -> str:
    """Return an actuator's name, that of its joint if it has none, or nothing."""
    import mujoco

    if model.actuator(index).name or mujoco.mjtTrn(model.actuator_trntype[index]) != mujoco.mjtTrn.mjTRN_JOINT:
        return model.actuator(index).name
    return model.joint(int(model.actuator_trnid[index, 0])).name


def joint_names_of(model: mujoco.MjModel) -> list[str | None]:
    """Return the name of each joint, empty for one without; None for one that is neither hinge nor slide."""
    import mujoco

    single = (mujoco.mjtJoint.mjJNT_HINGE, mujoco.mjtJoint.mjJNT_SLIDE)
    kinds = [mujoco.mjtJoint(kind) for kind in model.jnt_type]
    return [model.joint(index).name if kind in single else None for index, kind in enumerate(kinds)]


def coordinates_of(model: mujoco.MjModel) -> Coordinates:
    """Return the positions by the names of their joints; NAME.x, .y and .z of a free joint."""
    import mujoco

    names, velocities = [""] * model.nq, [-1] * model.nq
    for joint in range(model.njnt):
        name, kind = model.joint(joint).name, mujoco.mjtJoint(model.jnt_type[joint])
        at, velocity = int(model.jnt_qposadr[joint]), int(model.jnt_dofadr[joint])
        if kind in (mujoco.mjtJoint.mjJNT_HINGE, mujoco.mjtJoint.mjJNT_SLIDE):
            names[at], velocities[at] = name, velocity
        elif kind == mujoco.mjtJoint.mjJNT_FREE:
            for i, axis in enumerate(_ROOT_AXES):
                names[at + i], velocities[at + i] = f"{name}.{axis}", velocity + i
    return Coordinates(names, velocities)
